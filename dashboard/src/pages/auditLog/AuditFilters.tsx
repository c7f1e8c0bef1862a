/** What the log is narrowed to; all of it is in the address. */

import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import messages from '../../messages/en/auditLog.ts';
import { isTenantBound, useMe } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Chip } from '../../ui/Badge.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { groupOf, type KnownEvent } from './events.ts';
import type { AuditSearch } from './search.ts';

const TYPES = Object.keys(messages.event) as KnownEvent[];
const GROUPS = Object.keys(messages.group) as (keyof typeof messages.group)[];

/** The line of filters; `onClear` is there while something is narrowed. */
export function AuditFilters({
  search,
  onChange,
  onClear,
}: {
  readonly search: AuditSearch;
  readonly onChange: (change: AuditSearch) => void;
  readonly onClear: (() => void) | undefined;
}) {
  const { t } = useTranslation('auditLog');
  const me = useMe();
  const tenantId = useTenantId();
  // Another list has another entry unfolded.
  const set = (key: Exclude<keyof AuditSearch, 'log'>, value: string | undefined): void =>
    onChange({ [key]: value || undefined, entry: undefined });
  const isUnknown = search.type !== undefined && !TYPES.some((each) => each === search.type);
  return (
    <FilterBar
      label={t('filters.label')}
      search={
        <SearchField label={t('filters.actor')} value={search.actor ?? ''} onChange={(value) => set('actor', value)} />
      }
      onClear={onClear}
    >
      <SelectField
        label={t('filters.type')}
        className="col-span-2 md:w-56"
        value={search.type ?? ''}
        onChange={({ target }) => set('type', target.value)}
      >
        <option value="">{t('filters.allTypes')}</option>
        {isUnknown && <option value={search.type}>{search.type}</option>}
        {GROUPS.map((group) => (
          <optgroup key={group} label={t(`group.${group}`)}>
            {TYPES.filter((type) => groupOf(type) === group).map((type) => (
              <option key={type} value={type}>
                {type.replaceAll('_', ' ')}
              </option>
            ))}
          </optgroup>
        ))}
      </SelectField>
      <TextField
        type="date"
        label={t('filters.from')}
        value={search.from ?? ''}
        onChange={({ target }) => set('from', target.value)}
      />
      <TextField
        type="date"
        label={t('filters.to')}
        value={search.to ?? ''}
        onChange={({ target }) => set('to', target.value)}
      />
      {!isTenantBound(me) && (
        <SelectField
          label={t('filters.log')}
          className="col-span-2"
          value={search.log ?? ''}
          onChange={({ target }) => onChange({ log: target.value === 'msp' ? 'msp' : undefined, entry: undefined })}
        >
          <option value="">{t(tenantId === undefined ? 'filters.logAll' : 'filters.logClient')}</option>
          <option value="msp">{t('filters.logMsp')}</option>
        </SelectField>
      )}
      {search.session !== undefined && (
        <Chip pressed onPress={() => set('session', undefined)}>
          {t('filters.session', { id: search.session.slice(0, 8) })} <X aria-hidden="true" className="size-3.5" />
        </Chip>
      )}
    </FilterBar>
  );
}
