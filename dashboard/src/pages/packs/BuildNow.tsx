/** Building the pack of a month now, and how that is getting on. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Hammer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { BuildProgress } from '../../ui/BuildProgress.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { type Build, buildsQuery, isRunning, type Pack } from './packQueries.ts';

const POLL_MS = 1_000;

/** The explanation, the button for who may, and the stages. A closed month has nothing to build. */
export function BuildNow({
  client,
  month,
  pack,
  isRunningMonth,
}: {
  readonly client: { readonly id: string; readonly name: string };
  readonly month: string;
  readonly pack: Pack | undefined;
  readonly isRunningMonth: boolean;
}) {
  const { t } = useTranslation('packs');
  const can = useCan();
  const queryClient = useQueryClient();
  /** When the build before the one that was asked for had ended; undefined: none was asked for here. */
  const [before, setBefore] = useState<string | null>();
  const ofMonth = (items: readonly Build[] | undefined) => items?.find((each) => each.month === month);
  const isOver = (build: Build | undefined) => build?.finished_at != null && build.finished_at !== before;
  const isWanted = (build: Build | undefined) =>
    (before !== undefined && !isOver(build)) || (build !== undefined && isRunning(build));
  const builds = useQuery({
    ...buildsQuery(client.id),
    refetchInterval: ({ state }) => (isWanted(ofMonth(state.data)) ? POLL_MS : false),
  });
  const build = ofMonth(builds.data);
  const start = useMutation({
    mutationFn: () => ask(api.POST('/audit-packs', { body: { tenant_id: client.id, month } })),
    onMutate: () => setBefore(build?.finished_at ?? null),
    onError: () => setBefore(undefined),
  });
  const isBuilding = isWanted(build);
  const finishedAt = build?.finished_at ?? null;
  // The list of packs is asked for again whenever a build has ended.
  useEffect(() => {
    if (finishedAt !== null) void queryClient.invalidateQueries({ queryKey: ['audit-packs', 'list'] });
  }, [finishedAt, queryClient]);
  if (pack?.has_files && !pack.is_preview) return null;
  return (
    <section className="space-y-3 rounded-lg border border-line bg-surface p-4">
      <h3 className="font-semibold">{t(isRunningMonth ? 'build.previewTitle' : 'build.title')}</h3>
      <p className="text-ink-soft">{t(isRunningMonth ? 'build.previewText' : 'build.text')}</p>
      {isBuilding && (
        <BuildProgress stage={build && isRunning(build) ? build.stage : 'waiting'} lines={build?.lines ?? 0} />
      )}
      {!isBuilding && build?.error && <p className="text-critical">{build.error}</p>}
      {start.isError && <Problem error={start.error} />}
      {can('packs.build') ? (
        <Button busy={start.isPending || isBuilding} onClick={() => start.mutate()} className="max-sm:w-full">
          <Hammer aria-hidden="true" /> {t('build.now')}
        </Button>
      ) : (
        <p className="text-xs text-ink-faint">{t('build.notYours')}</p>
      )}
    </section>
  );
}
