/** Tells the compiler every key of the catalogue; one line an area. */

import 'i18next';
import type common from './en/common.ts';
import type shell from './en/shell.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      common: typeof common;
      shell: typeof shell;
    };
  }
}
