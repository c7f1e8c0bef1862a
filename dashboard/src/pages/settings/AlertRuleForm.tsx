/** Making or changing one alert rule. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isFleetMetric, METRICS, type Metric, OPERATORS, type Operator } from '../../../../src/domain/alertRule.ts';
import type { Severity } from '../../../../src/domain/severity.ts';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, SelectField, TextField } from '../../ui/Field.tsx';
import { SeverityOptions } from '../../ui/Options.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import type { RuleDraft } from './AlertRules.tsx';
import { metricWithUnit } from './ruleWords.ts';

const BLANK: RuleDraft = {
  name: '',
  metric: 'cpu_pct',
  operator: '>',
  threshold: 85,
  metric_argument: null,
  duration_secs: 300,
  severity: 'high',
  target: { kind: 'all' },
  enabled: true,
};
/** Metrics that are about something named. */
const NAMED: ReadonlySet<Metric> = new Set(['process_running', 'tag_offline_pct']);

/** The dialog; without an id it makes a rule of the client given. */
export function AlertRuleForm({
  id,
  draft,
  tenantId,
  onClose,
  onSaved,
}: {
  readonly id: string | null;
  readonly draft: RuleDraft | null;
  readonly tenantId: string | undefined;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { t } = useTranslation('settings');
  const [rule, setRule] = useState<RuleDraft>(draft ?? BLANK);
  const set = (change: Partial<RuleDraft>): void => setRule((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: async () => {
      if (id === null)
        await ask(
          api.POST('/alert-rules', {
            params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } },
            body: rule,
          }),
        );
      else await ask(api.PUT('/alert-rules/{id}', { params: { path: { id } }, body: rule }));
    },
    onSuccess: onSaved,
  });
  const fault = (...path: string[]): string | undefined => problemOf(save.error)?.fault(...path);
  const isFleet = isFleetMetric(rule.metric);
  const target = rule.target ?? { kind: 'all' as const };
  return (
    <Dialog open onOpenChange={onClose} title={id === null ? t('alertRules.new') : t('alertRules.change')} wide>
      <WriteForm write={save}>
        <TextField
          label={t('name')}
          value={rule.name}
          required
          fault={fault('name')}
          onChange={({ target }) => set({ name: target.value })}
        />
        <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]">
          <SelectField
            label={t('alertRules.metric')}
            value={rule.metric}
            onChange={({ target }) => {
              const metric = target.value as Metric;
              set({
                metric,
                metric_argument: NAMED.has(metric) ? '' : null,
                ...(isFleetMetric(metric) && { target: { kind: 'all' } }),
              });
            }}
          >
            {METRICS.map((each) => (
              <option key={each} value={each}>
                {metricWithUnit(each, t)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('alertRules.operator')}
            value={rule.operator}
            onChange={({ target }) => set({ operator: target.value as Operator })}
          >
            {OPERATORS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </SelectField>
          <TextField
            label={t('alertRules.threshold')}
            type="number"
            step="any"
            required
            value={Number.isNaN(rule.threshold) ? '' : rule.threshold}
            onChange={({ target }) => set({ threshold: target.valueAsNumber })}
          />
        </div>
        {rule.metric_argument !== null && rule.metric_argument !== undefined && (
          <TextField
            label={rule.metric === 'process_running' ? t('alertRules.process') : t('alertRules.tag')}
            value={rule.metric_argument}
            required
            fault={fault('metric_argument')}
            onChange={({ target }) => set({ metric_argument: target.value })}
          />
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t('alertRules.minutes')}
            hint={t('alertRules.minutesHint')}
            type="number"
            min={0}
            max={10_080}
            required
            value={rule.duration_secs / 60}
            onChange={({ target }) => set({ duration_secs: Math.round((target.valueAsNumber || 0) * 60) })}
          />
          <SelectField
            label={t('alertRules.severity')}
            value={rule.severity}
            onChange={({ target }) => set({ severity: target.value as Severity })}
          >
            <SeverityOptions />
          </SelectField>
        </div>
        {!isFleet && target.kind !== 'agents' && (
          <TextField
            label={t('alertRules.onlyTag')}
            hint={t('alertRules.onlyTagHint')}
            value={target.kind === 'tag' ? target.tag : ''}
            onChange={({ target: { value } }) =>
              set({ target: value === '' ? { kind: 'all' } : { kind: 'tag', tag: value } })
            }
          />
        )}
        <Checkbox
          label={t('alertRules.enabled')}
          checked={rule.enabled ?? true}
          onChange={({ target }) => set({ enabled: target.checked })}
        />
        <FormActions onCancel={onClose} busy={save.isPending} />
      </WriteForm>
    </Dialog>
  );
}
