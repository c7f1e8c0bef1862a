/** Marks of a playbook: its level, whether it can be undone, whether it may run. */

import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';

type Marked = { readonly irreversible: boolean };
type Stated = { readonly approved_version: number | null; readonly latest_version: number };

/** Level, and `irreversible` where it is so. Running a playbook is level 3, whatever its steps are. */
export function PlaybookMarks({ playbook }: { readonly playbook: Marked }) {
  const { t } = useTranslation('playbooks');
  return (
    <span className="flex flex-wrap gap-1">
      <Badge tone="high">{t('level')}</Badge>
      {playbook.irreversible && (
        <Badge tone="critical" title={t('irreversibleHint')}>
          {t('irreversible')}
        </Badge>
      )}
    </span>
  );
}

/** Whether a version of it may run, and whether a newer one waits. */
export function PlaybookState({ playbook }: { readonly playbook: Stated }) {
  const { t } = useTranslation('playbooks');
  const { approved_version: approved, latest_version: latest } = playbook;
  return (
    <span className="flex flex-wrap gap-1">
      {approved === null ? (
        <Badge tone="medium">{t('state.awaiting')}</Badge>
      ) : (
        <Badge tone="good">{t('state.approved')}</Badge>
      )}
      {approved !== null && latest > approved && <Badge tone="medium">{t('state.newer', { version: latest })}</Badge>}
    </span>
  );
}
