/** Who is calling, as established by `middleware/authenticate.ts`. */

import type { ImpersonationMode } from '../domain/impersonation.ts';
import type { Permission, Role } from '../domain/permissions.ts';

/** A person, by session cookie or API token. `tenantId` is set for a client's people: they never see another tenant. */
export type UserPrincipal = {
  readonly kind: 'user';
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly mspId: string;
  readonly tenantId: string | null;
  /** Set while an engineer works in a client's context; `tenantId` is that client's then. */
  readonly impersonation: { readonly id: string; readonly mode: ImpersonationMode; readonly expiresAt: string } | null;
  /** An impersonation of this session that has ended, and that the session has not put off yet. */
  readonly endedImpersonationId: string | null;
  /** Whether the person has confirmed by TOTP within the last ten minutes that it is them. */
  readonly isSudo: boolean;
  /** Set when an auditor's link opened the session: it reads, and nothing else. */
  readonly auditorLinkId: string | null;
  /** Null: all permissions of the role (a session). */
  readonly scopes: readonly Permission[] | null;
  readonly via: {
    readonly kind: 'session' | 'api_token' | 'impersonation';
    readonly id: string;
    readonly expiresAt: string;
  };
};

/** A host's agent, by the signature on the request. */
export type AgentPrincipal = {
  readonly kind: 'agent';
  readonly agentId: string;
  readonly tenantId: string;
  readonly mspId: string;
};

/** What an integration token is for. */
export const INTEGRATION_PURPOSES = ['alertmanager', 'ingest', 'trivy'] as const;
export type IntegrationPurpose = (typeof INTEGRATION_PURPOSES)[number];

/** Another system pushing facts for one tenant, by integration token. */
export type IntegrationPrincipal = {
  readonly kind: 'integration';
  readonly tokenId: string;
  readonly purpose: IntegrationPurpose;
  readonly tenantId: string;
  readonly mspId: string;
};

export type Principal = UserPrincipal | AgentPrincipal | IntegrationPrincipal;
