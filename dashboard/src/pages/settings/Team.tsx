/** The people of the MSP and of its clients, and the invitations under way. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isLinkEmail } from '../../../../src/domain/auditorLink.ts';
import { type Answered, api, ask } from '../../api/client.ts';
import { useCan, useMe, useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time, useNow } from '../../ui/Time.tsx';
import { ChangeMember } from './ChangeMember.tsx';
import { Invite } from './Invite.tsx';
import { Secret } from './Secret.tsx';

/** A person as the list tells it. */
export type Member = Answered<'/team', 'get'>['items'][number];

/** The page. */
export function Team() {
  const { t } = useTranslation('settings');
  const can = useCan();
  const queryClient = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<{ readonly email: string; readonly url: string } | null>(null);
  return (
    <Page
      title={t('team.title')}
      lead={t('team.lead')}
      actions={
        can('team.write') && (
          <Button kind="primary" onClick={() => setInviting(true)}>
            {t('team.invite')}
          </Button>
        )
      }
    >
      {link !== null && (
        <Secret title={t('team.linkFor', { email: link.email })} text={link.url}>
          <p className="text-xs text-ink-soft">{t('team.linkHint')}</p>
        </Secret>
      )}
      <Members />
      <Invitations />
      <Invite
        open={inviting}
        onClose={() => setInviting(false)}
        onInvited={({ email, token }) => {
          setLink({ email, url: `${location.origin}/invitation#${token}` });
          setInviting(false);
          void queryClient.invalidateQueries({ queryKey: ['invitations'] });
        }}
      />
    </Page>
  );
}

function Members() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const me = useMe();
  const nameOf = useTenantName();
  const [changing, setChanging] = useState<Member | null>(null);
  const team = useQuery({ queryKey: ['team'], queryFn: ({ signal }) => ask(api.GET('/team', { signal })) });
  return (
    <Card title={t('team.members')} flush>
      {team.isPending && <SkeletonRows rows={6} />}
      {team.isError && <Problem error={team.error} onRetry={() => void team.refetch()} />}
      {team.data && (
        <Table
          label={t('team.members')}
          rows={team.data.items}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'person',
              title: t('team.person'),
              cell: ({ name, email }) => (
                <div className="min-w-24">
                  <p className="font-medium break-words">{name}</p>
                  <p className="text-xs break-all text-ink-faint">{isLinkEmail(email) ? t('team.byLink') : email}</p>
                </div>
              ),
            },
            {
              key: 'role',
              title: t('team.role'),
              cell: ({ role, tenant_id }) => (
                // The name of a client comes later; on a line of its own it moves nobody below.
                <span className="flex flex-col items-start gap-0.5">
                  <Badge tone={role === 'owner' || role === 'admin' ? 'accent' : 'neutral'}>
                    {common(`role.${role}`)}
                  </Badge>
                  {tenant_id !== null && <span className="text-xs text-ink-soft">{nameOf(tenant_id)}</span>}
                </span>
              ),
            },
            {
              key: 'state',
              title: t('team.state'),
              from: 'sm',
              cell: ({ email, is_active, totp_enrolled, expires_at }) => (
                <span className="flex flex-wrap items-center gap-1.5">
                  {is_active ? <Badge tone="good">{t('team.active')}</Badge> : <Badge>{t('team.inactive')}</Badge>}
                  {!totp_enrolled && !isLinkEmail(email) && <Badge tone="high">{t('team.noTotp')}</Badge>}
                  {expires_at !== null && (
                    <span className="text-xs text-ink-soft">
                      {t('team.until')} <Time value={expires_at} format="date" />
                    </span>
                  )}
                </span>
              ),
            },
            {
              key: 'seen',
              title: t('security.lastSeen'),
              from: 'md',
              cell: (row) => <Time value={row.last_seen_at} format="ago" />,
            },
            {
              key: 'change',
              title: <span className="sr-only">{common('actions')}</span>,
              align: 'right',
              cell: (row) =>
                can('team.write') &&
                row.id !== me.id && (
                  <Button size="sm" aria-label={`${common('edit')}: ${row.email}`} onClick={() => setChanging(row)}>
                    {common('edit')}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {changing !== null && <ChangeMember member={changing} onClose={() => setChanging(null)} />}
    </Card>
  );
}

function Invitations() {
  const now = useNow(60);
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const queryClient = useQueryClient();
  const invitations = useQuery({
    queryKey: ['invitations'],
    queryFn: ({ signal }) => ask(api.GET('/invitations', { signal })),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => ask(api.POST('/invitations/{id}/revoke', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const open = invitations.data?.items.filter(
    (row) => row.accepted_at === null && row.revoked_at === null && Date.parse(row.expires_at) > now,
  );
  if (open === undefined || open.length === 0) return null;
  return (
    <Card title={t('team.invitations')} flush>
      {revoke.isError && <Problem error={revoke.error} />}
      <Table
        label={t('team.invitations')}
        rows={open}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'person',
            title: t('team.person'),
            cell: ({ name, email, expires_at }) => (
              <div>
                <p className="font-medium wrap-anywhere">{name}</p>
                <p className="text-xs wrap-anywhere text-ink-faint">{email}</p>
                <p className="text-xs text-ink-soft sm:hidden">
                  {t('expires')} <Time value={expires_at} format="relative" />
                </p>
              </div>
            ),
          },
          { key: 'role', title: t('team.role'), cell: ({ role }) => <Badge>{common(`role.${role}`)}</Badge> },
          {
            key: 'expires',
            title: t('expires'),
            from: 'sm',
            cell: (row) => <Time value={row.expires_at} format="relative" />,
          },
          {
            key: 'revoke',
            title: <span className="sr-only">{t('revoke')}</span>,
            align: 'right',
            cell: ({ id, email }) =>
              can('team.write') && (
                <Button
                  size="sm"
                  aria-label={`${t('revoke')}: ${email}`}
                  busy={revoke.isPending && revoke.variables === id}
                  onClick={() => revoke.mutate(id)}
                >
                  {t('revoke')}
                </Button>
              ),
          },
        ]}
      />
    </Card>
  );
}
