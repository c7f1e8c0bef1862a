import { describe, expect, it } from 'vitest';
import { ConfigError, pushSettings, readConfig } from '../../src/platform/config.ts';

const core = { DATABASE_URL: 'postgres://monsys_core@127.0.0.1/monsys' };
const ntfy = { NTFY_URL: 'https://ntfy.example/n', NTFY_TOPIC_SECRET: 'ab'.repeat(32) };
const vapid = {
  VAPID_PUBLIC_KEY: 'B'.repeat(87),
  VAPID_PRIVATE_KEY: 'a'.repeat(43),
  VAPID_SUBJECT: 'mailto:ops@msp.example',
};

describe('the settings of notifications', () => {
  it('are none by default, and private targets are closed', () => {
    const config = readConfig('core', core);
    expect(config.ALLOW_PRIVATE_TARGETS).toBe(false);
    expect(pushSettings(config)).toEqual({ publicUrl: 'http://127.0.0.1:8080/', ntfy: null, vapid: null });
  });

  it('are read whole', () => {
    expect(pushSettings(readConfig('core', { ...core, ...ntfy, ...vapid, NTFY_TOKEN: 'tk_x' }))).toMatchObject({
      ntfy: { url: ntfy.NTFY_URL, token: 'tk_x', topicPrefix: 'monsys', topicSecret: ntfy.NTFY_TOPIC_SECRET },
      vapid: { publicKey: vapid.VAPID_PUBLIC_KEY, privateKey: vapid.VAPID_PRIVATE_KEY, subject: vapid.VAPID_SUBJECT },
    });
  });

  it.each([
    ['ntfy without its topic secret', { NTFY_URL: ntfy.NTFY_URL }, 'NTFY_TOPIC_SECRET'],
    ['VAPID by halves', { ...vapid, VAPID_PRIVATE_KEY: undefined }, 'VAPID_PUBLIC_KEY'],
    ['a subject that is no URL', { ...vapid, VAPID_SUBJECT: 'ops' }, 'VAPID_SUBJECT'],
  ])('are refused: %s', (_what, change, variable) => {
    const read = () => readConfig('core', { ...core, ...change });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(variable);
  });
});
