/** systemd units that failed. */

/** Arguments for systemctl whose output {@link parseFailedUnits} reads. */
export const SYSTEMCTL_ARGUMENTS = ['list-units', '--state=failed', '--plain', '--no-legend', '--no-pager'];

/** The first word of each line is the unit; older versions put a dot before it. */
export function parseFailedUnits(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^[●*\s]+/, '').split(/\s+/)[0] ?? '')
    .filter((unit) => unit.includes('.'))
    .map((unit) => unit.slice(0, 256));
}
