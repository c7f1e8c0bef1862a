/** The rule of a group, and what its members inherit. */

import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { type Group, useReplaceGroup } from './data.ts';
import { toDefinition } from './fields.ts';
import { GroupForm } from './GroupForm.tsx';

/** The form; the runbook has its own tab and stays as it is. */
export function GroupSettings({ group }: { readonly group: Group }) {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const save = useReplaceGroup(group.id, ({ name, member_count: count }) =>
    toast.success(t('form.saved', { name, count })),
  );
  return (
    <GroupForm
      group={group}
      tenantId={group.tenant_id}
      submit={common('save')}
      error={save.error}
      busy={save.isPending}
      onSubmit={(fields, draft) => save.mutate(toDefinition(fields, draft))}
    />
  );
}
