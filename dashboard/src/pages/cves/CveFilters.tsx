/** What the list of CVEs is narrowed to; all of it is in the address. */

import { useTranslation } from 'react-i18next';
import { compact, isNarrowed } from '../../search.ts';
import { Chip } from '../../ui/Badge.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { SeverityOptions } from '../../ui/Options.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { cvesRoute } from './routes.tsx';

type Search = ReturnType<typeof cvesRoute.useSearch>;

/** Bounds of the CVSS bands medium, high and critical. */
const CVSS_BOUNDS = [4, 7, 9] as const;

/** The line of filters; those by score where there are scores to narrow by. */
export function CveFilters({ withScores }: { readonly withScores: boolean }) {
  const { t } = useTranslation('cves');
  const search = cvesRoute.useSearch();
  const navigate = cvesRoute.useNavigate();
  const set = (key: keyof Search & string, value: string | number | true | undefined): void =>
    void navigate({
      // What the address may hold is checked when it is read.
      search: (old) => ({ ...old, [key]: value || undefined }) as Search,
      replace: true,
    });
  return (
    <FilterBar
      label={t('filters.label')}
      search={<SearchField label={t('filters.search')} value={search.q ?? ''} onChange={(value) => set('q', value)} />}
      onClear={
        isNarrowed(search, 'tenant')
          ? () => void navigate({ search: ({ tenant }) => compact({ tenant }), replace: true })
          : undefined
      }
    >
      <SelectField
        label={t('filters.state')}
        value={search.state ?? ''}
        onChange={({ target }) => set('state', target.value)}
      >
        <option value="">{t('filters.open')}</option>
        <option value="patched">{t('filters.patched')}</option>
        <option value="all">{t('filters.all')}</option>
      </SelectField>
      {withScores && (
        <>
          <SelectField
            label={t('filters.severity')}
            value={search.severity ?? ''}
            onChange={({ target }) => set('severity', target.value)}
          >
            <option value="">{t('filters.all')}</option>
            <SeverityOptions />
          </SelectField>
          <SelectField
            label={t('filters.cvss')}
            value={search.cvss ?? ''}
            onChange={({ target }) => set('cvss', Number(target.value))}
          >
            <option value="">{t('filters.cvssAny')}</option>
            {CVSS_BOUNDS.map((score) => (
              <option key={score} value={score}>
                {t('filters.cvssMin', { score: score.toFixed(1) })}
              </option>
            ))}
          </SelectField>
        </>
      )}
      <div className="col-span-2 flex flex-wrap items-center gap-2 md:h-9">
        <Chip pressed={search.kev ?? false} onPress={() => set('kev', search.kev ? undefined : true)}>
          {t('filters.kev')}
        </Chip>
        <Chip pressed={search.kernel ?? false} onPress={() => set('kernel', search.kernel ? undefined : true)}>
          {t('filters.kernel')}
        </Chip>
      </div>
    </FilterBar>
  );
}
