/** Ports of the servers that only this machine reaches; kept in the data folder, changed when somebody else has taken them. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { hasCode, readFileIfAny, writeFileAtomic } from './files.ts';

export type Ports = { readonly postgres: number; readonly temporal: number; readonly temporal_ui: number };
const NAMES = ['postgres', 'temporal', 'temporal_ui'] as const;

/** Listens on the port for a moment: the number it got (0 asks for any free one), or null when it is taken. */
export function tryPort(port: number, host = '127.0.0.1'): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if (hasCode(error, 'EADDRINUSE', 'EACCES')) resolve(null);
      else reject(error);
    });
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

/** The ports of last time where they are free, others where not. */
export async function choosePorts(dataDir: string): Promise<Ports> {
  const path = join(dataDir, 'ports.json');
  const before = readPorts(await readFileIfAny(path));
  const chosen = { postgres: 0, temporal: 0, temporal_ui: 0 };
  for (const name of NAMES) {
    let wanted = before[name] ?? 0;
    do {
      chosen[name] = (await tryPort(wanted)) ?? (await tryPort(0)) ?? 0;
      wanted = 0;
    } while (NAMES.some((other) => other !== name && chosen[other] === chosen[name]));
  }
  await writeFileAtomic(path, `${JSON.stringify(chosen)}\n`);
  return chosen;
}

function readPorts(text: string | null): Partial<Record<keyof Ports, number>> {
  try {
    const value = JSON.parse(text ?? '{}') as Record<string, unknown> | null;
    return Object.fromEntries(
      NAMES.map((name) => [name, value?.[name]] as const).filter(([, port]) => Number.isInteger(port)),
    );
  } catch (error) {
    // Nothing depends on the old numbers.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
