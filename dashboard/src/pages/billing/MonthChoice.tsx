/** The month in view, one step at a time; it is in the address. */

import { useNavigate } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { addMonths, monthName } from '../../ui/month.ts';

/** `month` is shown; the running one is the last that there is, and has no place in the address. */
export function MonthChoice({ month, running }: { readonly month: string; readonly running: string }) {
  const { t, i18n } = useTranslation('billing');
  const navigate = useNavigate({ from: '/billing' });
  const go = (by: number): void => {
    const next = addMonths(month, by);
    void navigate({
      search: (old) => compact({ ...old, month: next === running ? undefined : next, explain: undefined }),
      replace: true,
    });
  };
  return (
    <div className="flex items-center gap-1">
      <Button kind="quiet" aria-label={t('earlier')} onClick={() => go(-1)}>
        <ChevronLeft aria-hidden="true" />
      </Button>
      <span aria-live="polite" className="min-w-36 text-center font-semibold">
        {monthName(month, i18n.language)}
      </span>
      <Button kind="quiet" aria-label={t('later')} disabled={month >= running} onClick={() => go(1)}>
        <ChevronRight aria-hidden="true" />
      </Button>
    </div>
  );
}
