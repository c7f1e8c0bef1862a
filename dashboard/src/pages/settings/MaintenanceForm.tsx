/** Planning a maintenance window of one client. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { MaintenanceSchedule } from './MaintenanceSchedule.tsx';
import { MaintenanceScope } from './MaintenanceScope.tsx';
import { bodyOf, emptyMaintenance, type MaintenanceDraft } from './maintenanceDraft.ts';

/** The dialog. */
export function MaintenanceForm({
  tenantId,
  onClose,
  onPlanned,
}: {
  readonly tenantId: string;
  readonly onClose: () => void;
  readonly onPlanned: () => void;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const [draft, setDraft] = useState(emptyMaintenance);
  const change = (changed: Partial<MaintenanceDraft>): void => setDraft((old) => ({ ...old, ...changed }));
  const plan = useMutation({
    mutationFn: () => ask(api.POST('/maintenance-windows', { body: bodyOf(draft, tenantId) })),
    onSuccess: onPlanned,
  });
  return (
    <Dialog open onOpenChange={onClose} title={t('maintenance.new')} description={t('maintenance.newLead')} wide>
      <WriteForm write={plan}>
        <TextField
          label={t('maintenance.what')}
          value={draft.title}
          required
          maxLength={200}
          onChange={({ target }) => change({ title: target.value })}
        />
        <TextArea
          label={common('reason.label')}
          hint={common('reason.hint')}
          value={draft.reason}
          required
          rows={2}
          onChange={({ target }) => change({ reason: target.value })}
        />
        <MaintenanceScope tenantId={tenantId} draft={draft} onChange={change} />
        <MaintenanceSchedule draft={draft} onChange={change} />
        <FormActions onCancel={onClose} busy={plan.isPending}>
          {t('maintenance.plan')}
        </FormActions>
      </WriteForm>
    </Dialog>
  );
}
