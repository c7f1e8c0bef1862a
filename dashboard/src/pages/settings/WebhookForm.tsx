/** Making or changing a webhook. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../../../src/domain/webhook.ts';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useTenantName } from '../../session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, TextField } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { useSudo } from './useSudo.tsx';
import type { Webhook } from './Webhooks.tsx';

/** The dialog; `onSaved` gets the secret of a new one, which is shown once. */
export function WebhookForm({
  webhook,
  tenantId,
  onClose,
  onSaved,
}: {
  readonly webhook: Webhook | null;
  readonly tenantId: string | undefined;
  readonly onClose: () => void;
  readonly onSaved: (made: { readonly name: string; readonly text: string } | null) => void;
}) {
  const { t } = useTranslation('settings');
  const nameOf = useTenantName();
  const sudo = useSudo();
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<readonly WebhookEvent[]>(webhook?.events ?? ['alert.created', 'alert.resolved']);
  const [isActive, setIsActive] = useState(webhook?.is_active ?? true);
  const save = useMutation({
    mutationFn: () =>
      sudo.run(async () => {
        const body = { name, url, events: [...events], is_active: isActive };
        if (webhook !== null) {
          await ask(api.PATCH('/webhooks/{id}', { params: { path: { id: webhook.id } }, body }));
          return null;
        }
        const made = await ask(api.POST('/webhooks', { body: { ...body, tenant_id: tenantId ?? null } }));
        return { name, text: made.secret };
      }),
    onSuccess: onSaved,
  });
  const fault = (field: string): string | undefined => problemOf(save.error)?.fault(field);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={webhook === null ? t('webhooks.new') : webhook.name}
      description={tenantId === undefined ? t('webhooks.ofAll') : t('webhooks.ofOne', { client: nameOf(tenantId) })}
    >
      {sudo.dialog}
      <WriteForm write={save}>
        <TextField
          label={t('name')}
          value={name}
          required
          maxLength={100}
          fault={fault('name')}
          onChange={({ target }) => setName(target.value)}
        />
        <TextField
          label={t('webhooks.url')}
          hint={t('webhooks.urlHint')}
          type="url"
          placeholder="https://hooks.example.com/monsys"
          value={url}
          required
          fault={fault('url')}
          onChange={({ target }) => setUrl(target.value)}
        />
        <fieldset className="space-y-1.5">
          <legend className="pb-1 text-xs font-medium text-ink-soft">{t('webhooks.events')}</legend>
          {WEBHOOK_EVENTS.map((each) => (
            <Checkbox
              key={each}
              label={<code className="text-xs">{each}</code>}
              checked={events.includes(each)}
              onChange={({ target }) =>
                setEvents((old) => (target.checked ? [...old, each] : old.filter((other) => other !== each)))
              }
            />
          ))}
        </fieldset>
        <Checkbox
          label={t('alertRules.enabled')}
          checked={isActive}
          onChange={({ target }) => setIsActive(target.checked)}
        />
        <FormActions onCancel={onClose} busy={save.isPending} disabled={events.length === 0} />
      </WriteForm>
    </Dialog>
  );
}
