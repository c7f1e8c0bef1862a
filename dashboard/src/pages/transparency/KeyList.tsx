/** Every hub key: when it is in force, and whether the key before has announced it. */

import { useTranslation } from 'react-i18next';
import { base64ToBytes, bytesToHex } from '../../../../src/domain/bytes.ts';
import { acceptKey, hubKeyId, signatureFault } from '../../../../src/domain/ed25519.ts';
import { hubKeyStatementBytes } from '../../../../src/domain/hubKeyStatement.ts';
import { Badge } from '../../ui/Badge.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Card, Facts } from '../../ui/Layout.tsx';
import { Time, useNow } from '../../ui/Time.tsx';
import { Finding } from './HeadCard.tsx';
import type { HubKeyItem } from './logQueries.ts';

/** Whether a key's statement is signed by the key that it names, and the id is that of the key. */
function isAnnounced(item: HubKeyItem, keys: readonly HubKeyItem[]): boolean {
  const own = base64ToBytes(item.public_key);
  const signer = base64ToBytes(keys.find((each) => each.key_id === item.signed_by)?.public_key ?? '!');
  const signature = base64ToBytes(item.signature);
  const key = signer === null ? null : acceptKey(signer);
  return (
    own !== null &&
    hubKeyId(own) === item.key_id &&
    key !== null &&
    signature !== null &&
    signatureFault(signature, hubKeyStatementBytes(item.statement), key) === null
  );
}

/** Newest first. */
export function KeyList({ keys }: { readonly keys: readonly HubKeyItem[] }) {
  const { t } = useTranslation('transparency');
  const now = useNow(60);
  return (
    <div className="space-y-4">
      <p className="text-ink-soft">{t('keys.lead')}</p>
      {keys
        .toSorted((a, b) => b.valid_from.localeCompare(a.valid_from))
        .map((item) => {
          const isOver = item.valid_until !== null && Date.parse(item.valid_until) <= now;
          return (
            <Card
              key={item.key_id}
              title={<code className="font-mono">{item.key_id}</code>}
              actions={<Badge tone={isOver ? 'neutral' : 'good'}>{t(isOver ? 'keys.over' : 'keys.inForce')}</Badge>}
            >
              <div className="grid gap-4 *:min-w-0 lg:grid-cols-2">
                <Facts
                  items={[
                    [t('keys.from'), <Time key="from" value={item.valid_from} />],
                    [
                      t('keys.until'),
                      item.valid_until === null ? t('keys.open') : <Time key="until" value={item.valid_until} />,
                    ],
                    [
                      t('keys.hex'),
                      <CopyText key="hex" text={bytesToHex(base64ToBytes(item.public_key) ?? new Uint8Array())} />,
                    ],
                    [t('keys.verifier'), <CopyText key="verifier" text={item.verifier_key ?? '—'} />],
                  ]}
                />
                <div className="space-y-2">
                  <ul>
                    <Finding good={isAnnounced(item, keys)}>
                      {item.signed_by === item.key_id ? t('keys.first') : t('keys.announced', { key: item.signed_by })}
                    </Finding>
                  </ul>
                  <p className="text-xs text-ink-soft">{t('keys.statement')}</p>
                  <CopyText block text={item.statement} />
                </div>
              </div>
            </Card>
          );
        })}
    </div>
  );
}
