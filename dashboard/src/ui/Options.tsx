/** What a select offers, where more than one screen offers it. */

import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../../src/domain/severity.ts';

/** Severities, worst first. */
export function SeverityOptions() {
  const { t } = useTranslation();
  return SEVERITIES.map((each) => (
    <option key={each} value={each}>
      {t(`severity.${each}`)}
    </option>
  ));
}

/** Things by their names, each chosen by its id; none while they are on their way. */
export function NamedOptions({
  of,
}: {
  readonly of: readonly { readonly id: string; readonly name: string }[] | undefined;
}) {
  return of?.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
