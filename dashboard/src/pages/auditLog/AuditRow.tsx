/** One entry: the sentence, both actors, and the place in the chain; the facts are folded under it. */

import { Link } from '@tanstack/react-router';
import { ChevronDown, Eye } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/classNames.ts';
import { Time } from '../../ui/Time.tsx';
import { AuditFacts } from './AuditFacts.tsx';
import { type AuditEntry, actorOf, reasonOf, sentenceOf } from './events.ts';

/** A list item; `onToggle` folds and unfolds. For an auditor nothing leads out of the log. */
export function AuditRow({
  entry,
  open,
  onToggle,
  forAuditor,
}: {
  readonly entry: AuditEntry;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly forAuditor: boolean;
}) {
  const { t } = useTranslation('auditLog');
  const id = useId();
  const reason = reasonOf(entry);
  return (
    <li className="px-4 py-2.5">
      <div className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 lg:grid-cols-[10rem_minmax(0,1fr)_minmax(0,20rem)_5rem_auto] lg:items-baseline">
        <p className="text-xs text-ink-faint max-lg:order-3 max-lg:col-start-1">
          <Time value={entry.occurred_at} />
        </p>
        <div className="min-w-0 max-lg:order-1">
          <p className="break-words">{sentenceOf(entry, t)}</p>
          {reason !== null && <p className="text-xs break-words text-ink-soft">{t('reason', { reason })}</p>}
        </div>
        <Actors entry={entry} forAuditor={forAuditor} />
        <p
          className="text-right font-mono text-2xs text-ink-faint max-lg:hidden"
          title={t('chain.position', { seq: entry.seq })}
        >
          #{entry.seq}
        </p>
        <div className="max-lg:col-start-2 max-lg:row-span-3 max-lg:row-start-1 lg:-my-1">
          <Button
            kind="quiet"
            size="sm"
            aria-expanded={open}
            aria-controls={id}
            aria-label={t('detailsOf', { seq: entry.seq })}
            onClick={onToggle}
          >
            <ChevronDown aria-hidden="true" className={cx('transition-transform', open && 'rotate-180')} />
          </Button>
        </div>
      </div>
      <div id={id}>{open && <AuditFacts entry={entry} forAuditor={forAuditor} />}</div>
    </li>
  );
}

/** Who really acted, and in whose context. */
function Actors({ entry, forAuditor }: { readonly entry: AuditEntry; readonly forAuditor: boolean }) {
  const { t } = useTranslation('auditLog');
  const tenantName = useTenantName();
  const { tenant_id: tenant, impersonation_id: session } = entry;
  return (
    <p className="min-w-0 text-xs text-ink-soft max-lg:order-4 max-lg:col-start-1">
      <span className="font-medium break-all text-ink">{actorOf(entry, t)}</span>{' '}
      {session === null ? (
        // All of what an auditor sees is of the one client.
        !forAuditor && <span>· {tenant === null ? t('context.msp') : tenantName(tenant)}</span>
      ) : (
        <span className="inline-flex flex-wrap items-center gap-1">
          <Badge tone="accent">
            <Eye aria-hidden="true" className="size-3" /> {t('context.of')}{' '}
            {tenant === null ? t('context.msp') : tenantName(tenant)}
          </Badge>
          <Link
            {...(forAuditor
              ? { to: '/auditor' as const, search: { view: 'audit' as const, session } }
              : { to: '/audit-log' as const, search: { session } })}
            title={t('context.sessionTitle')}
            className="font-mono text-2xs text-accent underline underline-offset-2"
          >
            {t('context.session', { id: session.slice(0, 8) })}
          </Link>
        </span>
      )}
    </p>
  );
}
