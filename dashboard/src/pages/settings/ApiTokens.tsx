/** One's own API tokens: scopes are permissions that one's role holds. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PERMISSION_NAMES, PERMISSIONS } from '../../../../src/domain/permissions.ts';
import { api, ask, withTotp } from '../../api/client.ts';
import { type Permission, useMe } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Checkbox, SelectField, TextField, TotpField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { Secret } from './Secret.tsx';

const LIFETIMES = [7, 30, 90, 365] as const;

/** The page. */
export function ApiTokens() {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ readonly name: string; readonly token: string } | null>(null);
  const tokens = useQuery({
    queryKey: ['api-tokens'],
    queryFn: ({ signal }) => ask(api.GET('/auth/tokens', { signal })),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/auth/tokens/{id}', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api-tokens'] }),
  });
  return (
    <Page
      title={t('tokens.title')}
      lead={t('tokens.lead')}
      actions={
        <Button kind="primary" onClick={() => setMaking(true)}>
          {t('tokens.new')}
        </Button>
      }
    >
      {made !== null && <Secret title={made.name} text={made.token} />}
      {revoke.isError && <Problem error={revoke.error} />}
      <Card flush>
        {tokens.isPending && <SkeletonRows rows={3} />}
        {tokens.isError && <Problem error={tokens.error} onRetry={() => void tokens.refetch()} />}
        {tokens.data && (
          <Table
            label={t('tokens.title')}
            rows={tokens.data.items}
            rowKey={({ id }) => id}
            empty={<EmptyState title={t('tokens.empty')}>{t('tokens.emptyText')}</EmptyState>}
            columns={[
              {
                key: 'name',
                title: t('name'),
                cell: ({ name }) => <span className="font-medium wrap-anywhere">{name}</span>,
              },
              {
                key: 'scopes',
                title: t('tokens.scopes'),
                from: 'md',
                className: 'max-w-96',
                cell: ({ scopes }) => (
                  <span className="line-clamp-2 font-mono text-xs text-ink-soft" title={scopes.join('\n')}>
                    {scopes.join(', ')}
                  </span>
                ),
              },
              {
                key: 'used',
                title: t('tokens.lastUsed'),
                from: 'sm',
                cell: (row) => <Time value={row.last_used_at} format="ago" />,
              },
              { key: 'expires', title: t('expires'), cell: (row) => <Time value={row.expires_at} format="date" /> },
              {
                key: 'revoke',
                title: <span className="sr-only">{t('revoke')}</span>,
                align: 'right',
                cell: ({ id }) => (
                  <Button
                    size="sm"
                    busy={revoke.isPending && revoke.variables === id}
                    onClick={() => revoke.mutate(id)}
                  >
                    {t('revoke')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Card>
      <NewToken
        open={making}
        onClose={() => setMaking(false)}
        onMade={(token) => {
          setMade(token);
          setMaking(false);
          void queryClient.invalidateQueries({ queryKey: ['api-tokens'] });
        }}
      />
    </Page>
  );
}

function NewToken({
  open,
  onClose,
  onMade,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onMade: (token: { readonly name: string; readonly token: string }) => void;
}) {
  const { t } = useTranslation('settings');
  const me = useMe();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number>(90);
  const [scopes, setScopes] = useState<readonly Permission[]>([]);
  const [code, setCode] = useState('');
  const make = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/auth/tokens', {
          body: { name, scopes: [...scopes], expires_in_days: days },
          headers: withTotp(code),
        }),
      ),
    onSettled: () => setCode(''),
    onSuccess: (row) => {
      onMade(row);
      setName('');
      setScopes([]);
    },
  });
  return (
    <Dialog open={open} onOpenChange={onClose} title={t('tokens.new')} description={t('tokens.newLead')} wide>
      <WriteForm write={make}>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t('name')}
            value={name}
            required
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
          <SelectField
            label={t('tokens.lifetime')}
            value={days}
            onChange={({ target }) => setDays(Number(target.value))}
          >
            {LIFETIMES.map((each) => (
              <option key={each} value={each}>
                {t('days', { count: each })}
              </option>
            ))}
          </SelectField>
        </div>
        <fieldset>
          <legend className="pb-2 text-xs font-medium text-ink-soft">{t('tokens.scopes')}</legend>
          <div className="grid max-h-64 gap-2 overflow-y-auto rounded-md border border-line p-3 sm:grid-cols-2">
            {PERMISSION_NAMES.filter((each) => me.permissions.includes(each)).map((each) => (
              <Checkbox
                key={each}
                label={<code className="text-xs">{each}</code>}
                hint={PERMISSIONS[each].sentence}
                checked={scopes.includes(each)}
                onChange={({ target }) =>
                  setScopes((old) => (target.checked ? [...old, each] : old.filter((other) => other !== each)))
                }
              />
            ))}
          </div>
        </fieldset>
        <TotpField value={code} onChange={({ target }) => setCode(target.value)} />
        <FormActions onCancel={onClose} busy={make.isPending} disabled={scopes.length === 0}>
          {t('tokens.make')}
        </FormActions>
      </WriteForm>
    </Dialog>
  );
}
