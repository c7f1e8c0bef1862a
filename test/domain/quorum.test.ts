import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/domain/permissions.ts';
import {
  decide,
  eligibleApprovers,
  MAX_APPROVERS,
  QUORUM_STATES,
  type QuorumDecision,
  type QuorumRequest,
  quorumLabel,
  quorumProofFault,
} from '../../src/domain/quorum.ts';

const NOW = 1_800_000_000_000;
const request = (change: Partial<QuorumRequest> = {}): QuorumRequest => ({
  state: 'open',
  requiredApprovers: 2,
  requestedBy: 'alice',
  expiresAtMs: NOW + 1000,
  approvals: [],
  ...change,
});
const by = (user_id: string, change: Partial<QuorumDecision> = {}): QuorumDecision => ({
  decision: 'approve',
  user_id,
  role: 'admin',
  isActive: true,
  isSameMsp: true,
  totp_step_sha256: `step of ${user_id}`,
  ...change,
});
const approved = (...users: string[]) => users.map((user_id) => ({ user_id, totp_step_sha256: `step of ${user_id}` }));

describe('decide', () => {
  it('opens, meets and rejects', () => {
    expect(decide(request(), by('bob'), NOW)).toEqual({ kind: 'open', approvals: 1, required: 2 });
    expect(decide(request({ approvals: approved('bob') }), by('carol'), NOW)).toEqual({
      kind: 'met',
      approvals: 2,
      required: 2,
    });
    expect(decide(request({ approvals: approved('bob') }), by('carol', { decision: 'reject' }), NOW)).toEqual({
      kind: 'rejected',
    });
    expect(decide(request({ requiredApprovers: 1 }), by('bob'), NOW)).toMatchObject({ kind: 'met' });
  });

  it.each<[string, Partial<QuorumRequest>, QuorumDecision]>([
    ['not_found', {}, by('bob', { isSameMsp: false })],
    ['account_inactive', {}, by('bob', { isActive: false })],
    ['quorum_not_eligible', {}, by('bob', { role: 'operator' })],
    ['quorum_expired', { state: 'expired' }, by('bob')],
    ['quorum_expired', { expiresAtMs: NOW }, by('bob')],
    ['quorum_closed', { state: 'approved' }, by('bob')],
    ['quorum_closed', { state: 'rejected' }, by('bob')],
    ['quorum_closed', { state: 'cancelled' }, by('bob')],
    ['quorum_own_request', {}, by('alice')],
    ['quorum_own_request', {}, by('ALICE')],
    ['quorum_own_request', {}, by('alice', { decision: 'reject' })],
    ['quorum_already_decided', { approvals: approved('bob') }, by('bob', { totp_step_sha256: 'another step' })],
    ['quorum_already_decided', { approvals: approved('bob') }, by('Bob', { decision: 'reject' })],
  ])('refuses with %s: %j', (code, change, decision) => {
    expect(decide(request(change), decision, NOW)).toEqual({ kind: 'refused', code });
  });

  it('lets owners and admins approve, nobody else', () => {
    const allowed = ROLES.filter((role) => decide(request(), by('bob', { role }), NOW).kind === 'open');
    expect(allowed).toEqual(['owner', 'admin']);
  });

  it('is open to the last millisecond of its time', () => {
    expect(decide(request({ expiresAtMs: NOW + 1 }), by('bob'), NOW).kind).toBe('open');
  });

  it('counts nobody twice by one proof of presence: a step names its person, so two people never share one', () => {
    const approvals = [{ user_id: 'bob', totp_step_sha256: 'one step' }];
    expect(decide(request({ approvals }), by('carol', { totp_step_sha256: 'one step' }), NOW)).toMatchObject({
      kind: 'open',
      approvals: 1,
    });
  });

  it('counts people even when what is stored repeats them or names the requester', () => {
    const approvals = [...approved('bob', 'bob', 'BOB', 'alice')];
    expect(decide(request({ approvals, requiredApprovers: 3 }), by('carol'), NOW)).toEqual({
      kind: 'open',
      approvals: 2,
      required: 3,
    });
  });
});

const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
const attempt = fc
  .record({
    user_id: fc.constantFrom(...people),
    decision: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const),
    role: fc.constantFrom<Role>('owner', 'admin', 'admin', 'operator', 'viewer'),
    isActive: fc.constantFrom(true, true, true, false),
    isSameMsp: fc.constantFrom(true, true, true, false),
    step: fc.constantFrom('1', '2', '3'),
    waitMs: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ step, ...rest }) => ({ ...rest, totp_step_sha256: `step ${step} of ${rest.user_id}` }));

/** Applies decisions as the hub does: what decide says is stored. */
function run(required: number, attempts: readonly (QuorumDecision & { readonly waitMs: number })[]) {
  let state: QuorumRequest['state'] = 'open';
  let now = NOW;
  let fires = 0;
  const approvals: QuorumDecision[] = [];
  for (const each of attempts) {
    now += each.waitMs;
    const held = { state, approvals: [...approvals], requiredApprovers: required, expiresAtMs: NOW + 100 };
    const verdict = decide(request(held), each, now);
    if (verdict.kind === 'refused') continue;
    if (verdict.kind === 'rejected') {
      state = 'rejected';
      continue;
    }
    approvals.push(each);
    if (verdict.kind === 'met') {
      fires += 1;
      state = 'approved';
    }
  }
  return { state, fires, accepted: approvals.map(({ user_id }) => user_id) };
}

/** The same, said plainly: one pass, a set of people, and four reasons not to count. */
function model(required: number, attempts: readonly (QuorumDecision & { readonly waitMs: number })[]) {
  const counted = new Set<string>();
  let end: 'open' | 'approved' | 'rejected' = 'open';
  let elapsed = 0;
  for (const each of attempts) {
    elapsed += each.waitMs;
    const mayDecide = each.isSameMsp && each.isActive && (each.role === 'owner' || each.role === 'admin');
    if (end !== 'open' || elapsed >= 100 || !mayDecide || each.user_id === 'alice' || counted.has(each.user_id))
      continue;
    if (each.decision === 'reject') end = 'rejected';
    else counted.add(each.user_id);
    if (end === 'open' && counted.size === required) end = 'approved';
  }
  return { end, counted };
}

describe('any sequence of decisions', () => {
  it('ends as the plain model says, and fires at most once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(attempt, { maxLength: 20 }), (required, attempts) => {
        const got = run(required, attempts);
        const { end, counted } = model(required, attempts);
        expect(got.state).toBe(end);
        expect(got.fires).toBe(end === 'approved' ? 1 : 0);
        expect(new Set(got.accepted)).toEqual(counted);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never met with fewer distinct people than required, and never by the requester', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(attempt, { maxLength: 30 }), (required, attempts) => {
        const { fires, accepted } = run(required, attempts);
        expect(accepted).not.toContain('alice');
        if (fires > 0) expect(new Set(accepted).size).toBeGreaterThanOrEqual(required);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of the approvals', () => {
    const approvals = fc.shuffledSubarray(people.slice(1), { minLength: 2 });
    fc.assert(
      fc.property(approvals, fc.integer({ min: 1, max: 5 }), (users, required) => {
        const attempts = users.map((userId) => ({ ...by(userId), waitMs: 0 }));
        const forth = run(required, attempts);
        const back = run(required, attempts.toReversed());
        expect([back.state, back.fires]).toEqual([forth.state, forth.fires]);
        expect(forth.fires).toBe(users.length >= required ? 1 : 0);
      }),
    );
  });
});

describe('quorumProofFault', () => {
  const approval = (user: string, step = user) => ({ user_id: user, totp_step_sha256: step });
  const proof = (required: number, ...approvals: ReturnType<typeof approval>[]) => ({
    required_approvers: required,
    requested_by: { user_id: 'alice' },
    approvals,
  });

  it('control: accepts two people for two', () => {
    expect(quorumProofFault(proof(2, approval('bob'), approval('carol')))).toBeNull();
  });

  it.each([
    ['too_few_people', proof(2, approval('bob'))],
    ['too_few_people', proof(2, approval('bob'), approval('bob'))],
    ['too_few_people', proof(2, approval('bob', '1'), approval('bob', '2'))],
    ['too_few_people', proof(2, approval('bob', '1'), approval('BOB', '2'))],
    ['too_few_people', proof(2, approval('bob', '1'), approval('carol', '1'))],
    ['too_few_people', proof(0, approval('bob'))],
    ['too_few_people', proof(1)],
    ['requester_approved', proof(1, approval('alice'))],
    ['requester_approved', proof(2, approval('bob'), approval('carol'), approval('Alice'))],
  ])('says %s: %j', (fault, given) => {
    expect(quorumProofFault(given)).toBe(fault);
  });

  it('never accepts N copies of fewer people, however many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: MAX_APPROVERS }),
        fc.array(fc.tuple(fc.constantFrom(...people.slice(1)), fc.constantFrom('0', '1', '2', '3')), { maxLength: 20 }),
        (required, entries) => {
          const given = proof(required, ...entries.map(([user, step]) => approval(user, step)));
          const distinct = new Set(entries.map(([user]) => user)).size;
          fc.pre(distinct < required);
          expect(quorumProofFault(given)).toBe('too_few_people');
        },
      ),
    );
  });

  it('is said as people of required', () => {
    expect(quorumLabel(proof(2, approval('bob'), approval('carol')))).toBe('2-of-2 quorum');
    expect(quorumLabel(proof(2, approval('bob', '1'), approval('bob', '2')))).toBe('1-of-2 quorum');
  });
});

it('eligibleApprovers leaves out the requester, the inactive and whoever may not approve', () => {
  const person = (id: string, role: Role = 'admin', is_active = true) => ({ id, role, is_active });
  const team = [
    person('alice'),
    person('bob', 'owner'),
    person('carol', 'admin', false),
    person('dave', 'operator'),
    person('erin'),
  ];
  expect(eligibleApprovers(team, 'alice').map(({ id }) => id)).toEqual(['bob', 'erin']);
});

it('knows the states of the design', () => {
  expect(QUORUM_STATES).toEqual(['open', 'approved', 'rejected', 'cancelled', 'expired']);
});
