/** The form of a price list. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useFieldArray, useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { tenantsQuery, useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { addMonths, monthName } from '../../ui/month.ts';
import { NamedOptions } from '../../ui/Options.tsx';
import { pricesQuery } from './billingQueries.ts';
import { type PriceList, priceListOf, priceTexts, VAT_CATEGORIES } from './priceFields.ts';

/** How far ahead a list may be prepared here. */
const MONTHS_AHEAD = 12;

/** `base` is what the fields begin with. */
export function PriceForm({ base, running }: { readonly base: PriceList | null; readonly running: string }) {
  const { t, i18n } = useTranslation('billing');
  const { t: common } = useTranslation();
  const mayWrite = useCan()('billing.write');
  const queryClient = useQueryClient();
  const tenants = useQuery(tenantsQuery);
  const { control, register, handleSubmit } = useForm({ defaultValues: priceTexts(base, running) });
  const tiers = useFieldArray({ control, name: 'tiers' });
  const discounts = useFieldArray({ control, name: 'discounts' });
  const saving = useMutation({
    mutationFn: (body: { effective_from: string; list: PriceList }) => ask(api.PUT('/billing/price-list', { body })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: pricesQuery.queryKey });
      await queryClient.invalidateQueries({ queryKey: ['billing', 'invoice'] });
      toast.success(common('saved'));
    },
  });
  const category = useWatch({ control, name: 'category' });
  const amount = { inputMode: 'decimal', pattern: '[0-9]{1,7}([.,][0-9]{1,2})?' } as const;
  return (
    <form
      onSubmit={handleSubmit((texts) =>
        saving.mutate({ effective_from: texts.effectiveFrom, list: priceListOf(texts, base) }),
      )}
    >
      <fieldset disabled={!mayWrite} className="space-y-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField label={t('prices.from')} {...register('effectiveFrom')}>
            {Array.from({ length: MONTHS_AHEAD + 1 }, (_, ahead) => addMonths(running, ahead)).map((month) => (
              <option key={month} value={month}>
                {monthName(month, i18n.language)}
              </option>
            ))}
          </SelectField>
          <TextField
            label={t('prices.freeHosts')}
            inputMode="numeric"
            pattern="[0-9]{1,8}"
            required
            {...register('free')}
          />
          <TextField label={t('prices.agentEur')} required {...amount} {...register('agent')} />
          <TextField label={t('prices.feeEur')} {...amount} {...register('fee')} />
          <SelectField label={t('prices.vat')} {...register('category')}>
            {VAT_CATEGORIES.map((each) => (
              <option key={each} value={each}>
                {t(`vat.${each}`)}
              </option>
            ))}
          </SelectField>
          {category === 'S' && <TextField label={t('prices.rate')} required {...amount} {...register('rate')} />}
          {category === 'E' && (
            <TextField label={t('prices.reason')} required maxLength={200} {...register('reason')} />
          )}
        </div>
        <section className="space-y-2">
          <h3 className="text-sm font-semibold">{t('prices.tiers')}</h3>
          {tiers.fields.map((tier, index) => (
            <div key={tier.id} className="flex items-end gap-2">
              <TextField
                label={t('prices.above')}
                inputMode="numeric"
                pattern="[0-9]{1,8}"
                required
                className="flex-1"
                {...register(`tiers.${index}.above`)}
              />
              <TextField
                label={t('prices.agentEur')}
                required
                className="flex-1"
                {...amount}
                {...register(`tiers.${index}.price`)}
              />
              <Button kind="quiet" aria-label={common('remove')} onClick={() => tiers.remove(index)}>
                <Trash2 aria-hidden="true" />
              </Button>
            </div>
          ))}
          <Button kind="quiet" size="sm" onClick={() => tiers.append({ above: '', price: '' })}>
            <Plus aria-hidden="true" /> {t('prices.addTier')}
          </Button>
        </section>
        <section className="space-y-2">
          <h3 className="text-sm font-semibold">{t('prices.discounts')}</h3>
          {discounts.fields.map((row, index) => (
            <div key={row.id} className="flex items-end gap-2">
              <SelectField label={t('client')} className="flex-[2]" {...register(`discounts.${index}.tenantId`)}>
                <NamedOptions of={tenants.data} />
              </SelectField>
              <TextField
                label={t('prices.percent')}
                required
                className="flex-1"
                {...amount}
                {...register(`discounts.${index}.percent`)}
              />
              <Button kind="quiet" aria-label={common('remove')} onClick={() => discounts.remove(index)}>
                <Trash2 aria-hidden="true" />
              </Button>
            </div>
          ))}
          <Button
            kind="quiet"
            size="sm"
            onClick={() => discounts.append({ tenantId: tenants.data?.[0]?.id ?? '', percent: '' })}
          >
            <Plus aria-hidden="true" /> {t('prices.addDiscount')}
          </Button>
        </section>
        {saving.isError && <Problem error={saving.error} />}
        {mayWrite && (
          <div className="flex justify-end">
            <Button type="submit" kind="primary" busy={saving.isPending}>
              {t('prices.save')}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  );
}
