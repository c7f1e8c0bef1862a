/** What a pack holds, its digests, its place in the log, its files. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { sha256Hex } from '../../../../src/domain/bytes.ts';
import { monthBounds } from '../../../../src/domain/pack.ts';
import { ButtonAnchor, ButtonLink } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { byteSize } from '../../ui/size.ts';
import { Time } from '../../ui/Time.tsx';
import { packLeafQuery } from '../transparency/logQueries.ts';
import { type Pack, packEvidenceQuery, packFileHref } from './packQueries.ts';
import { VerifyCommand } from './VerifyCommand.tsx';

const KINDS = ['eat', 'audit', 'alert', 'kernel_update', 'cve_fixed', 'session', 'trust_score'] as const;

/** Of a pack that is built. */
export function PackDetails({ pack }: { readonly pack: Pack }) {
  const { t, i18n } = useTranslation('packs');
  const evidence = useQuery(packEvidenceQuery(pack));
  const stem = `${pack.tenant_slug}-${pack.month}`;
  const size = (bytes: number | null) => (bytes === null ? '' : byteSize(bytes, i18n.language));
  return (
    <>
      <section className="space-y-3">
        <h3 className="font-semibold">{t('files.title')}</h3>
        <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
          {(
            [
              ['pdf', size(pack.pdf_bytes)],
              ['jsonl', size(pack.jsonl_bytes)],
              ['sig', ''],
              ['manifest', ''],
              ['zip', ''],
            ] as const
          ).map(([format, bytes]) => (
            <ButtonAnchor key={format} href={packFileHref(pack.id, format)} download className="justify-between">
              <span className="flex items-center gap-2">
                <Download aria-hidden="true" /> {t(`files.${format}`)}
              </span>
              <span className="text-xs text-ink-faint tabular-nums">{bytes}</span>
            </ButtonAnchor>
          ))}
          <ButtonLink to="/verify" search={{ pack: pack.id }} className="text-accent">
            <ShieldCheck aria-hidden="true" /> {t('files.verify')}
          </ButtonLink>
        </div>
        <VerifyCommand pack={`${stem}.jsonl.gz`} sig={`${stem}.sig`} />
      </section>
      <section className="space-y-3">
        <h3 className="font-semibold">{t('content.title')}</h3>
        {evidence.isError && <Problem error={evidence.error} onRetry={() => void evidence.refetch()} />}
        <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4">
          {KINDS.map((kind) => (
            <div key={kind} className="rounded-md border border-line bg-surface px-3 py-2">
              <dt className="text-xs text-ink-faint">{t(`content.${kind}`)}</dt>
              <dd className="text-lg font-semibold tabular-nums">
                {evidence.data === undefined ? (
                  <Skeleton className="mt-1 h-5 w-10" />
                ) : (
                  (evidence.data.manifest.counts[kind] ?? 0).toLocaleString(i18n.language)
                )}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="space-y-3">
        <h3 className="font-semibold">{t('proof.title')}</h3>
        <Facts
          items={[
            [t('proof.built'), <Time key="built" value={pack.built_at} />],
            [t('proof.entries'), (pack.entries ?? 0).toLocaleString(i18n.language)],
            [t('proof.manifest'), <CopyText key="manifest" text={pack.manifest_sha256 ?? ''} />],
            [t('proof.root'), <CopyText key="root" text={pack.hash_chain_root ?? ''} />],
            [t('proof.key'), <CopyText key="key" text={pack.key_id ?? ''} />],
            [t('proof.follows'), evidence.data?.manifest.previous?.month ?? t('proof.first')],
            [t('proof.log'), <LogPlace key="log" pack={pack} sig={evidence.data?.sig} />],
          ]}
        />
      </section>
    </>
  );
}

/** Where the public log records the signature of a pack. */
function LogPlace({ pack, sig }: { readonly pack: Pack; readonly sig: string | undefined }) {
  const { t } = useTranslation('packs');
  const place = useQuery(
    packLeafQuery(
      sig === undefined
        ? null
        : {
            type: 'pack_signed',
            at: monthBounds(pack.month).until,
            key_id: pack.key_id ?? '',
            manifest_sha256: pack.manifest_sha256 ?? '',
            signature_sha256: sha256Hex(sig),
          },
    ),
  );
  if (place.isError) return <span className="text-ink-faint">{t('proof.notYet')}</span>;
  if (place.data === undefined) return <Skeleton className="h-4 w-24" />;
  if (place.data === null) return <span className="text-ink-faint">{t('proof.notYet')}</span>;
  return (
    <Link to="/transparency" search={{ leaf: place.data.index }} className="text-accent underline underline-offset-2">
      {t('proof.leaf', { index: place.data.index })}
    </Link>
  );
}
