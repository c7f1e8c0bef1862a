/** `npm run dev`: a change below src restarts the processes that run it. */

import { type FSWatcher, watch } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Children } from './children.ts';
import { say } from './terminal.ts';

const SOURCES = fileURLToPath(new URL('../../', import.meta.url));
/** Editors write a file in several steps, and several files at once. */
const SETTLE_MS = 300;

/** Which children run a file, by its room. */
export function layersOf(file: string): readonly ('api' | 'worker' | 'agent')[] {
  switch (file.split(sep)[0]) {
    case 'agent':
      return ['agent'];
    case 'api':
      return ['api'];
    case 'workers':
    case 'activities':
    case 'workflows':
      return ['worker', ...(file.endsWith('messages.ts') ? (['api'] as const) : [])];
    case 'domain':
      return ['api', 'worker', 'agent'];
    case 'db':
    case 'platform':
      return ['api', 'worker'];
    default:
      return [];
  }
}

/** Watches until closed. */
export function restartOnChange(children: Children): FSWatcher {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const restart = async (): Promise<void> => {
    const files = [...changed];
    changed.clear();
    const layers = new Set(files.flatMap(layersOf));
    const names = [...layers].flatMap((layer) => children.namesOf(layer));
    if (names.length === 0) return;
    say(
      `${files.slice(0, 3).join(', ')}${files.length > 3 ? ' and others' : ''} changed: restarting ${names.join(', ')}`,
    );
    await Promise.all(names.map((name) => children.restart(name)));
  };
  return watch(SOURCES, { recursive: true }, (_event, file) => {
    if (file === null || !file.endsWith('.ts') || file.startsWith(`platform${sep}embedded`)) return;
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      restart().catch((error: unknown) =>
        say(`restart failed: ${error instanceof Error ? error.message : String(error)}`),
      );
    }, SETTLE_MS);
  });
}
