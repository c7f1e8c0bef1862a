/** What the list of alerts is narrowed to; all of it is in the address. */

import { useNavigate } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { SLA_STATES } from '../../../../src/domain/sla.ts';
import { compact, isNarrowed } from '../../search.ts';
import { isTenantBound, useMe } from '../../session.ts';
import { Chip } from '../../ui/Badge.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { SeverityOptions } from '../../ui/Options.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { alertsRoute, STATUS_CHOICES } from './routes.tsx';

type Search = ReturnType<typeof alertsRoute.useSearch>;

/** `hostname` names the host that the address narrows to by id. */
export function AlertFilters({ hostname }: { readonly hostname: string | undefined }) {
  const { t } = useTranslation('alerts');
  const me = useMe();
  const search = alertsRoute.useSearch();
  const navigate = useNavigate({ from: alertsRoute.fullPath });
  const set = (key: keyof Search & string, value: string | undefined): void =>
    void navigate({
      // What the address may hold is checked when it is read.
      search: (old) => ({ ...old, [key]: value || undefined }) as Search,
      replace: true,
    });
  const clear = (): void => void navigate({ search: ({ tenant }) => compact({ tenant }), replace: true });
  return (
    <FilterBar
      label={t('filters.label')}
      search={<SearchField label={t('filters.search')} value={search.q ?? ''} onChange={(value) => set('q', value)} />}
      onClear={isNarrowed(search, 'tenant', 'resolve') ? clear : undefined}
    >
      <SelectField
        label={t('filters.status')}
        value={search.status ?? ''}
        onChange={({ target }) => set('status', target.value)}
      >
        <option value="">{t('filters.unresolved')}</option>
        {STATUS_CHOICES.map((each) => (
          <option key={each} value={each}>
            {each === 'all' ? t('filters.all') : t(`status.${each}`)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t('filters.severity')}
        value={search.severity ?? ''}
        onChange={({ target }) => set('severity', target.value)}
      >
        <option value="">{t('filters.all')}</option>
        <SeverityOptions />
      </SelectField>
      <SelectField
        label={t('filters.sla')}
        value={search.sla ?? ''}
        onChange={({ target }) => set('sla', target.value)}
      >
        <option value="">{t('filters.all')}</option>
        {SLA_STATES.map((each) => (
          <option key={each} value={each}>
            {t(`sla.${each}`)}
          </option>
        ))}
      </SelectField>
      {!isTenantBound(me) && (
        <SelectField
          label={t('filters.assigned')}
          value={search.assigned ?? ''}
          onChange={({ target }) => set('assigned', target.value)}
        >
          <option value="">{t('filters.anybody')}</option>
          <option value="me">{t('filters.me')}</option>
          <option value="nobody">{t('filters.nobody')}</option>
        </SelectField>
      )}
      {search.host !== undefined && (
        <Chip pressed onPress={() => set('host', undefined)}>
          {t('filters.host', { name: hostname ?? '…' })} <X aria-hidden="true" className="size-3.5" />
        </Chip>
      )}
    </FilterBar>
  );
}
