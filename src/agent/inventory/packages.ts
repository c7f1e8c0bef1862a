/** Installed packages by whichever package manager the host has. */

import type { Inventory } from '../../domain/ingest.ts';

type Packages = Inventory['packages'];

/** Arguments for dpkg-query whose output {@link parseDpkg} reads. */
export const DPKG_ARGUMENTS = ['-W', '-f', '${Package}\\t${Version}\\t${db:Status-Status}\\n'];
/** Arguments for rpm whose output {@link parseRpm} reads. */
export const RPM_ARGUMENTS = ['-qa', '--qf', '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\n'];

/** dpkg: packages removed but not purged are not installed. */
export function parseDpkg(text: string): Packages {
  return distinct(
    rows(text)
      .filter(([, , status]) => status === 'installed')
      .map(([name = '', version = '']) => ({ name, version })),
  );
}

/** rpm: the epoch is shown only when there is one, as rpm itself does; signing keys are listed as packages and are none. */
export function parseRpm(text: string): Packages {
  return distinct(
    rows(text)
      .filter(([name]) => name !== 'gpg-pubkey')
      .map(([name = '', epoch = '0', version = '']) => ({
        name,
        version: epoch === '0' || epoch === '(none)' ? version : `${epoch}:${version}`,
      })),
  );
}

/** apk's database /lib/apk/db/installed: stanzas of `P:name` and `V:version`. */
export function parseApk(text: string): Packages {
  return distinct(
    text.split('\n\n').map((stanza) => ({
      name: /^P:(.+)$/m.exec(stanza)?.[1] ?? '',
      version: /^V:(.+)$/m.exec(stanza)?.[1] ?? '',
    })),
  );
}

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.split('\t'));
}

/** The same package for two architectures, in one version, is one row. */
function distinct(packages: Packages): Packages {
  const byKey = new Map<string, Packages[number]>();
  for (const { name, version } of packages) {
    if (name !== '') byKey.set(`${name} ${version}`, { name: name.slice(0, 200), version: version.slice(0, 200) });
  }
  return [...byKey.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
