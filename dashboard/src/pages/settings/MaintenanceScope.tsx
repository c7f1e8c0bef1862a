/** Which hosts a maintenance window is for. */

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { HostPicker } from '../../ui/HostPicker.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { groupChoiceQuery } from '../groups/data.ts';
import type { MaintenanceDraft } from './maintenanceDraft.ts';

type Props = {
  readonly tenantId: string;
  readonly draft: MaintenanceDraft;
  readonly onChange: (changed: Partial<MaintenanceDraft>) => void;
};

/** All of the client, those of a group at each moment, or some by name. */
export function MaintenanceScope(props: Props) {
  const { tenantId, draft, onChange } = props;
  const { t } = useTranslation('settings');
  const groups = useQuery(groupChoiceQuery(tenantId));
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label={t('alertRules.target')}
          value={draft.scope}
          onChange={({ target }) => onChange({ scope: target.value as MaintenanceDraft['scope'] })}
        >
          <option value="tenant">{t('alertRules.allHosts')}</option>
          <option value="group" disabled={groups.data?.length === 0}>
            {t('maintenance.oneGroup')}
          </option>
          <option value="agents">{t('maintenance.chosenHosts')}</option>
        </SelectField>
        {draft.scope === 'group' && (
          <SelectField
            label={t('maintenance.group')}
            value={draft.groupId}
            required
            onChange={({ target }) => onChange({ groupId: target.value })}
          >
            <option value="">—</option>
            <NamedOptions of={groups.data} />
          </SelectField>
        )}
      </div>
      {draft.scope === 'agents' && <ChosenHosts {...props} />}
    </>
  );
}

/** Found by a part of their name, however many the client has; each with the way to leave it out again. */
function ChosenHosts({ tenantId, draft: { hosts }, onChange }: Props) {
  const { t } = useTranslation('settings');
  return (
    <div className="space-y-2">
      <HostPicker
        value={null}
        tenantId={tenantId}
        required={hosts.length === 0}
        onChange={(host) => {
          if (host !== null && !hosts.some(({ id }) => id === host.id)) onChange({ hosts: [...hosts, host] });
        }}
      />
      {hosts.length > 0 && (
        <ul aria-label={t('maintenance.chosenHosts')} className="flex flex-wrap gap-2">
          {hosts.map(({ id, hostname }) => (
            <li key={id} className="flex items-center gap-1 rounded-md bg-sunken pl-2.5">
              <span className="font-medium">{hostname}</span>
              <Button
                kind="quiet"
                size="sm"
                aria-label={t('maintenance.leaveOut', { host: hostname })}
                onClick={() => onChange({ hosts: hosts.filter((other) => other.id !== id) })}
              >
                <X aria-hidden="true" />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
