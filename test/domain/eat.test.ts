import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_PLAYBOOKS } from '../../src/domain/builtInPlaybooks.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import {
  actionLabel,
  EAT_REFUSAL_CODES,
  type EatEnvelope,
  type EatJudge,
  type EatRefusalCode,
  type EatResult,
  type EatToken,
  eatAction,
  eatEnvelope,
  eatResult,
  eatResultSigningBytes,
  eatResultText,
  eatText,
  eatToken,
  judgeEat,
  levelOf,
  MAX_ACTION_TEXT,
  MAX_TOKEN_TEXT,
  parseInstant,
} from '../../src/domain/eat.ts';
import { ACTION_KINDS, type ActionKind, LEVEL_LIFETIME_SECONDS } from '../../src/domain/eatLevels.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { playbookContent, playbookText } from '../../src/domain/playbook.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import {
  AGENT_KEY,
  builtIn,
  HUB_KEY,
  IDS,
  ISSUED_MS,
  isoOf,
  judgeOf,
  keyOf,
  preIssuedToken,
  quorumToken,
  runPlaybook,
  signText,
  signToken,
} from '../support/eat.ts';

const HOUR_MS = 3_600_000;
/** Another id than any of the examples'. */
const OTHER = '99999999-9999-4999-8999-999999999999';
const OTHER_KEY = keyOf('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7');

const codeOf = (envelope: EatEnvelope, judge: EatJudge = judgeOf()): EatRefusalCode | 'accepted' => {
  const verdict = judgeEat(envelope, judge);
  return verdict.kind === 'accepted' ? 'accepted' : verdict.code;
};
/** The valid token with members replaced, signed again. */
const altered = (change: Partial<Record<keyof EatToken, unknown>>): EatEnvelope =>
  signToken({ ...quorumToken(), ...change });
const hubKey = (change: Partial<EatJudge['hubKeys'][number]>): EatJudge => {
  const [pinned] = judgeOf().hubKeys;
  return judgeOf({ hubKeys: [{ ...(pinned as EatJudge['hubKeys'][number]), ...change }] });
};

/** A judge inside the pre-issued window that has seen a long silence. */
const windowJudge = (change: Partial<EatJudge> = {}): EatJudge =>
  judgeOf({
    nowMs: ISSUED_MS + 2 * HOUR_MS,
    observation: { nowMs: 2 * HOUR_MS, heartbeatDeliveredMs: HOUR_MS, criticalOpen: false },
    ...change,
  });
/** The pre-issued token with members of the window replaced. */
const inWindow = (
  change: Partial<EatToken>,
  window: Partial<NonNullable<EatToken['pre_issued']>> = {},
): EatEnvelope => {
  const token = preIssuedToken();
  return signToken({ ...token, ...change, pre_issued: { ...token.pre_issued, ...window } });
};

describe('judgeEat', () => {
  it('control: accepts the unaltered tokens, with the steps that will run', () => {
    const verdict = judgeEat(signToken(quorumToken()), judgeOf());
    expect(verdict).toMatchObject({
      kind: 'accepted',
      tokenSha256: sha256Hex(eatText(quorumToken())),
      steps: [{ kind: 'check' }, { kind: 'run_command', argv: ['/etc/monsys/hooks/db-restore', '2026-04-15'] }],
    });
    expect(codeOf(signToken(preIssuedToken()), windowJudge())).toBe('accepted');
  });

  /** For each check exactly one thing is wrong; every later check would pass. `eat_forbidden_by_policy` is the agent's own. */
  const alterations: Record<Exclude<EatRefusalCode, 'eat_forbidden_by_policy'>, [string, EatEnvelope, EatJudge?][]> = {
    eat_malformed: [
      ['key_id inside and outside differ', signToken({ ...quorumToken(), key_id: '0000000000000000' })],
      ['a member nobody knows', altered({ note: 'hello' } as never)],
      ['an empty reason', altered({ reason: '' })],
      ['no action', altered({ actions: [] })],
      ['a level below that of its actions', altered({ level: 1 })],
      ['a time without milliseconds', altered({ expires_at: '2026-05-19T14:38:30Z' })],
      ['a time in another zone', altered({ expires_at: '2026-05-19T16:38:30.000+02:00' })],
      ['a day that does not exist', altered({ expires_at: '2026-02-30T00:00:00.000Z' })],
      ['text that is not canonical', signText(JSON.stringify(quorumToken(), null, 1), [builtIn('db-restore').text])],
      [
        'a duplicate key',
        signText(eatText(quorumToken()).replace('{', `{"agent_id":"${IDS.agent}",`), [builtIn('db-restore').text]),
      ],
      [
        'a duplicate key in escapes',
        signText(eatText(quorumToken()).replace('{', `{"\\u0061gent_id":"${OTHER}",`), []),
      ],
      ['no JSON', signText('{', [])],
      ['no object', signText('[]', [])],
    ],
    eat_key_unknown: [
      ['no key is pinned', signToken(quorumToken()), judgeOf({ hubKeys: [] })],
      [
        'another key is pinned',
        signToken(quorumToken()),
        hubKey({ key_id: OTHER_KEY.keyId, public_key: OTHER_KEY.publicKey }),
      ],
    ],
    eat_key_expired: [
      ['the overlap is over', signToken(quorumToken()), hubKey({ validUntilMs: judgeOf().nowMs })],
      ['it comes into force later', signToken(quorumToken()), hubKey({ validFromMs: judgeOf().nowMs + 30_001 })],
    ],
    eat_signature_invalid: [
      [
        'a signature of another key',
        { ...signText(eatText(quorumToken()), [builtIn('db-restore').text], OTHER_KEY), key_id: HUB_KEY.keyId },
      ],
      [
        'another text under the signature',
        { ...signToken(quorumToken()), token: eatText({ ...quorumToken(), nonce: OTHER }) },
      ],
      [
        'a signature without the context line',
        {
          ...signToken(quorumToken()),
          signature: HUB_KEY.sign(Buffer.from(eatText(quorumToken()))).toString('base64'),
        },
      ],
      [
        'a signature of a result',
        {
          ...signToken(quorumToken()),
          signature: HUB_KEY.sign(eatResultSigningBytes(eatText(quorumToken()))).toString('base64'),
        },
      ],
      ['an id that names another key', signToken(quorumToken()), hubKey({ public_key: OTHER_KEY.publicKey })],
    ],
    eat_wrong_agent: [['agent_id', altered({ agent_id: OTHER })]],
    eat_wrong_tenant: [['tenant_id', altered({ tenant_id: OTHER })]],
    eat_type_unknown: [
      ['type', altered({ type: 'monsys-eat-result' })],
      ['version', altered({ version: 2 })],
      ['version as text', altered({ version: '1' })],
    ],
    eat_not_yet_valid: [['issued_at', altered({ issued_at: isoOf(judgeOf().nowMs + 30_001) })]],
    eat_expired: [
      ['expires_at', altered({ expires_at: isoOf(judgeOf().nowMs - 1) })],
      ['the window is over', signToken(preIssuedToken(HOUR_MS - 1)), windowJudge()],
    ],
    eat_lifetime_too_long: [['expires_at', altered({ expires_at: isoOf(ISSUED_MS + 900_001) })]],
    eat_window_too_long: [
      ['72 hours and a millisecond', signToken(preIssuedToken(72 * HOUR_MS + 1)), windowJudge()],
      ['while it is only stored', signToken(preIssuedToken(72 * HOUR_MS + 1)), judgeOf()],
    ],
    eat_outside_window: [['valid_from', inWindow({}, { valid_from: isoOf(windowJudge().nowMs + 1) }), windowJudge()]],
    eat_condition_not_met: [
      ['heartbeat_lost_minutes', inWindow({}, { conditions: { heartbeat_lost_minutes: 60 } }), windowJudge()],
      ['or_severity_critical', inWindow({}, { conditions: { or_severity_critical: true } }), windowJudge()],
    ],
    eat_playbook_mismatch: [
      ['no content', signToken(quorumToken(), [])],
      ['content of another playbook', signToken(quorumToken(), [builtIn('isolate-network').text])],
      ['content with one byte more', signToken(quorumToken(), [`${builtIn('db-restore').text} `])],
      ['sha256', altered({ actions: [{ ...quorumToken().actions[0], sha256: '0'.repeat(64) }] })],
      ['slug', altered({ actions: [{ ...quorumToken().actions[0], slug: 'collect-triage' }] })],
      ['irreversible', altered({ actions: [{ ...quorumToken().actions[0], irreversible: false }] })],
      [
        'a parameter it does not have',
        altered({ actions: [{ ...quorumToken().actions[0], parameters: { host: 'x' } }] }),
      ],
      [
        'a parameter of another type',
        altered({ actions: [{ ...quorumToken().actions[0], parameters: { snapshot: 1 } }] }),
      ],
      [
        'a step that must not run',
        altered({
          level: 2,
          actions: [{ kind: 'stop_service', step: { kind: 'stop_service', service: '--host=evil' } }],
        }),
      ],
    ],
    eat_quorum_insufficient: [
      ['one approval of two', altered({ authorisation: withApprovals(1) })],
      ['one person twice', altered({ authorisation: withApprovals(1, IDS.bob) })],
      ['one person twice, spelled in capitals', altered({ authorisation: withApprovals(1, IDS.bob.toUpperCase()) })],
      ['the requester among the approvers', altered({ authorisation: withApprovals(2, IDS.alice) })],
      ['irreversible on one person’s word', altered({ authorisation: preIssuedToken().authorisation })],
      [
        'level 3 by itself',
        inWindow({ authorisation: { kind: 'automatic', alert_id: OTHER, confidence: 1 } }),
        windowJudge(),
      ],
    ],
    eat_nonce_used: [['nonce', signToken(quorumToken()), judgeOf({ isNonceUsed: (nonce) => nonce === IDS.nonce })]],
  };

  /** The first `count` approvals of the valid token, and one more of `extra` with a step of its own. */
  function withApprovals(count: number, extra?: string): EatToken['authorisation'] {
    const { authorisation } = quorumToken();
    if (authorisation.kind !== 'quorum') throw new Error('the example is a quorum');
    const more = {
      user_id: extra as string,
      email: 'x@msp.example',
      approved_at: isoOf(ISSUED_MS),
      totp_step_sha256: 'd'.repeat(64),
    };
    return {
      ...authorisation,
      approvals: [...authorisation.approvals.slice(0, count), ...(extra === undefined ? [] : [more])],
    };
  }

  it('has alterations for every check, in the order of the checks', () => {
    expect([...Object.keys(alterations), 'eat_forbidden_by_policy']).toEqual([...EAT_REFUSAL_CODES]);
    for (const code of EAT_REFUSAL_CODES) expect(REFUSALS[code].status).toBe(422);
  });

  describe.each(Object.entries(alterations))('refuses with %s', (code, cases) => {
    it.each(cases)('%s', (_, envelope, judge) => {
      expect(codeOf(envelope, judge)).toBe(code);
    });
  });

  it('names the earlier check when two things are wrong', () => {
    const everything = altered({ agent_id: OTHER, tenant_id: OTHER, type: 'x', expires_at: isoOf(0), nonce: OTHER });
    expect(codeOf({ ...everything, signature: `A${everything.signature.slice(1)}` })).toBe('eat_signature_invalid');
    expect(codeOf(everything)).toBe('eat_wrong_agent');
    expect(codeOf(everything, judgeOf({ agentId: OTHER }))).toBe('eat_wrong_tenant');
    expect(codeOf(everything, judgeOf({ agentId: OTHER, tenantId: OTHER }))).toBe('eat_type_unknown');
    expect(codeOf(altered({ issued_at: isoOf(ISSUED_MS + HOUR_MS), expires_at: isoOf(0) }))).toBe('eat_not_yet_valid');
    expect(codeOf(signToken(quorumToken(), []), judgeOf({ isNonceUsed: () => true }))).toBe('eat_playbook_mismatch');
    expect(codeOf(altered({ authorisation: withApprovals(1) }), judgeOf({ isNonceUsed: () => true }))).toBe(
      'eat_quorum_insufficient',
    );
  });

  it('accepts at each edge', () => {
    expect(codeOf(altered({ issued_at: isoOf(judgeOf().nowMs + 30_000) }))).toBe('accepted');
    expect(codeOf(signToken(quorumToken()), judgeOf({ nowMs: ISSUED_MS + 900_000 }))).toBe('accepted');
    expect(codeOf(signToken(quorumToken()), judgeOf({ nowMs: ISSUED_MS + 900_001 }))).toBe('eat_expired');
    expect(codeOf(signToken(quorumToken()), hubKey({ validUntilMs: judgeOf().nowMs + 1 }))).toBe('accepted');
    expect(codeOf(signToken(preIssuedToken(72 * HOUR_MS)), windowJudge())).toBe('accepted');
    const opens = { nowMs: ISSUED_MS + HOUR_MS };
    expect(codeOf(signToken(preIssuedToken()), windowJudge(opens))).toBe('accepted');
  });

  it('stores a pre-issued token before its window, and activates it for either condition', () => {
    expect(codeOf(signToken(preIssuedToken()), judgeOf())).toBe('accepted');
    const seen = { nowMs: 2 * HOUR_MS, heartbeatDeliveredMs: 2 * HOUR_MS, criticalOpen: true };
    expect(codeOf(signToken(preIssuedToken()), windowJudge({ observation: seen }))).toBe('accepted');
    expect(codeOf(signToken(preIssuedToken()), windowJudge({ observation: { ...seen, criticalOpen: false } }))).toBe(
      'eat_condition_not_met',
    );
  });

  it('lets an irreversible playbook be pre-issued through a quorum alone', () => {
    const { id, content } = builtIn('rotate-secrets');
    const token = { ...preIssuedToken(), actions: [runPlaybook(id, content)] };
    expect(codeOf(signToken(token, [playbookText(content)]), windowJudge())).toBe('eat_quorum_insufficient');
    const approved = { ...token, authorisation: quorumToken().authorisation };
    expect(codeOf(signToken(approved, [playbookText(content)]), windowJudge())).toBe('accepted');
  });

  it('refuses every flipped bit of the text and of the signature', () => {
    const envelope = signToken(quorumToken());
    const bytes = Buffer.from(envelope.token, 'utf8');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
        expect(codeOf({ ...envelope, token: flipped.toString('utf8') })).toBe('eat_signature_invalid');
      }),
      { numRuns: 300 },
    );
    const signature = Buffer.from(envelope.signature, 'base64');
    for (let at = 0; at < signature.length; at++) {
      const flipped = Buffer.from(signature);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect(codeOf({ ...envelope, signature: flipped.toString('base64') }), String(at)).toBe('eat_signature_invalid');
    }
  });

  it('never throws, whatever JSON is signed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(codeOf(signText(text, []))).toBe('eat_malformed');
      }),
      { numRuns: 200 },
    );
  });
});

describe('a token', () => {
  it('fits its envelope even when everything is as long as it may be', () => {
    const { actions, authorisation } = quorumToken();
    if (authorisation.kind !== 'quorum') throw new Error('the example is a quorum');
    const [approval] = authorisation.approvals;
    const long = {
      kind: 'quarantine_file' as const,
      step: { kind: 'quarantine_file' as const, name: 'n'.repeat(120), path: `/${'"'.repeat(3980)}` },
    };
    expect(JSON.stringify(long).length).toBeLessThan(MAX_ACTION_TEXT + 1);
    const token: EatToken = {
      ...quorumToken(),
      actions: [...actions, ...Array.from({ length: 9 }, () => long)],
      reason: '\u0001'.repeat(1000),
      authorisation: {
        ...authorisation,
        approvals: Array.from({ length: 10 }, () => ({
          ...(approval as NonNullable<typeof approval>),
          email: '"'.repeat(320),
        })),
      },
    };
    expect(eatToken.safeParse(token).error).toBeUndefined();
    expect(10 * MAX_ACTION_TEXT + eatText({ ...token, actions }).length).toBeLessThan(MAX_TOKEN_TEXT);
    expect(eatEnvelope.safeParse(signToken(token, [])).error).toBeUndefined();
  });

  it('takes no action that is longer', () => {
    const parameters = { a: 'x'.repeat(4096), b: 'x'.repeat(4096) };
    expect(eatAction.safeParse({ ...quorumToken().actions[0], parameters }).success).toBe(false);
    expect(eatAction.safeParse({ ...quorumToken().actions[0], parameters: { a: parameters.a } }).success).toBe(true);
  });

  it('takes no step of another kind than it says', () => {
    expect(eatAction.safeParse({ kind: 'stop_service', step: { kind: 'reboot' } }).success).toBe(false);
  });

  it('has the level of its highest action, and a life by its level', () => {
    expect(levelOf(['isolate_network'])).toBe(1);
    expect(levelOf(['kill_process', 'stop_service'])).toBe(2);
    expect(levelOf(['run_playbook', 'isolate_network'])).toBe(3);
    expect(LEVEL_LIFETIME_SECONDS).toEqual({ 1: 120, 2: 300, 3: 900 });
    const ofLevel = (level: number) =>
      (Object.keys(ACTION_KINDS) as ActionKind[]).filter((kind) => ACTION_KINDS[kind].level === level);
    expect(ofLevel(1)).toEqual(['isolate_network', 'restore_network', 'kill_process', 'memory_dump']);
    expect(ofLevel(3)).toEqual(['install_package', 'reboot', 'run_playbook']);
  });

  it('is named as people read it', () => {
    expect(quorumToken().actions.map(actionLabel)).toEqual(['RunPlaybook: db-restore']);
    expect(actionLabel({ kind: 'stop_service', step: { kind: 'stop_service', service: 'nginx' } })).toBe(
      'StopService: nginx',
    );
    expect(actionLabel({ kind: 'kill_process', step: { kind: 'kill_process', pid: 7, start_time: 1 } })).toBe(
      'KillProcess: pid 7',
    );
    expect(actionLabel({ kind: 'reboot', step: { kind: 'reboot' } })).toBe('Reboot');
  });
});

describe('parseInstant', () => {
  it('is Date.parse for every time that a token can carry', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0000-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
        },
      ),
      { numRuns: 2000 },
    );
    for (const day of ['2000-02-29', '2100-02-28', '1970-01-01', '2026-12-31']) {
      expect(parseInstant(`${day}T23:59:59.999Z`)).toBe(Date.parse(`${day}T23:59:59.999Z`));
    }
  });
});

const exampleResult = (): EatResult => ({
  type: 'monsys-eat-result',
  version: 1,
  nonce: IDS.nonce,
  agent_id: IDS.agent,
  tenant_id: IDS.tenant,
  eat_sha256: sha256Hex(eatText(quorumToken())),
  outcome: 'succeeded',
  refusal_code: null,
  dry_run: false,
  started_at: isoOf(ISSUED_MS + 10_000),
  finished_at: isoOf(ISSUED_MS + 95_250),
  activation: null,
  steps: [
    {
      index: 0,
      kind: 'check',
      outcome: 'succeeded',
      started_at: isoOf(ISSUED_MS + 10_000),
      finished_at: isoOf(ISSUED_MS + 10_050),
      exit_code: 0,
      output: '',
      output_truncated: false,
      detail: {},
    },
    {
      index: 1,
      kind: 'run_command',
      outcome: 'succeeded',
      started_at: isoOf(ISSUED_MS + 10_050),
      finished_at: isoOf(ISSUED_MS + 95_250),
      exit_code: 0,
      output: 'restored 2026-04-15\n',
      output_truncated: false,
      detail: {},
    },
  ],
});

describe('a result', () => {
  it('has one text, and room for every step that a token can hold', () => {
    const result = exampleResult();
    expect(eatResult.parse(JSON.parse(eatResultText(result)))).toEqual(result);
    const [step] = result.steps;
    const steps = Array.from({ length: 500 }, (_, index) => ({ ...(step as NonNullable<typeof step>), index }));
    expect(eatResult.safeParse({ ...result, steps }).success).toBe(true);
    expect(eatResult.safeParse({ ...result, steps: [...steps, step] }).success).toBe(false);
    expect(eatResult.safeParse({ ...result, outcome: 'perhaps' }).success).toBe(false);
  });
});

const ROOT = resolve(import.meta.dirname, '../..');
const page = (name: string): string => readFileSync(join(ROOT, 'docs/formats', name), 'utf8');
/** The fenced blocks of a page by their info string. */
const blocks = (name: string, info: string): readonly string[] =>
  [...page(name).matchAll(new RegExp(`^\`\`\`${info}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] as string,
  );

describe('docs/formats/eat.md', () => {
  it('lists the checks in their order (after a change: edit the table)', () => {
    const listed = [...page('eat.md').matchAll(/^\| \d+ \| `(eat_[a-z_]+)` \|/gm)].map((match) => match[1]);
    expect(listed).toEqual([...EAT_REFUSAL_CODES]);
  });

  it('lists every member of a token and of a result', () => {
    const members = (heading: string) =>
      [
        ...((page('eat.md').split(`\n## ${heading}\n`)[1] ?? '').split('\n## ')[0] ?? '').matchAll(
          /^\| `([a-z_0-9]+)` \|/gm,
        ),
      ].map((match) => match[1] as string);
    expect(members('The token').toSorted()).toEqual(Object.keys(eatToken.shape).toSorted());
    expect(members('The result').toSorted()).toEqual(Object.keys(eatResult.shape).toSorted());
  });

  it('shows the example that this code makes, byte by byte', () => {
    const envelope = signToken(quorumToken());
    const result = eatResultText(exampleResult());
    expect(blocks('eat.md', 'text token.json')).toEqual([`${envelope.token}\n`]);
    expect(blocks('eat.md', 'text token.sig.b64')).toEqual([`${envelope.signature}\n`]);
    expect(blocks('eat.md', 'text hub.pub')).toEqual([publicKeyPem(HUB_KEY.publicKey)]);
    expect(blocks('eat.md', 'text playbook.json')).toEqual([`${builtIn('db-restore').text}\n`]);
    expect(blocks('eat.md', 'text result.json')).toEqual([`${result}\n`]);
    expect(blocks('eat.md', 'text result.sig.b64')).toEqual([
      `${AGENT_KEY.sign(eatResultSigningBytes(result)).toString('base64')}\n`,
    ]);
    expect(blocks('eat.md', 'text agent.pub')).toEqual([publicKeyPem(AGENT_KEY.publicKey)]);
    expect(codeOf(envelope)).toBe('accepted');
  });

  it('verifies with openssl and sha256sum alone, command by command, and refuses every altered file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'eat-'));
    try {
      const NAMES = [
        'token.json',
        'token.sig.b64',
        'hub.pub',
        'playbook.json',
        'result.json',
        'result.sig.b64',
        'agent.pub',
      ];
      const write = (): void => {
        for (const name of NAMES) {
          const text = blocks('eat.md', `text ${name}`)[0] as string;
          // JSON is signed without the line break that ends the block.
          writeFileSync(join(folder, name), name.endsWith('.json') ? text.trimEnd() : text);
        }
      };
      const [commands, expected] = [blocks('eat.md', 'sh')[0] as string, blocks('eat.md', 'text output')[0] as string];
      const run = (): string =>
        execFileSync('bash', ['-euo', 'pipefail', '-c', commands], {
          cwd: folder,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      write();
      expect(run()).toBe(expected);
      for (const name of ['token.json', 'playbook.json', 'result.json']) {
        write();
        const text = readFileSync(join(folder, name), 'utf8');
        writeFileSync(join(folder, name), text.replace('restore', 'restorf'));
        expect(() => run(), name).toThrow();
      }
      write();
      const stranger = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
      writeFileSync(join(folder, 'hub.pub'), stranger);
      expect(() => run()).toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('docs/formats/playbook.md', () => {
  it('shows a playbook that holds, and lists kinds, types and built-ins', () => {
    for (const text of blocks('playbook.md', 'json'))
      expect(playbookContent.safeParse(JSON.parse(text)).error).toBeUndefined();
    expect(blocks('playbook.md', 'json')).toHaveLength(1);
    const rows = [...page('playbook.md').matchAll(/^\| `([a-z_-]+)` \|/gm)].map((match) => match[1]);
    for (const each of BUILT_IN_PLAYBOOKS) expect(rows).toContain(each.content.slug);
    for (const kind of Object.keys(ACTION_KINDS).filter((name) => name !== 'run_playbook'))
      expect(rows).toContain(kind);
    for (const kind of ['run_command', 'wait', 'check', 'string', 'integer', 'boolean', 'path', 'service', 'package'])
      expect(rows).toContain(kind);
  });
});
