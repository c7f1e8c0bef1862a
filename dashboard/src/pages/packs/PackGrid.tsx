/** A year of packs: a row a client, a column a month; on a phone a card a client. */

import { useTranslation } from 'react-i18next';
import { monthName, shortMonth } from '../../ui/month.ts';
import { MonthCell } from './MonthCell.tsx';
import type { PackState } from './packState.ts';

/** A client in the grid. */
export type GridClient = { readonly id: string; readonly name: string };

/** `stateOf` tells what a month is; `picked` is the one whose panel is open. */
export function PackGrid({
  clients,
  months,
  stateOf,
  picked,
}: {
  readonly clients: readonly GridClient[];
  readonly months: readonly string[];
  readonly stateOf: (client: GridClient, month: string) => PackState;
  readonly picked: (client: GridClient, month: string) => boolean;
}) {
  const { t, i18n } = useTranslation('packs');
  const cell = (client: GridClient, month: string, withName: boolean) => (
    <MonthCell
      client={client}
      month={month}
      state={stateOf(client, month)}
      selected={picked(client, month)}
      withName={withName}
    />
  );
  return (
    <>
      <table className="w-full table-fixed border-collapse max-md:hidden">
        <caption className="sr-only">{t('grid')}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-ink-faint">
            <th scope="col" className="w-44 px-4 py-2 text-left font-medium">
              {t('client')}
            </th>
            {months.map((month) => (
              <th key={month} scope="col" className="px-1 py-2 text-center font-medium last:pr-3">
                <abbr title={monthName(month, i18n.language)} className="no-underline">
                  {shortMonth(month, i18n.language)}
                </abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => (
            <tr key={client.id} className="border-b border-line/60 last:border-0 hover:bg-sunken/60">
              <th scope="row" className="truncate px-4 py-1.5 text-left font-medium" title={client.name}>
                {client.name}
              </th>
              {months.map((month) => (
                <td key={month} className="px-1 py-1.5 last:pr-3">
                  {cell(client, month, false)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-y divide-line md:hidden">
        {clients.map((client) => (
          <li key={client.id} className="space-y-2 p-4">
            <h3 className="font-medium">{client.name}</h3>
            <div className="grid grid-cols-6 gap-1.5">
              {months.map((month) => (
                <div key={month}>{cell(client, month, true)}</div>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
