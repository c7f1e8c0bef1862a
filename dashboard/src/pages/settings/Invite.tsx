/** Inviting a person: of the MSP, of a client, or an auditor for a time. */

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CLIENT_ROLES, ROLES, type Role } from '../../../../src/domain/permissions.ts';
import { api, ask, withTotp } from '../../api/client.ts';
import { tenantsQuery, useMe } from '../../session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { SelectField, TextField, TotpField } from '../../ui/Field.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';

/** The dialog; `onInvited` gets the token, which is shown once. */
export function Invite({
  open,
  onClose,
  onInvited,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onInvited: (invited: { readonly email: string; readonly token: string }) => void;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const me = useMe();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [tenantId, setTenantId] = useState('');
  const [until, setUntil] = useState('');
  const [code, setCode] = useState('');
  const isClient = CLIENT_ROLES.includes(role);
  const tenants = useQuery({ ...tenantsQuery, enabled: open && isClient });
  const invite = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/invitations', {
          body: {
            email,
            name,
            role,
            tenant_id: isClient ? tenantId : null,
            user_expires_at: role === 'auditor' ? new Date(`${until}T23:59:59`).toISOString() : null,
          },
          headers: withTotp(code),
        }),
      ),
    onSettled: () => setCode(''),
    onSuccess: (row) => {
      onInvited(row);
      setEmail('');
      setName('');
    },
  });
  return (
    <Dialog open={open} onOpenChange={onClose} title={t('team.invite')} description={t('team.inviteLead')}>
      <WriteForm write={invite}>
        <TextField label={t('team.name')} value={name} required onChange={({ target }) => setName(target.value)} />
        <TextField
          label={t('team.email')}
          type="email"
          value={email}
          required
          onChange={({ target }) => setEmail(target.value)}
        />
        <SelectField label={t('team.role')} value={role} onChange={({ target }) => setRole(target.value as Role)}>
          {ROLES.filter((each) => each !== 'owner' || me.role === 'owner').map((each) => (
            <option key={each} value={each}>
              {common(`role.${each}`)}
            </option>
          ))}
        </SelectField>
        {isClient && (
          <SelectField
            label={common('tenant')}
            value={tenantId}
            required
            onChange={({ target }) => setTenantId(target.value)}
          >
            <option value="">{t('pickClient')}</option>
            <NamedOptions of={tenants.data} />
          </SelectField>
        )}
        {role === 'auditor' && (
          <TextField
            label={t('team.accountUntil')}
            hint={t('team.accountUntilHint')}
            type="date"
            value={until}
            required
            onChange={({ target }) => setUntil(target.value)}
          />
        )}
        <TotpField value={code} onChange={({ target }) => setCode(target.value)} />
        <FormActions onCancel={onClose} busy={invite.isPending}>
          {t('team.invite')}
        </FormActions>
      </WriteForm>
    </Dialog>
  );
}
