/** Which keys work on the list, and the way to turn them off. */

import { useTranslation } from 'react-i18next';
import { Kbd } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { useLetterKeys } from '../../ui/shortcuts.ts';

/** One line under the list. */
export function KeyLegend() {
  const { t } = useTranslation('alerts');
  const [on, choose] = useLetterKeys();
  const keys = [
    ['J K', t('keys.move')],
    ['X', t('keys.select')],
    ['A', t('keys.acknowledge')],
    ['R', t('keys.resolve')],
    [t('keys.enter'), t('keys.open')],
  ] as const;
  return (
    <div className="no-print flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-faint">
      {on &&
        keys.map(([key, words]) => (
          <span key={words} className="flex items-center gap-1">
            <Kbd>{key}</Kbd> {words}
          </span>
        ))}
      <Button kind="quiet" size="sm" onClick={() => choose(!on)}>
        {t(on ? 'keys.turnOff' : 'keys.turnOn')}
      </Button>
    </div>
  );
}
