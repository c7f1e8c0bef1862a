/** Making an enrolment token: the answer is the command that installs the agent. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Card } from '../../ui/Layout.tsx';
import { WriteForm } from '../../ui/WriteForm.tsx';
import { Secret } from './Secret.tsx';
import { useSudo } from './useSudo.tsx';

const HOURS = [1, 24, 168, 720] as const;

/** The form. */
export function NewEnrolmentToken({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const sudo = useSudo();
  const [name, setName] = useState('');
  const [uses, setUses] = useState(1);
  const [hours, setHours] = useState(24);
  const [tags, setTags] = useState('');
  const make = useMutation({
    mutationFn: () =>
      sudo.run(() =>
        ask(
          api.POST('/enrolment-tokens', {
            body: {
              tenant_id: tenantId,
              name,
              max_uses: uses,
              expires_in_hours: hours,
              default_tags: tags.split(/[\s,]+/).filter((tag) => tag !== ''),
            },
          }),
        ),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['enrolment-tokens'] }),
  });
  return (
    <Card title={t('enrolment.newHost')}>
      {sudo.dialog}
      <WriteForm write={make} className="space-y-3">
        {make.data && (
          <Secret title={t('enrolment.installCommand')} text={make.data.install_command}>
            <p className="text-xs text-ink-soft">{t('enrolment.runOnHost')}</p>
          </Secret>
        )}
        <TextField
          label={t('name')}
          placeholder="web-04"
          value={name}
          required
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t('enrolment.uses')}
            type="number"
            min={1}
            max={100_000}
            value={uses}
            onChange={({ target }) => setUses(target.valueAsNumber)}
          />
          <SelectField
            label={t('enrolment.lifetime')}
            value={hours}
            onChange={({ target }) => setHours(Number(target.value))}
          >
            {HOURS.map((each) => (
              <option key={each} value={each}>
                {each < 48 ? t('hours', { count: each }) : t('days', { count: each / 24 })}
              </option>
            ))}
          </SelectField>
        </div>
        <TextField
          label={t('enrolment.tags')}
          hint={t('enrolment.tagsHint')}
          placeholder="production, eu-west-1"
          value={tags}
          onChange={({ target }) => setTags(target.value)}
        />
        <Button type="submit" kind="primary" busy={make.isPending}>
          {t('enrolment.make')}
        </Button>
      </WriteForm>
    </Card>
  );
}
