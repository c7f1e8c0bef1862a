/** One entry with its proof: recomputed here, against a head whose signature is checked here. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../../../src/domain/bytes.ts';
import { inclusionPath, isIncluded, leafHash } from '../../../../src/domain/tlog/merkle.ts';
import { compact } from '../../search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { Time } from '../../ui/Time.tsx';
import { Finding } from './HeadCard.tsx';
import { openHead } from './head.ts';
import { type HubKeyItem, type LeafProof, leafQuery } from './logQueries.ts';
import { ProofDrawing } from './ProofDrawing.tsx';

/** Opens over the list. */
export function LeafSheet({ index, keys }: { readonly index: number; readonly keys: readonly HubKeyItem[] }) {
  const { t } = useTranslation('transparency');
  const navigate = useNavigate({ from: '/transparency' });
  const entry = useQuery(leafQuery(index));
  return (
    <Sheet
      open
      onClose={() => void navigate({ search: (old) => compact({ ...old, leaf: undefined, q: undefined }) })}
      title={t('leaf.title', { index })}
      lead={entry.data !== undefined && <Badge tone="accent">{t(`type.${entry.data.leaf.type}`)}</Badge>}
    >
      {entry.isError && <Problem error={entry.error} onRetry={() => void entry.refetch()} />}
      {entry.isPending && <SkeletonRows rows={8} />}
      {entry.data !== undefined && <Proven entry={entry.data} keys={keys} />}
    </Sheet>
  );
}

function Proven({ entry, keys }: { readonly entry: LeafProof; readonly keys: readonly HubKeyItem[] }) {
  const { t, i18n } = useTranslation('transparency');
  // The leaf's hash is computed from its text: what the hub says it is counts for nothing.
  const leaf = leafHash(utf8ToBytes(entry.entry));
  const proof = entry.proof.map(hexToBytes);
  const head = openHead(entry.checkpoint, keys);
  const steps = inclusionPath(leaf, entry.index, entry.size, proof);
  const isProven =
    head.kind === 'signed' &&
    head.checkpoint.size === entry.size &&
    isIncluded(leaf, entry.index, entry.size, proof, head.checkpoint.root);
  return (
    <>
      <div role="status">
        <ul className="space-y-2">
          <Finding good={head.kind === 'signed'}>
            {head.kind === 'signed'
              ? t('leaf.headSigned', { size: entry.size.toLocaleString(i18n.language) })
              : t('head.unsigned', { why: head.why })}
          </Finding>
          <Finding good={isProven}>{t(isProven ? 'leaf.proven' : 'leaf.notProven')}</Finding>
        </ul>
      </div>
      {steps !== null && <ProofDrawing leaf={bytesToHex(leaf)} steps={steps} isRoot={isProven} />}
      <Facts
        items={Object.entries(entry.leaf)
          .filter(([name]) => name !== 'type')
          .map(([name, value]) => [
            t(`member.${name}` as 'member.at'),
            name === 'at' ? <Time key={name} value={value} /> : <CopyText key={name} text={value} />,
          ])}
      />
      <div className="space-y-1">
        <p className="text-xs text-ink-soft">{t('leaf.entry')}</p>
        <CopyText block text={entry.entry} />
      </div>
      <details>
        <summary className="text-sm text-ink-soft">{t('leaf.hashes', { count: entry.proof.length })}</summary>
        <ol className="mt-2 space-y-1">
          {entry.proof.map((hash) => (
            <li key={hash}>
              <CopyText text={hash} />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}
