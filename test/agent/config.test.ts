import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAgentConfig } from '../../src/agent/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'monsys-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, 'agent.toml');
  writeFileSync(path, text);
  return path;
};

describe('settings', () => {
  it('of flags win over the environment, and that over the file', () => {
    const config = file('hub = "https://file.example"\nhostname = "file"\ntags = ["file"]\ninventory_seconds = 60\n');
    const env = {
      MONSYS_CONFIG: config,
      MONSYS_HUB: 'https://env.example/',
      MONSYS_HOSTNAME: 'env',
      MONSYS_TAGS: 'a,b',
    };
    expect(readAgentConfig(['--hostname', 'flag', '--once'], env)).toMatchObject({
      hub: 'https://env.example',
      hostname: 'flag',
      tags: ['a', 'b'],
      inventory_seconds: 60,
      max_buffer_bytes: 104_857_600,
      once: true,
    });
    expect(readAgentConfig(['--help'], {})).toBeNull();
  });

  it.each([
    [[], {}, 'Say where the hub is'],
    [['--hub', 'ftp://x'], {}, '--hub is not valid'],
    [['--hub', 'https://x/path'], {}, 'give scheme, host and port only'],
    [['--nonsense'], {}, "Unknown option '--nonsense'"],
    [['--hub', 'https://x', 'extra'], {}, 'extra'],
    [['--hub', 'https://x', '--agent-id', 'me'], {}, '--agent-id is not valid'],
    [['--hub', 'https://x', '--config', '/nowhere/agent.toml'], {}, 'cannot be read (ENOENT)'],
    [['--hub', 'https://x'], { MONSYS_SCAN_ROOTS: 'etc' }, 'paths must be absolute'],
  ])('%j with %j are refused by a sentence', (flags, env, sentence) => {
    expect(() => readAgentConfig(flags, env)).toThrow(sentence);
  });

  it('of a file that is not TOML, or names what does not exist, are refused', () => {
    expect(() => readAgentConfig(['--config', file('hub = ')], {})).toThrow('is not TOML');
    expect(() => readAgentConfig(['--config', file('hub = "https://x"\nhubb = 1\n')], {})).toThrow('hubb');
  });
});
