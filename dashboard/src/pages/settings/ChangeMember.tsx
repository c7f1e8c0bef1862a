/** Changing a person's role, or closing the account. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CLIENT_ROLES, ROLES, type Role } from '../../../../src/domain/permissions.ts';
import { api, ask, withTotp } from '../../api/client.ts';
import { useMe } from '../../session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, SelectField, TotpField } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import type { Member } from './Team.tsx';

/** The dialog about one person. */
export function ChangeMember({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const me = useMe();
  const queryClient = useQueryClient();
  const [role, setRole] = useState<Role>(member.role);
  const [isActive, setIsActive] = useState(member.is_active);
  const [code, setCode] = useState('');
  const change = useMutation({
    mutationFn: () =>
      ask(
        api.PATCH('/team/{id}', {
          params: { path: { id: member.id } },
          body: {
            ...(role === member.role ? {} : { role }),
            ...(isActive === member.is_active ? {} : { is_active: isActive }),
          },
          headers: withTotp(code),
        }),
      ),
    onSettled: () => setCode(''),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['team'] });
      onClose();
    },
  });
  // People of the MSP and of a client do not change sides.
  const isClient = CLIENT_ROLES.includes(member.role);
  const roles = ROLES.filter(
    (each) => CLIENT_ROLES.includes(each) === isClient && (each !== 'owner' || me.role === 'owner'),
  );
  return (
    <Dialog open onOpenChange={onClose} title={member.name} description={member.email}>
      <WriteForm write={change}>
        <SelectField label={t('team.role')} value={role} onChange={({ target }) => setRole(target.value as Role)}>
          {roles.map((each) => (
            <option key={each} value={each}>
              {common(`role.${each}`)}
            </option>
          ))}
        </SelectField>
        <Checkbox
          label={t('team.mayEnter')}
          hint={t('team.mayEnterHint')}
          checked={isActive}
          onChange={({ target }) => setIsActive(target.checked)}
        />
        <TotpField value={code} onChange={({ target }) => setCode(target.value)} />
        <FormActions
          onCancel={onClose}
          busy={change.isPending}
          kind={isActive ? 'primary' : 'danger'}
          disabled={role === member.role && isActive === member.is_active}
        />
      </WriteForm>
    </Dialog>
  );
}
