/** Which distribution this is (/etc/os-release, os-release(5)). */

import type { Inventory } from '../../domain/ingest.ts';

/** Parses os-release: shell-like assignments, one a line. */
export function parseOsRelease(text: string): Inventory['os'] {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_0-9]+)=(.*)$/.exec(line.trim());
    if (match) fields.set(match[1] as string, unquote(match[2] as string));
  }
  const id = fields.get('ID') ?? 'linux';
  return {
    id: id.slice(0, 64),
    name: (fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? id).slice(0, 200),
    version: (fields.get('VERSION_ID') ?? fields.get('BUILD_ID') ?? '').slice(0, 64),
  };
}

function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match ? (match[2] as string).replaceAll(/\\(["'$`\\])/g, '$1') : value;
}
