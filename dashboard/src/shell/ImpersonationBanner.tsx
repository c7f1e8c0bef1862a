/** On every page while one works in a client's context: whose, how long still, who else, and the way out. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { DoorOpen, Eye, UserRoundCog } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { type Me, meQuery, useMe, useTenantName } from '../session.ts';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/classNames.ts';
import { countdown, useNow } from '../ui/Time.tsx';
import { useContextChange } from './useContextChange.ts';

/** From here on the banner warns. */
const WARN_MS = 5 * 60_000;

/** Nothing outside of a client's context. */
export function ImpersonationBanner() {
  const me = useMe();
  return me.impersonation === null ? null : <Banner me={me} impersonation={me.impersonation} />;
}

/** Ends the impersonation of this session and goes to the cockpit. */
export function useEndImpersonation() {
  const { left } = useContextChange();
  return useMutation({ mutationFn: () => ask(api.POST('/auth/impersonate/end')), onSuccess: left });
}

function Banner({ me, impersonation }: { readonly me: Me; readonly impersonation: NonNullable<Me['impersonation']> }) {
  const { t } = useTranslation('shell');
  const name = useTenantName()(me.tenant_id ?? '');
  const queryClient = useQueryClient();
  const end = useEndImpersonation();
  const now = useNow();
  const { mode, others } = impersonation;
  const endsMs = Date.parse(impersonation.expires_at);
  const isEnding = endsMs - now <= WARN_MS;
  useEffect(() => {
    // The hub's clock decides; this one only asks it, a moment later.
    const timer = setTimeout(
      () => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey }),
      Math.max(0, endsMs - Date.now()) + 1_000,
    );
    return () => clearTimeout(timer);
  }, [endsMs, queryClient]);
  const Icon = mode === 'full' ? UserRoundCog : Eye;
  return (
    <section
      aria-label={t('impersonation.label')}
      className={cx(
        'no-print sticky top-12 z-20 flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-1.5 text-sm',
        isEnding ? 'border-critical/40 bg-critical-wash text-critical' : 'border-accent/30 bg-accent-wash text-ink',
      )}
    >
      <p className="flex min-w-0 flex-1 items-center gap-2">
        <Icon aria-hidden="true" className="size-4 shrink-0" />
        <span className="min-w-0">
          {t('impersonation.in')} <strong className="font-semibold">{name}</strong>
          <span className="max-md:hidden"> {t('impersonation.as', { email: me.email })}</span>
          <span className="text-ink-soft"> · {t(`impersonate.modes.${mode}`)}</span>
        </span>
      </p>
      {others.length > 0 && (
        <p
          className="text-xs text-ink-soft"
          title={others.map((each) => `${each.user_email}: ${each.reason}`).join('\n')}
        >
          {t('impersonation.others', { emails: others.map((each) => each.user_email).join(', ') })}
        </p>
      )}
      <p className="flex items-center gap-3">
        <span className="font-mono tabular-nums" aria-label={t('impersonation.left')} role="timer">
          {countdown(endsMs, now)}
        </span>
        <Button size="sm" kind={isEnding ? 'danger' : 'secondary'} busy={end.isPending} onClick={() => end.mutate()}>
          <DoorOpen aria-hidden="true" /> {t('impersonation.end')}
        </Button>
      </p>
      <span role="status" className="sr-only">
        {isEnding ? t('impersonation.ending', { name }) : ''}
      </span>
      {end.isError && (
        <p role="alert" className="w-full text-critical">
          {end.error.message}
        </p>
      )}
    </section>
  );
}
