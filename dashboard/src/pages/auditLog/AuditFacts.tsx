/** What an entry says in full, with its place in the chain recomputed here. */

import { Check, TriangleAlert } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { chainHash } from '../../../../src/domain/auditChain.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { type AuditEntry, actorOf } from './events.ts';

/** The same code as the hub's, over what the hub has sent: an altered entry shows. */
function isIntact({ hash, prev_hash, ...entry }: AuditEntry): boolean {
  return chainHash({ ...entry, event_data: entry.event_data as never }, prev_hash) === hash;
}

/** Members of event data that name something with a page of its own. */
const PAGES = [
  ['alert_id', '/alerts/$alertId', 'alertId', 'alert'],
  ['agent_id', '/hosts/$agentId', 'agentId', 'host'],
  ['group_id', '/groups/$groupId', 'groupId', 'group'],
  ['nonce', '/emergency/eats/$nonce', 'nonce', 'token'],
  ['request_id', '/emergency/quorum/$requestId', 'requestId', 'quorum'],
] as const;

/** Ways to what the entry is about. */
function Links({ entry }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation('auditLog');
  const data = (entry.event_data ?? {}) as Readonly<Record<string, unknown>>;
  return (
    <p className="flex flex-wrap gap-2">
      {PAGES.map(([member, to, param, words]) => {
        const id = data[member];
        return typeof id !== 'string' ? null : (
          <ButtonLink key={member} size="sm" to={to} params={{ [param]: id } as never}>
            {t(`open.${words}`)}
          </ButtonLink>
        );
      })}
    </p>
  );
}

/** Unfolded under its entry; ways to what it is about are for those who may go there. */
export function AuditFacts({ entry, forAuditor }: { readonly entry: AuditEntry; readonly forAuditor: boolean }) {
  const { t } = useTranslation('auditLog');
  const intact = useMemo(() => isIntact(entry), [entry]);
  const facts: (readonly [string, ReactNode])[] = [
    [
      t('filters.type'),
      <code key="type" className="font-mono text-xs">
        {entry.event_type}
      </code>,
    ],
    [t('filters.entry'), <Time key="time" value={entry.occurred_at} />],
    [t('context.who'), actorOf(entry, t)],
  ];
  if (entry.impersonation_id !== null)
    facts.push([t('context.where'), <CopyText key="session" text={entry.impersonation_id} />]);
  facts.push(
    [t('chain.chain'), t('chain.position', { seq: entry.seq })],
    [t('chain.hash'), <CopyText key="hash" text={entry.hash} />],
    [t('chain.previous'), <CopyText key="previous" text={entry.prev_hash} />],
  );
  return (
    <div className="mt-2 grid gap-4 rounded-md bg-sunken p-3 lg:grid-cols-2">
      <div className="min-w-0 space-y-2">
        <Facts items={facts} />
        <Badge tone={intact ? 'good' : 'critical'}>
          {intact ? (
            <Check aria-hidden="true" className="size-3" />
          ) : (
            <TriangleAlert aria-hidden="true" className="size-3" />
          )}{' '}
          {t(intact ? 'chain.good' : 'chain.bad')}
        </Badge>
        {!forAuditor && <Links entry={entry} />}
      </div>
      <div className="min-w-0">
        <h2 className="text-xs text-ink-faint">{t('data')}</h2>
        {/* A part that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above */}
        <pre tabIndex={0} className="mt-1 max-h-80 overflow-auto font-mono text-xs whitespace-pre-wrap">
          {JSON.stringify(entry.event_data, null, 2)}
        </pre>
      </div>
    </div>
  );
}
