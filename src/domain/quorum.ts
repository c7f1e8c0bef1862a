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

import { isAllowed, ROLES, type Role } from './permissions.ts';
import type { RefusalCode } from './refusal.ts';

export const MIN_APPROVERS = 1;
export const MAX_APPROVERS = 10;
/** How long approvals are collected by default, and at most. */
export const DEFAULT_COLLECTION_MINUTES = 60;
export const MAX_COLLECTION_MINUTES = 24 * 60;

export const QUORUM_STATES = ['open', 'approved', 'rejected', 'cancelled', 'expired'] as const;
export type QuorumState = (typeof QUORUM_STATES)[number];

/** Roles of the MSP's people whose approval counts. */
export const APPROVING_ROLES: readonly Role[] = ROLES.filter((role) => isAllowed('emergency.approve', role, null));

/** Who approved, and by which step of their TOTP. */
type Approval = {
  readonly user_id: string;
  /** Names the step and the person: one moment of two people gives two. */
  readonly totp_step_sha256: string;
};

/** A request as the database holds it at the moment of a decision. */
export type QuorumRequest = {
  readonly state: QuorumState;
  readonly requiredApprovers: number;
  readonly requestedBy: string;
  readonly expiresAtMs: number;
  readonly approvals: readonly Approval[];
};

/** One person's decision with what is known of them now. */
export type QuorumDecision = Approval & {
  readonly decision: 'approve' | 'reject';
  readonly role: Role;
  readonly isActive: boolean;
  readonly isSameMsp: boolean;
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
  const approvals = countApprovals([...request.approvals, decision], request.requestedBy);
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
  if (isSamePerson(decision.user_id, request.requestedBy)) return 'quorum_own_request';
  if (request.approvals.some((approval) => isSamePerson(approval.user_id, decision.user_id)))
    return 'quorum_already_decided';
  return null;
}

function isSamePerson(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * How many approvals count: distinct people without the requester, and no more than there are distinct steps. Ids are
 * compared without case: UUIDs that differ in it name one person. That one person uses a step once is also the business
 * of the table of used steps; here a stored list, or a token's, is not believed to be without repetitions.
 */
function countApprovals(approvals: readonly Approval[], requestedBy: string): number {
  const others = approvals.filter((approval) => !isSamePerson(approval.user_id, requestedBy));
  const people = new Set(others.map((approval) => approval.user_id.toLowerCase()));
  const steps = new Set(others.map((approval) => approval.totp_step_sha256));
  return Math.min(people.size, steps.size);
}

/** The parts of a token's quorum proof that are counted. */
export type QuorumProof = {
  readonly required_approvers: number;
  readonly requested_by: { readonly user_id: string };
  readonly approvals: readonly Approval[];
};

/** Why a proof does not show its quorum; null when it does. */
export function quorumProofFault(proof: QuorumProof): 'requester_approved' | 'too_few_people' | null {
  const requester = proof.requested_by.user_id;
  if (proof.approvals.some((approval) => isSamePerson(approval.user_id, requester))) return 'requester_approved';
  const isMet =
    proof.required_approvers >= MIN_APPROVERS && countApprovals(proof.approvals, requester) >= proof.required_approvers;
  return isMet ? null : 'too_few_people';
}

/** `2-of-2 quorum`, as packs and screens say it. */
export function quorumLabel(proof: QuorumProof): string {
  return `${countApprovals(proof.approvals, proof.requested_by.user_id)}-of-${proof.required_approvers} quorum`;
}

/** How many approvers are to be had: active people who may approve, without the requester. */
export function eligibleApprovers<P extends { readonly id: string; readonly role: Role; readonly is_active: boolean }>(
  people: readonly P[],
  requestedBy: string,
): readonly P[] {
  return people.filter(
    (person) =>
      person.is_active && !isSamePerson(person.id, requestedBy) && isAllowed('emergency.approve', person.role, null),
  );
}
