/** Which keys are trusted: the hub's own, or those that one was given on paper. */

import { useTranslation } from 'react-i18next';
import { Checkbox, TextArea } from '../ui/Field.tsx';

/** `hubKey` is what the hub says its key is; undefined while it is not known, such as offline. */
export function KeyChoice({
  hubKey,
  useHub,
  onUseHub,
  pasted,
  onPasted,
}: {
  readonly hubKey: string | undefined;
  readonly useHub: boolean;
  readonly onUseHub: (on: boolean) => void;
  readonly pasted: string;
  readonly onPasted: (text: string) => void;
}) {
  const { t } = useTranslation('verify');
  return (
    <div className="space-y-3">
      <Checkbox
        label={t('key.hub')}
        hint={
          // Two lines on a phone, whichever of them it is: what is below does not jump when the key comes.
          <span className="block max-sm:min-h-8">{t(hubKey === undefined ? 'key.hubUnknown' : 'key.hubHint')}</span>
        }
        checked={useHub && hubKey !== undefined}
        disabled={hubKey === undefined}
        onChange={(event) => onUseHub(event.target.checked)}
      />
      <TextArea
        label={t('key.paste')}
        hint={t('key.pasteHint')}
        rows={3}
        spellCheck={false}
        autoComplete="off"
        className="[&_textarea]:font-mono"
        value={pasted}
        onChange={(event) => onPasted(event.target.value)}
      />
    </div>
  );
}
