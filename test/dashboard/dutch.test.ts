/** What the hub says in English is said in Dutch to those who read it: refusals by code, faults and reasons by pattern. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemInDutch } from '../../dashboard/src/messages/nl/problem.ts';
import { REFUSALS_NL } from '../../dashboard/src/messages/nl/refusals.ts';
import { reasonInDutch, sentenceInDutch } from '../../dashboard/src/messages/nl/sentences.ts';
import { type InheritableGroup, inherit, type TenantSla } from '../../src/domain/groupInheritance.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import { BUILT_IN_POLICY } from '../../src/domain/slaPolicy.ts';

describe('a refusal', () => {
  it('has other words than the English ones, whatever its code', () => {
    for (const [code, { title, sentence }] of Object.entries(REFUSALS_NL)) {
      const english = REFUSALS[code as keyof typeof REFUSALS];
      expect(title, code).not.toBe(english.title);
      expect(sentence, code).not.toBe(english.sentence);
      expect(`${title} ${sentence}`, code).not.toMatch(/\b(?:je|jij|jouw|jullie)\b|\b(?:the|your|send)\b/i);
    }
  });

  it('says the general sentence by its code', () => {
    expect(problemInDutch('totp_reused', { status: 401, detail: REFUSALS.totp_reused.sentence })).toEqual({
      status: 401,
      title: 'De TOTP-code is al gebruikt',
      detail: 'Wacht op de volgende code; elke code werkt één keer.',
    });
  });

  it('says what is known of the case, and keeps beside it what has no Dutch', () => {
    expect(problemInDutch('not_found', { detail: 'There is no such group.' })).toMatchObject({
      detail: 'Deze groep bestaat niet.',
    });
    expect(problemInDutch('conflict', { detail: 'Alert #7 is resolved already.' })).toMatchObject({
      detail: REFUSALS_NL.conflict.sentence,
      said: 'Alert #7 is resolved already.',
    });
  });

  it('is left alone where the code is not the hub’s', () => {
    expect(problemInDutch('toString', { title: 'x' })).toEqual({ title: 'x' });
  });
});

it('the faults that fields have most are said in Dutch, as the checks of the API word them', () => {
  const form = z.strictObject({
    required: z.string(),
    empty: z.string().min(1),
    short: z.string().min(3),
    long: z.string().max(2),
    email: z.email(),
    url: z.url(),
    id: z.uuid(),
    day: z.iso.date(),
    at: z.iso.datetime(),
    least: z.number().min(5),
    most: z.int().max(5),
    above: z.number().gt(5),
    few: z.array(z.string()).min(1),
    many: z.array(z.string()).max(1),
    kind: z.enum(['one', 'two']),
    shape: z.string().regex(/^a$/),
    number: z.number(),
  });
  const wrong = {
    empty: '',
    short: 'a',
    long: 'abc',
    email: 'x',
    url: 'x',
    id: 'x',
    day: 'x',
    at: 'x',
    least: 1,
    most: 9,
    above: 1,
    few: [],
    many: ['a', 'b'],
    kind: 'three',
    shape: 'b',
    number: 'b',
    other: 1,
  };
  const faults = form.safeParse(wrong).error?.issues ?? [];
  const said = faults.map(({ path, code, message }) => [path.join('.') || code, sentenceInDutch(message) ?? message]);
  expect(Object.fromEntries(said)).toMatchInlineSnapshot(`
    {
      "above": "Meer dan 5.",
      "at": "Dit is geen tijdstip.",
      "day": "Dit is geen datum.",
      "email": "Dit is geen e-mailadres.",
      "empty": "Dit is verplicht.",
      "few": "Kies er minstens 1.",
      "id": "Dit is geen kenmerk van de hub.",
      "kind": "Kies een van "one", "two".",
      "least": "Minstens 5.",
      "long": "Hoogstens 2 tekens.",
      "many": "Kies er hoogstens 1.",
      "most": "Hoogstens 5.",
      "number": "Dit moet een getal zijn.",
      "required": "Dit is verplicht.",
      "shape": "Dit heeft niet de juiste vorm.",
      "short": "Minstens 3 tekens.",
      "unrecognized_keys": "Dit veld kent de hub niet: "other".",
      "url": "Dit is geen webadres.",
    }
  `);
});

describe('a reason of inheritance', () => {
  const none = {};
  const group = (name: string, given: Partial<InheritableGroup>): InheritableGroup => ({
    id: name,
    name,
    priority: 10,
    runbook_version: 0,
    has_runbook: false,
    sla_policy: null,
    sla_resolve_minutes: none,
    on_call: null,
    on_call_schedule_id: null,
    ...given,
  });
  const tenant: TenantSla = { sla_policy: null, sla_resolve_minutes: none, default_policy: null };
  const named = { ...BUILT_IN_POLICY, name: 'Goud' };

  it.each([
    ['no group', [], tenant, 'De host zit in geen groep. De standaard van de hub.'],
    [
      'groups that give nothing',
      [group('Web', {})],
      { ...tenant, default_policy: named },
      'Geen van zijn groepen heeft een tijd voor kritieke meldingen. Het beleid “Goud”, de standaard van de MSP.',
    ],
    [
      'the tenant’s own',
      [],
      { ...tenant, sla_policy: named, sla_resolve_minutes: { critical: 5 } },
      'De host zit in geen groep. De tijd van de klant.',
    ],
    [
      'one of several',
      [
        group('Leeg', { priority: 1 }),
        group('Web', { priority: 2, has_runbook: true, sla_policy: named }),
        group('Data', { priority: 3, has_runbook: true, sla_policy: named, on_call: { name: 'Ann', contact: '1' } }),
      ],
      tenant,
      '“Web” komt eerst, met prioriteit 2. 1 ervoor heeft er geen.',
    ],
  ] as const)('is Dutch for %s', (_, groups, below, critical) => {
    const { runbook, on_call, sla_policy, sla } = inherit(groups, below);
    const reasons = [runbook, on_call, sla_policy, sla.critical, sla.info].map(({ reason }) => reasonInDutch(reason));
    expect(reasons.join('\n')).not.toMatch(/\b(?:the|has|have|none|only|policy|priority|by|alerts?|a runbook)\b/i);
    expect(reasons[3]).toBe(critical);
  });
});
