/** Audit packs: a year of every client at a glance, and one month of one client in a panel. */

import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, FileCheck2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compact, text } from '../../search.ts';
import { tenantsQuery } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { monthOf } from '../../ui/month.ts';
import { useNow } from '../../ui/Time.tsx';
import { StateMark } from './MonthCell.tsx';
import { PackGrid } from './PackGrid.tsx';
import { PackSheet } from './PackSheet.tsx';
import { buildsQuery, type Pack, packsQuery } from './packQueries.ts';
import { isRecorded, packState } from './packState.ts';

const route = getRouteApi('/shell/audit-packs');
/** Up to so many clients one question answers for all; beyond, each client in sight is asked for. */
const ONE_QUESTION = 80;
const CLIENTS_SHOWN = 50;
/** Marks that are explained above the grid; that of the demonstration's history where there is one. */
const LEGEND = ['closed', 'preview', 'recorded', 'absent'] as const;

/** The page. */
export function AuditPacks() {
  const { t } = useTranslation('packs');
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/audit-packs' });
  const thisMonth = monthOf(useNow(60));
  const year = search.year ?? Number(thisMonth.slice(0, 4));
  const bound = useTenantId();
  const tenants = useQuery(tenantsQuery);
  const [shown, setShown] = useState(CLIENTS_SHOWN);
  const found = useMemo(
    () =>
      (tenants.data ?? [])
        .filter((tenant) => bound === undefined || tenant.id === bound)
        .filter((tenant) => tenant.name.toLowerCase().includes((search.q ?? '').toLowerCase())),
    [tenants.data, bound, search.q],
  );
  const visible = found.slice(0, shown);
  const packs = usePacks(
    bound === undefined && (tenants.data?.length ?? 0) <= ONE_QUESTION ? [undefined] : visible.map(({ id }) => id),
    tenants.isSuccess,
  );
  const builds = useQuery(buildsQuery(bound));
  const byPlace = new Map(packs.rows.map((pack) => [`${pack.tenant_id} ${pack.month}`, pack]));
  const buildOf = (id: string, month: string) =>
    builds.data?.find((build) => build.tenant_id === id && build.month === month);
  const months = Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`);
  const { client, month } = search;
  const picked = tenants.data?.find(({ id }) => id === client);
  const stepYear = (by: number) => navigate({ search: (old) => ({ ...old, year: year + by }), replace: true });

  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <div className="flex items-center gap-1">
          <Button kind="quiet" aria-label={t('earlier')} onClick={() => void stepYear(-1)}>
            <ChevronLeft aria-hidden="true" />
          </Button>
          <span aria-live="polite" className="w-12 text-center font-semibold tabular-nums">
            {year}
          </span>
          <Button
            kind="quiet"
            aria-label={t('later')}
            disabled={year >= Number(thisMonth.slice(0, 4))}
            onClick={() => void stepYear(1)}
          >
            <ChevronRight aria-hidden="true" />
          </Button>
        </div>
      }
    >
      {packs.error !== null && <Problem error={packs.error} />}
      <Card flush>
        <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-2.5">
          {bound === undefined ? (
            <TextField
              label={t('find')}
              hideLabel
              placeholder={t('find')}
              className="w-full sm:w-64"
              value={search.q ?? ''}
              onChange={(event) =>
                void navigate({ search: (old) => compact({ ...old, q: text(event.target.value) }), replace: true })
              }
            />
          ) : (
            <span />
          )}
          <ul aria-label={t('legend')} className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
            {LEGEND.filter((state) => state !== 'recorded' || packs.rows.some(isRecorded)).map((state) => (
              <li key={state} className="flex items-center gap-1.5">
                <StateMark state={state} /> {t(`state.${state}`)}
              </li>
            ))}
          </ul>
        </div>
        {!tenants.isSuccess || packs.isPending ? (
          <SkeletonRows rows={12} className="h-12" />
        ) : visible.length === 0 ? (
          <EmptyState title={t('empty.title')} icon={<FileCheck2 aria-hidden="true" />}>
            {t('empty.text')}
          </EmptyState>
        ) : (
          <PackGrid
            clients={visible}
            months={months}
            picked={(each, of) => each.id === client && of === month}
            stateOf={(each, of) =>
              packState({
                month: of,
                thisMonth,
                since: found.find(({ id }) => id === each.id)?.created_at.slice(0, 7) ?? of,
                pack: byPlace.get(`${each.id} ${of}`),
                build: buildOf(each.id, of),
              })
            }
          />
        )}
        {found.length > shown && (
          <div className="border-t border-line p-3 text-center">
            <Button size="sm" onClick={() => setShown((count) => count + CLIENTS_SHOWN)}>
              {t('moreClients', { count: found.length - shown })}
            </Button>
          </div>
        )}
      </Card>
      {picked !== undefined && month !== undefined && (
        <PackSheet
          client={picked}
          month={month}
          thisMonth={thisMonth}
          pack={byPlace.get(`${picked.id} ${month}`)}
          view={search.view ?? 'pack'}
          onClose={() =>
            void navigate({
              search: (old) => compact({ ...old, client: undefined, month: undefined, view: undefined }),
            })
          }
        />
      )}
    </Page>
  );
}

/** Packs of several clients (undefined: all) as one list. */
function usePacks(ids: readonly (string | undefined)[], enabled: boolean) {
  return useQueries({
    queries: ids.map((id) => ({ ...packsQuery(id), enabled })),
    combine: (answers) => ({
      rows: answers.flatMap(({ data }): readonly Pack[] => data ?? []),
      isPending: answers.some(({ isPending }) => isPending),
      error: answers.find(({ error }) => error !== null)?.error ?? null,
    }),
  });
}
