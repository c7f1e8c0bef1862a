/** The bar over the calendar: which weeks, how much of them, and the keys. */

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { useCan } from '../../session.ts';
import { Chip, Kbd } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { isTyping, useLetterKeys } from '../../ui/shortcuts.ts';
import { useIsPhone } from '../../ui/useMedia.ts';
import { type Day, neighbour, viewerZone } from './period.ts';
import { CALENDAR_VIEWS, onCallRoute } from './routes.tsx';
import { zoneName } from './when.ts';

/** Everything it changes is in the address. */
export function CalendarBar({ weeks }: { readonly weeks: readonly (readonly Day[])[] }) {
  const { t } = useTranslation('onCall');
  const isPhone = useIsPhone();
  const { view = 'week', from, layers = false } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  const [keys] = useLetterKeys();
  const mayTake = useCan()('on_call.override');
  const go = (to: string | undefined): void =>
    void navigate({ search: (old) => ({ ...old, from: to }), resetScroll: false });
  const step = (by: -1 | 1): void => go(neighbour(view, from, by, Date.now(), viewerZone()));
  useEffect(() => {
    if (!keys) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 't' || isTyping(event)) return;
      void navigate({ search: (old) => ({ ...old, from: undefined }), resetScroll: false });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [keys, navigate]);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2">
      <div className="no-print flex items-center gap-1">
        <Button size="sm" aria-label={t(`calendar.before.${view}`)} onClick={() => step(-1)}>
          <ChevronLeft aria-hidden="true" />
        </Button>
        <Button size="sm" onClick={() => go(undefined)}>
          {t('calendar.today')}
        </Button>
        <Button size="sm" aria-label={t(`calendar.after.${view}`)} onClick={() => step(1)}>
          <ChevronRight aria-hidden="true" />
        </Button>
      </div>
      <PeriodTitle weeks={weeks} view={view} />
      <div className="no-print ml-auto flex flex-wrap items-center gap-2">
        {!isPhone && (
          <span className="flex items-center gap-2 text-xs text-ink-faint max-xl:hidden">
            <span className="flex items-center gap-1">
              <Kbd>← →</Kbd> {t('calendar.keys.move')}
            </span>
            {mayTake && (
              <span className="flex items-center gap-1">
                <Kbd>Shift →</Kbd> {t('calendar.keys.range')}
              </span>
            )}
            {keys && (
              <span className="flex items-center gap-1">
                <Kbd>T</Kbd> {t('calendar.keys.today')}
              </span>
            )}
          </span>
        )}
        <span className="text-xs text-ink-faint">{t('calendar.zone', { zone: zoneName(viewerZone()) })}</span>
        {!isPhone && (
          <Chip
            pressed={layers}
            onPress={() =>
              void navigate({ search: (old) => ({ ...old, layers: layers ? undefined : true }), resetScroll: false })
            }
          >
            {t('calendar.layers')}
          </Chip>
        )}
        {CALENDAR_VIEWS.map((each) => (
          <Chip
            key={each}
            pressed={view === each}
            onPress={() =>
              void navigate({
                search: (old) => ({ ...old, view: each === 'week' ? undefined : each }),
                resetScroll: false,
              })
            }
          >
            {t(`calendar.${each}`)}
          </Chip>
        ))}
      </div>
    </header>
  );
}

function PeriodTitle({
  weeks,
  view,
}: {
  readonly weeks: readonly (readonly Day[])[];
  readonly view: 'week' | 'month';
}) {
  const { i18n } = useTranslation();
  const days = weeks.flat().filter(({ isOutside }) => !isOutside);
  const locale = dateLocale(i18n.language);
  const first = Date.parse(days[0]?.date ?? '');
  const last = Date.parse(days.at(-1)?.date ?? '');
  // Dates and not moments: read in the zone that they were parsed in.
  const words =
    view === 'month'
      ? new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first)
      : new Intl.DateTimeFormat(locale, {
          day: 'numeric',
          month: 'short',
          year: 'numeric',
          timeZone: 'UTC',
        }).formatRange(first, last);
  return (
    <h2 aria-live="polite" className="font-semibold first-letter:uppercase">
      {words}
    </h2>
  );
}
