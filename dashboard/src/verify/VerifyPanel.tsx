/** Verification in the browser: files and keys in, the lines of the command line out. Nothing leaves the machine. */

import { useQuery } from '@tanstack/react-query';
import { CloudOff, ShieldCheck } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchFile } from '../api/download.ts';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/classNames.ts';
import { Problem } from '../ui/Feedback.tsx';
import { Checkbox, TextArea } from '../ui/Field.tsx';
import { DropZone } from './DropZone.tsx';
import { type GivenFile, givenFile, tellSigsApart } from './givenFiles.ts';
import { jobsOf } from './jobs.ts';
import { KeyChoice } from './KeyChoice.tsx';
import { RunResult } from './RunResult.tsx';
import { useVerifier } from './useVerifier.ts';

const NO_FILES: readonly GivenFile[] = [];

/** The key that the hub answers with; asked once, at the start, so that all else works without a network. */
function useHubKey() {
  return useQuery({
    queryKey: ['hub-key'],
    queryFn: async ({ signal }) => (await fetchFile('/pubkeys/hub.pub', signal)).blob.text(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** `initial` are files that the page got from the hub already; give it a new key when they change. */
export function VerifyPanel({
  initial = NO_FILES,
  error = null,
}: {
  readonly initial?: readonly GivenFile[];
  readonly error?: Error | null;
}) {
  const { t } = useTranslation('verify');
  const hubKey = useHubKey();
  const results = useRef<HTMLDivElement>(null);
  const [files, setFiles] = useState(initial);
  const [useHub, setUseHub] = useState(true);
  const [pasted, setPasted] = useState('');
  const [token, setToken] = useState('');
  const [allowOtherKeys, setAllowOtherKeys] = useState(false);
  const { runs, isReady, verify, clear } = useVerifier();

  const add = async (given: readonly File[]): Promise<void> => {
    const judged = await Promise.all(given.map(givenFile));
    const names = new Set(judged.map(({ file }) => file.name));
    const next = await tellSigsApart([...files.filter(({ file }) => !names.has(file.name)), ...judged]);
    for (const { file, role } of next) if (role === 'key') setPasted(await file.text());
    setFiles(next.filter(({ role }) => role !== 'key'));
    clear();
  };

  const keys = [
    ...(useHub && hubKey.data !== undefined ? [hubKey.data] : []),
    ...(pasted.trim() === '' ? [] : keyTexts(pasted)),
  ];
  const all: readonly GivenFile[] =
    token.trim() === '' ? files : [...files, { file: new File([token], t('pastedToken')), role: 'eat' }];
  const jobs = jobsOf(all, keys, allowOtherKeys);
  return (
    <div className="grid items-start gap-5 *:min-w-0 lg:grid-cols-2">
      <div className="space-y-5">
        {error !== null && <Problem error={error} />}
        <DropZone
          files={files}
          onAdd={(given) => void add(given)}
          onRemove={(given) => {
            setFiles((old) => old.filter((each) => each !== given));
            clear();
          }}
        />
        <KeyChoice hubKey={hubKey.data} useHub={useHub} onUseHub={setUseHub} pasted={pasted} onPasted={setPasted} />
        <details className="rounded-lg border border-line bg-surface px-4 py-2">
          <summary className="py-1 text-sm font-medium text-ink-soft">{t('more')}</summary>
          <div className="space-y-3 py-2">
            <TextArea
              label={t('token')}
              hint={t('tokenHint')}
              rows={4}
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
            <Checkbox
              label={t('allowOtherKeys')}
              hint={t('allowOtherKeysHint')}
              checked={allowOtherKeys}
              onChange={(event) => setAllowOtherKeys(event.target.checked)}
            />
          </div>
        </details>
        <Button
          kind="primary"
          disabled={jobs.length === 0}
          onClick={() => {
            void verify(jobs);
            // On a phone the results are below the button.
            results.current?.scrollIntoView({ block: 'nearest' });
          }}
          className="w-full"
        >
          <ShieldCheck aria-hidden="true" /> {t('verify')}
        </Button>
        {jobs.length === 0 && (
          <p className="text-xs text-ink-faint">{t(keys.length === 0 ? 'needKey' : 'needFiles')}</p>
        )}
      </div>
      <div className="space-y-4" ref={results}>
        {runs.length === 0 ? (
          <div className="space-y-2 rounded-lg border border-line bg-surface p-4 text-ink-soft">
            <h2 className="font-semibold text-ink">{t('how.title')}</h2>
            <p>{t('how.local')}</p>
            <p>{t('how.key')}</p>
            <p>{t('how.same')}</p>
            <p role="status" className={cx('flex items-center gap-2', isReady ? 'text-good' : 'text-ink-faint')}>
              <CloudOff aria-hidden="true" className="size-4" /> {t(isReady ? 'ready' : 'loading')}
            </p>
          </div>
        ) : (
          runs.map((run) => <RunResult key={run.name} run={run} />)
        )}
      </div>
    </div>
  );
}

/** A PEM text may hold several keys; hex keys stand one a line. */
function keyTexts(text: string): string[] {
  return text.includes('-----BEGIN') ? [text] : text.trim().split(/\s+/);
}
