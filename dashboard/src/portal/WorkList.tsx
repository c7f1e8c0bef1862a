/** One kind of work: how much of it, and each piece; the first ones at once, the rest on demand. */

import { type Key, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';
import { Card } from '../ui/Layout.tsx';

const SHOWN = 8;

/** `none` is the sentence where there was nothing to do. */
export function WorkList<Row>({
  icon,
  title,
  none,
  rows,
  rowKey,
  row,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly none: string;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => Key;
  readonly row: (row: Row) => ReactNode;
}) {
  const { t } = useTranslation('portal');
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, SHOWN);
  return (
    <Card
      flush
      title={
        <span className="flex items-center gap-2 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint">
          {icon} {title}
        </span>
      }
    >
      {rows.length === 0 ? (
        <p className="px-4 py-3 text-ink-soft">{none}</p>
      ) : (
        <ul className="divide-y divide-line/60">
          {shown.map((each) => (
            <li key={rowKey(each)} className="space-y-0.5 px-4 py-2.5">
              {row(each)}
            </li>
          ))}
        </ul>
      )}
      {shown.length < rows.length && (
        <div className="border-t border-line p-2 text-center">
          <Button size="sm" kind="quiet" onClick={() => setIsWhole(true)}>
            {t('work.all', { count: rows.length })}
          </Button>
        </div>
      )}
    </Card>
  );
}
