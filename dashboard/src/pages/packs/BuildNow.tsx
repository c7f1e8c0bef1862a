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
import { buildsQuery, isRunning, type Pack } from './packQueries.ts';

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
  const builds = useQuery({
    ...buildsQuery(client.id),
    refetchInterval: ({ state }) => (before !== undefined || state.data?.some(isRunning) ? POLL_MS : false),
  });
  const build = builds.data?.find((each) => each.month === month);
  const start = useMutation({
    mutationFn: () => ask(api.POST('/audit-packs', { body: { tenant_id: client.id, month } })),
    onMutate: () => setBefore(build?.finished_at ?? null),
    onError: () => setBefore(undefined),
  });
  const isOver = before !== undefined && build?.finished_at != null && build.finished_at !== before;
  const isBuilding = (before !== undefined && !isOver) || (build !== undefined && isRunning(build));
  useEffect(() => {
    if (!isOver) return;
    setBefore(undefined);
    void queryClient.invalidateQueries({ queryKey: ['audit-packs'] });
  }, [isOver, queryClient]);
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
