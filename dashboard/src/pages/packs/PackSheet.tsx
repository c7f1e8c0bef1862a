/** The panel of one client's month: its pack, whom it is handed to, and which auditors may look. */

import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { monthName } from '../../ui/month.ts';
import { Sheet } from '../../ui/Sheet.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { AuditorLinks } from './AuditorLinks.tsx';
import { BuildNow } from './BuildNow.tsx';
import { Contacts } from './Contacts.tsx';
import { HandoverDownload } from './HandoverDownload.tsx';
import { PackDetails } from './PackDetails.tsx';
import type { Pack } from './packQueries.ts';
import { isRecorded } from './packState.ts';
import type { PACK_VIEWS } from './routes.tsx';

/** Opens over the grid; its parts are in the address. */
export function PackSheet({
  client,
  month,
  thisMonth,
  pack,
  view,
  onClose,
}: {
  readonly client: { readonly id: string; readonly name: string };
  readonly month: string;
  readonly thisMonth: string;
  readonly pack: Pack | undefined;
  readonly view: (typeof PACK_VIEWS)[number];
  readonly onClose: () => void;
}) {
  const { t, i18n } = useTranslation('packs');
  const can = useCan();
  const name = monthName(month, i18n.language);
  const isBuilt = pack?.has_files === true;
  const tab = (of: (typeof PACK_VIEWS)[number]) => ({
    label: t(`view.${of}`),
    current: of === view,
    to: '/audit-packs' as const,
    search: ((old: object) => ({ ...old, view: of === 'pack' ? undefined : of })) as never,
  });
  return (
    <Sheet
      open
      onClose={onClose}
      title={`${client.name} · ${name}`}
      lead={
        isBuilt ? (
          <Badge tone={pack.is_preview ? 'accent' : 'good'}>{t(pack.is_preview ? 'preview' : 'closed')}</Badge>
        ) : (
          <Badge>{t(isRecorded(pack) ? 'state.recorded' : 'state.absent')}</Badge>
        )
      }
    >
      <TabLinks
        label={t('views')}
        tabs={[tab('pack'), tab('contacts'), ...(can('team.read') ? [tab('auditors')] : [])]}
      />
      {view === 'pack' && (
        <div className="space-y-5" key={`${client.id} ${month}`}>
          {isBuilt && <HandoverDownload pack={pack} />}
          <BuildNow client={client} month={month} pack={pack} isRunningMonth={month === thisMonth} />
          {isBuilt && <PackDetails pack={pack} />}
        </div>
      )}
      {view === 'contacts' && <Contacts tenantId={client.id} />}
      {view === 'auditors' && <AuditorLinks tenantId={client.id} />}
    </Sheet>
  );
}
