/** The list of the tenant switcher: type to narrow, Enter or a click to look, Impersonate to work there. */

import { useLocation, useNavigate } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../session.ts';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/classNames.ts';
import { SkeletonRows } from '../ui/Feedback.tsx';
import { type Client, useImpersonate } from './impersonate.ts';

/** More than these are found by typing on. */
const SHOWN = 50;

/** Picking sets `tenant` in the address and stays on the page, unless that is the cockpit. */
export function TenantChoice({
  tenants,
  current,
  onDone,
}: {
  readonly tenants: readonly (Client & { readonly slug: string })[] | undefined;
  readonly current: string | undefined;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation('shell');
  const mayEnter = useCan()('impersonation.start');
  const impersonate = useImpersonate();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [typed, setTyped] = useState('');
  const words = typed.trim().toLowerCase();
  const found = tenants?.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(words)) ?? [];
  const pick = (tenant: string | undefined): void => {
    onDone();
    // The cockpit shows every client, whoever is in view: one who picks there wants to see the client.
    if (pathname === '/msp/cockpit' && tenant !== undefined) void navigate({ to: '/overview', search: { tenant } });
    else void navigate({ to: '.', search: (old: Record<string, unknown>) => ({ ...old, tenant }) });
  };
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, [data-pick]')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };
  return (
    // Arrow keys go from line to line; each line's buttons are reached by Tab as well.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- see above
    <div onKeyDown={move}>
      <input
        type="search"
        aria-label={t('tenant.search')}
        placeholder={t('tenant.search')}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={({ key }) => key === 'Enter' && found[0] !== undefined && pick(found[0].id)}
        className="h-11 w-full border-b border-line bg-transparent px-3 outline-none placeholder:text-ink-faint pointer-coarse:text-base"
      />
      <ul className="max-h-[60dvh] overflow-y-auto p-1">
        {words === '' && (
          <Line label={t('tenant.all')} isCurrent={current === undefined} onPick={() => pick(undefined)} />
        )}
        {found.slice(0, SHOWN).map((tenant) => (
          <Line key={tenant.id} label={tenant.name} isCurrent={tenant.id === current} onPick={() => pick(tenant.id)}>
            {mayEnter && (
              <Button
                size="sm"
                kind="quiet"
                onClick={() => {
                  onDone();
                  impersonate(tenant);
                }}
              >
                {t('impersonate.open')} <span className="sr-only">{tenant.name}</span>
              </Button>
            )}
          </Line>
        ))}
      </ul>
      {tenants === undefined && <SkeletonRows rows={4} />}
      <p role="status" className="px-3 pb-2 text-xs text-ink-faint empty:hidden">
        {tenants !== undefined && found.length === 0
          ? t('palette.empty')
          : found.length > SHOWN
            ? t('tenant.more', { count: found.length - SHOWN })
            : ''}
      </p>
    </div>
  );
}

function Line({
  label,
  isCurrent,
  onPick,
  children,
}: {
  readonly label: string;
  readonly isCurrent: boolean;
  readonly onPick: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <li className="flex items-center gap-1">
      <button
        type="button"
        data-pick=""
        aria-current={isCurrent || undefined}
        onClick={onPick}
        className={cx(
          'flex min-w-0 flex-1 items-center gap-2 rounded-md px-2 py-1.5 text-left hover:bg-sunken pointer-coarse:py-3',
          isCurrent && 'font-medium text-accent',
        )}
      >
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {isCurrent && <Check aria-hidden="true" className="size-4 shrink-0" />}
      </button>
      {children}
    </li>
  );
}
