/**
 * M-of-N approval of irreversible actions.
 *
 * States of a request: open -> approved (N approvals; the tokens fire) | rejected (one reject) | cancelled (by the
 * requester) | expired (time-out of the collection). All but open are final.
 *
 * People are counted, not entries: one person twice is one, and one TOTP step of one person proves one presence
 * (LESSONS: TUF thresholds, go-tuf#733). The hub decides with {@link decide} under a row lock; agent, verifier and
 * browser re-count the proof in the token with {@link quorumProofFault}.
 */

import type { Role } from './permissions.ts';
import { isAllowed } from './permissions.ts';
import type { RefusalCode } from './refusal.ts';

export const MIN_APPROVERS = 1;
export const MAX_APPROVERS = 10;
/** How long approvals are collected by default, and at most. */
export const DEFAULT_COLLECTION_MINUTES = 60;
export const MAX_COLLECTION_MINUTES = 24 * 60;

export const QUORUM_STATES = ['open', 'approved', 'rejected', 'cancelled', 'expired'] as const;
export type QuorumState = (typeof QUORUM_STATES)[number];

/** A request as the database holds it at the moment of a decision. */
export type QuorumRequest = {
  readonly state: QuorumState;
  readonly requiredApprovers: number;
  readonly requestedBy: string;
  readonly expiresAtMs: number;
  readonly approvals: readonly { readonly userId: string; readonly totpStep: string }[];
};

/** One person's decision with what is known of them now. `totpStep` is any stable name of the step used. */
export type QuorumDecision = {
  readonly decision: 'approve' | 'reject';
  readonly userId: string;
  readonly role: Role;
  readonly isActive: boolean;
  readonly isSameMsp: boolean;
  readonly totpStep: string;
};

/** What follows from a decision. */
export type QuorumVerdict =
  | { readonly kind: 'open'; readonly approvals: number; readonly required: number }
  | { readonly kind: 'met'; readonly approvals: number; readonly required: number }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** Decides one decision at `nowMs`. Never throws. */
export function decide(request: QuorumRequest, decision: QuorumDecision, nowMs: number): QuorumVerdict {
  const code = decisionFault(request, decision, nowMs);
  if (code !== null) return { kind: 'refused', code };
  if (decision.decision === 'reject') return { kind: 'rejected' };
  const approvals = countPeople(
    [...request.approvals, decision].map((approval) => approval.userId),
    request.requestedBy,
  );
  const required = request.requiredApprovers;
  return { kind: approvals >= required ? 'met' : 'open', approvals, required };
}

function decisionFault(request: QuorumRequest, decision: QuorumDecision, nowMs: number): RefusalCode | null {
  if (!decision.isSameMsp) return 'not_found';
  if (!decision.isActive) return 'account_inactive';
  if (!isAllowed('emergency.approve', decision.role, null)) return 'quorum_not_eligible';
  if (request.state === 'expired' || (request.state === 'open' && nowMs >= request.expiresAtMs))
    return 'quorum_expired';
  if (request.state !== 'open') return 'quorum_closed';
  if (isSamePerson(decision.userId, request.requestedBy)) return 'quorum_own_request';
  if (request.approvals.some((approval) => isSamePerson(approval.userId, decision.userId)))
    return 'quorum_already_decided';
  return null;
}

function isSamePerson(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * Distinct people, without the requester. Ids are compared without case: UUIDs that differ in it name one person.
 * Two people may use the same step (a step is 30 seconds of the clock); that one person uses a step once is the
 * business of the table of used steps.
 */
function countPeople(userIds: readonly string[], requestedBy: string): number {
  const people = new Set(userIds.map((id) => id.toLowerCase()));
  people.delete(requestedBy.toLowerCase());
  return people.size;
}

/** The parts of a token's quorum proof that are counted. */
export type QuorumProof = {
  readonly required_approvers: number;
  readonly requested_by: { readonly user_id: string };
  readonly approvals: readonly { readonly user_id: string; readonly totp_step_sha256: string }[];
};

/** Why a proof does not show its quorum; null when it does. */
export function quorumProofFault(proof: QuorumProof): 'requester_approved' | 'too_few_people' | null {
  const approvers = proof.approvals.map((approval) => approval.user_id.toLowerCase());
  const requester = proof.requested_by.user_id.toLowerCase();
  if (approvers.includes(requester)) return 'requester_approved';
  const people = countPeople(approvers, requester);
  // Steps are hashed with the person in them, so one step of two people still gives two hashes.
  const steps = new Set(proof.approvals.map((approval) => approval.totp_step_sha256));
  const distinct = Math.min(people, steps.size);
  return proof.required_approvers >= MIN_APPROVERS && distinct >= proof.required_approvers ? null : 'too_few_people';
}

/** `2-of-2 quorum`, as packs and screens say it. */
export function quorumLabel(proof: QuorumProof): string {
  const userIds = proof.approvals.map((approval) => approval.user_id);
  return `${countPeople(userIds, proof.requested_by.user_id)}-of-${proof.required_approvers} quorum`;
}

/** How many approvers are to be had: active people who may approve, without the requester. */
export function eligibleApprovers<P extends { readonly id: string; readonly role: Role; readonly is_active: boolean }>(
  people: readonly P[],
  requestedBy: string,
): readonly P[] {
  return people.filter(
    (person) => person.is_active && person.id !== requestedBy && isAllowed('emergency.approve', person.role, null),
  );
}
