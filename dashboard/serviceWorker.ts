/** Vite plugin: tells the service worker which files of the build are the frame of the dashboard. */

import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';

/** Name of the worker's entry; it is served from the root, so that it may serve every page. */
export const WORKER_ENTRY = 'sw';

/** Files of `public/` that must be there without a network. */
const PUBLIC_FILES = ['/offline.html', '/offline.js', '/icon.svg', '/icons/icon-192.png', '/icons/badge-96.png'];

type Bundle = Rolldown.OutputBundle;

/** The entry of the dashboard with everything that it imports at once, its styles, and the letters. */
function frameOf(bundle: Bundle): readonly string[] {
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk' || files.has(name)) return;
    files.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
    for (const imported of chunk.imports) add(imported);
  };
  for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.name === 'index') add(chunk.fileName);
  for (const name of Object.keys(bundle)) if (name.endsWith('.woff2')) files.add(name);
  return [...files].toSorted().map((name) => `/${name}`);
}

/** Writes the list, and a version that changes with it, in front of the worker. */
export const serviceWorker: Plugin = {
  name: 'service-worker',
  generateBundle: {
    order: 'post',
    handler: (_, bundle) => {
      const worker = Object.values(bundle).find((chunk) => chunk.type === 'chunk' && chunk.name === WORKER_ENTRY);
      if (worker?.type !== 'chunk') throw new Error('The build has no service worker.');
      if (worker.imports.length > 0) throw new Error('The service worker must be one file.');
      const files = [...PUBLIC_FILES, ...frameOf(bundle)];
      const version = createHash('sha256').update(JSON.stringify(files)).update(worker.code).digest('hex').slice(0, 16);
      worker.code = `const SHELL = ${JSON.stringify({ version, files })};\n${worker.code}`;
    },
  },
};
