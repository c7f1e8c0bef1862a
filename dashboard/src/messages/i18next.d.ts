/** Tells the compiler every key of the catalogue; one line an area. */

import 'i18next';
import type alerts from './en/alerts.ts';
import type cockpit from './en/cockpit.ts';
import type common from './en/common.ts';
import type cves from './en/cves.ts';
import type emergency from './en/emergency.ts';
import type packs from './en/packs.ts';
import type settings from './en/settings.ts';
import type shell from './en/shell.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      common: typeof common;
      cockpit: typeof cockpit;
      alerts: typeof alerts;
      cves: typeof cves;
      emergency: typeof emergency;
      settings: typeof settings;
      packs: typeof packs;
      shell: typeof shell;
    };
  }
}
