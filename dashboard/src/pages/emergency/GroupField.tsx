/** Picks a group of hosts. */

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../api/client.ts';
import { useTenantName } from '../../session.ts';
import { SelectField } from '../../ui/Field.tsx';
import { groupChoiceQuery } from '../groups/data.ts';

/** A group of the list. */
export type HostGroup = Item<'/groups'>;

/** Groups that have hosts, of a client or of all in reach. `namedId` is the one that the address names. */
export function GroupField({
  tenantId,
  namedId,
  value,
  onChange,
}: {
  readonly tenantId: string | undefined;
  readonly namedId: string | undefined;
  readonly value: HostGroup | null;
  readonly onChange: (group: HostGroup | null) => void;
}) {
  const { t } = useTranslation('emergency');
  const tenantName = useTenantName();
  const { data } = useQuery(groupChoiceQuery(tenantId));
  const groups = data?.filter(({ member_count }) => member_count > 0) ?? [];
  useEffect(() => {
    const named = data?.find(({ id }) => id === namedId);
    if (named !== undefined) onChange(named);
  }, [data, namedId, onChange]);
  return (
    <SelectField
      label={t('new.groupLabel')}
      hint={data !== undefined && groups.length === 0 ? t('new.groupNone') : t('new.groupHint')}
      required
      value={value?.id ?? ''}
      onChange={(event) => onChange(groups.find(({ id }) => id === event.target.value) ?? null)}
    >
      <option value="">{t('new.groupPick')}</option>
      {groups.map((group) => (
        <option key={group.id} value={group.id}>
          {tenantName(group.tenant_id)} / {group.name} ({group.member_count})
        </option>
      ))}
    </SelectField>
  );
}
