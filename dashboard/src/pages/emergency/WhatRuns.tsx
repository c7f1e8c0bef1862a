/** What an approval would set off: the values and the steps of exactly the version that the token will pin. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { EatAction } from '../../../../src/domain/eat.ts';
import { resolveSteps } from '../../../../src/domain/playbook.ts';
import { useCan } from '../../session.ts';
import { Skeleton } from '../../ui/Feedback.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { type PlaybookVersion, playbookQuery } from '../playbooks/queries.ts';
import { StepList } from '../playbooks/StepList.tsx';
import type { PinnedPlaybook } from './pinned.ts';

/** Every action in its order; under its label where there are several. */
export function WhatRuns({
  actions,
  labels,
}: {
  readonly actions: readonly EatAction[];
  readonly labels: readonly string[];
}) {
  return actions.map((action, index) => (
    <div key={index} className="space-y-2 text-sm">
      {actions.length > 1 && <p className="font-mono font-semibold break-words">{labels[index]}</p>}
      {action.kind === 'run_playbook' ? <PlaybookRun action={action} /> : <StepList steps={[action.step]} />}
    </div>
  ));
}

/** Values, then the steps folded away: the buttons of a phone stay near. */
function PlaybookRun({ action }: { readonly action: PinnedPlaybook }) {
  const { t } = useTranslation('emergency');
  const can = useCan();
  const { data, isPending, isEnabled } = useQuery({
    ...playbookQuery(action.playbook_id),
    enabled: can('playbooks.read'),
  });
  const pinned = data?.versions.find(({ sha256 }) => sha256 === action.sha256);
  const values = useValues(action, pinned);
  return (
    <>
      {pinned?.content.description && <p className="text-ink-soft">{pinned.content.description}</p>}
      {values.length > 0 && <Facts items={values} />}
      {isEnabled && (
        <details className="rounded-md border border-line">
          <summary className="cursor-pointer px-3 py-2 font-medium pointer-coarse:py-3">
            {t('what.steps', { version: action.version })}
          </summary>
          <div className="border-t border-line p-3">
            {pinned !== undefined && (
              <StepList steps={resolveSteps(pinned.content, action.parameters) ?? pinned.content.steps} />
            )}
            {pinned === undefined &&
              (isPending ? (
                <Skeleton className="h-16 w-full" />
              ) : (
                <p>{t('what.unknown', { sha256: action.sha256 })}</p>
              ))}
          </div>
        </details>
      )}
    </>
  );
}

/** Each parameter with the value it will have; what was left open takes its default. */
function useValues(
  action: PinnedPlaybook,
  pinned: PlaybookVersion | undefined,
): readonly (readonly [name: string, value: string])[] {
  const { t } = useTranslation('emergency');
  const given = action.parameters;
  const names = pinned?.content.parameters.map(({ name }) => name) ?? Object.keys(given);
  return names.flatMap((name) => {
    if (Object.hasOwn(given, name)) return [[name, String(given[name])] as const];
    const preset = pinned?.content.parameters.find((each) => each.name === name)?.default;
    return preset === undefined ? [] : [[name, t('what.preset', { value: String(preset) })] as const];
  });
}
