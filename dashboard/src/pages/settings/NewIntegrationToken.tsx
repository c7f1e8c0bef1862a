/** Making a token for another system that tells the hub something. */

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

const PURPOSES = ['alertmanager', 'ingest', 'trivy'] as const;

/** The form. */
export function NewIntegrationToken({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const sudo = useSudo();
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>('alertmanager');
  const make = useMutation({
    mutationFn: () =>
      sudo.run(() => ask(api.POST('/integration-tokens', { body: { tenant_id: tenantId, name, purpose } }))),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['integration-tokens'] }),
  });
  return (
    <Card title={t('enrolment.newIntegration')}>
      {sudo.dialog}
      <WriteForm write={make} className="space-y-3">
        {make.data && <Secret title={make.data.name} text={make.data.token} />}
        <TextField
          label={t('name')}
          value={name}
          required
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
        />
        <SelectField
          label={t('enrolment.purpose')}
          value={purpose}
          onChange={({ target }) => setPurpose(PURPOSES.find((each) => each === target.value) ?? 'alertmanager')}
        >
          {PURPOSES.map((each) => (
            <option key={each} value={each}>
              {t(`enrolment.purposes.${each}`)}
            </option>
          ))}
        </SelectField>
        <Button type="submit" busy={make.isPending}>
          {t('enrolment.make')}
        </Button>
      </WriteForm>
    </Card>
  );
}
