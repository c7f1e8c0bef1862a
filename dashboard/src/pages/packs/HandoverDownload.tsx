/** The handover: the pack filtered to the provider's own people, as PDF and signature. */

import { useMutation } from '@tanstack/react-query';
import { FileDown, FileSignature } from 'lucide-react';
import { useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { fetchFile, type HubFile, saveFile } from '../../api/download.ts';
import { ProblemError } from '../../api/problem.ts';
import { type Me, useMe } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { timeSpan, useNow } from '../../ui/Time.tsx';
import { type Manifest, type Pack, packFileHref } from './packQueries.ts';
import { VerifyCommand } from './VerifyCommand.tsx';

/** The hub waits a minute for a build by itself; after that it says 503, and one asks again. */
const ASK_AGAIN_MS = 2_000;
const GIVE_UP_MS = 15 * 60_000;

type Handover = { readonly pdf: HubFile; readonly sig: HubFile; readonly manifest: Manifest };

/** `@yourmsp.com`: the end of the address of the provider's person who looks; a client types its provider's. */
export function ownDomain(me: Me): string {
  const email = me.act?.email ?? me.email;
  return me.tenant_id !== null && me.act === null ? '' : `@${email.split('@').at(-1) ?? ''}`;
}

/** The form, the progress of the build, and what was saved. */
export function HandoverDownload({ pack }: { readonly pack: Pack }) {
  const { t } = useTranslation('packs');
  const { register, handleSubmit, formState } = useForm({ defaultValues: { filter: ownDomain(useMe()) } });
  const [startedMs, setStartedMs] = useState(0);
  const stopping = useRef<AbortController | null>(null);
  const download = useMutation({
    mutationFn: async ({ filter }: { readonly filter: string }): Promise<Handover> => {
      stopping.current = new AbortController();
      setStartedMs(Date.now());
      const get = (format: 'pdf' | 'sig' | 'manifest') =>
        patiently(packFileHref(pack.id, format, filter), stopping.current?.signal as AbortSignal);
      // The first one builds; the others find it built.
      const sig = await get('sig');
      const pdf = await get('pdf');
      return { pdf, sig, manifest: JSON.parse(await (await get('manifest')).blob.text()) as Manifest };
    },
    onSuccess: ({ pdf, sig }) => {
      saveFile(pdf);
      saveFile(sig);
    },
  });
  const { data: made } = download;
  return (
    <section className="space-y-3 rounded-lg border border-line bg-surface p-4">
      <h3 className="font-semibold">{t('handover.title')}</h3>
      <p className="text-ink-soft">{t('handover.text')}</p>
      <form onSubmit={handleSubmit((fields) => download.mutate(fields))} className="space-y-3">
        <TextField
          label={t('handover.filter')}
          hint={t('handover.filterHint')}
          fault={formState.errors.filter?.message}
          autoComplete="off"
          spellCheck={false}
          placeholder="@yourmsp.com"
          {...register('filter', {
            required: t('handover.filterNeeded'),
            pattern: { value: /^[\x21-\x7e]{2,254}$/, message: t('handover.filterNeeded') },
          })}
        />
        <Button type="submit" kind="primary" busy={download.isPending} className="max-sm:w-full">
          <FileDown aria-hidden="true" /> {t('handover.download')}
        </Button>
      </form>
      {download.isPending && <Building sinceMs={startedMs} onStop={() => stopping.current?.abort()} />}
      {download.isError && !isAbort(download.error) && <Problem error={download.error} />}
      {made !== undefined && (
        <div role="status" className="space-y-2">
          <p>
            {t('handover.kept', {
              kept: made.manifest.filter?.kept ?? 0,
              leftOut: made.manifest.filter?.left_out ?? 0,
            })}
          </p>
          <div className="flex flex-wrap gap-2">
            {[made.pdf, made.sig].map((file) => (
              <Button key={file.name} size="sm" onClick={() => saveFile(file)}>
                {file === made.pdf ? <FileDown aria-hidden="true" /> : <FileSignature aria-hidden="true" />} {file.name}
              </Button>
            ))}
          </div>
          <VerifyCommand pack={made.pdf.name} sig={made.sig.name} />
        </div>
      )}
    </section>
  );
}

function Building({ sinceMs, onStop }: { readonly sinceMs: number; readonly onStop: () => void }) {
  const { t } = useTranslation('packs');
  const { t: common } = useTranslation();
  const now = useNow();
  return (
    <div role="status" className="space-y-2 rounded-md bg-low-wash p-3">
      <div className="flex items-center justify-between gap-3">
        <p>{t('handover.building')}</p>
        <span aria-hidden="true" className="text-xs text-ink-soft tabular-nums">
          {timeSpan((now - sinceMs) / 1_000)}
        </span>
        <Button size="sm" kind="quiet" onClick={onStop}>
          {common('cancel')}
        </Button>
      </div>
      <div className="h-1.5 overflow-hidden rounded-full bg-line">
        <div className="h-full w-1/3 rounded-full bg-low motion-safe:animate-pulse" />
      </div>
    </div>
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** GETs a file that may still be in the making: asks again until it is there. */
async function patiently(href: string, signal: AbortSignal): Promise<HubFile> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await fetchFile(href, signal);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 503 || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
