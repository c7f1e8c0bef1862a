/** The versions of a playbook: who wrote each, and who approved it. */

import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { CopyText } from '../../ui/CopyText.tsx';
import { cx } from '../../ui/classNames.ts';
import { Time } from '../../ui/Time.tsx';
import type { Playbook } from './queries.ts';

/** Newest first; the one in view is marked. */
export function Versions({ playbook, shown }: { readonly playbook: Playbook; readonly shown: number }) {
  const { t } = useTranslation('playbooks');
  return (
    <ol className="space-y-3">
      {playbook.versions.map((each) => (
        <li
          key={each.version}
          className={cx('rounded-md border p-3', each.version === shown ? 'border-accent' : 'border-line')}
        >
          <p className="flex items-center justify-between gap-2">
            <Link
              to="/playbooks/$playbookId"
              params={{ playbookId: playbook.id }}
              search={(old) => ({ ...old, version: each.version })}
              aria-current={each.version === shown ? 'true' : undefined}
              className="font-medium text-accent hover:underline"
            >
              {t('version', { version: each.version })}
            </Link>
            <span className="text-xs text-ink-faint">
              <Time value={each.created_at} format="date" />
            </span>
          </p>
          <p className="text-xs text-ink-soft">
            {each.created_by_email === null ? t('writtenByHub') : t('writtenBy', { email: each.created_by_email })}
          </p>
          {each.created_by !== null && (
            <p className={cx('text-xs', each.approved_at === null ? 'text-medium' : 'text-ink-soft')}>
              {each.approved_at === null ? t('notApproved') : t('approvedBy', { email: each.approved_by_email ?? '—' })}
            </p>
          )}
          <div className="mt-1 text-ink-faint">
            <CopyText text={each.sha256} />
          </div>
        </li>
      ))}
    </ol>
  );
}
