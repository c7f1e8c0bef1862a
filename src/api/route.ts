/**
 * A route is its own documentation: one declaration holds method, path, schemas, who may call it and what
 * it may refuse. The app, the OpenAPI document and the permission tests are all derived from it.
 */

import type { Context } from 'hono';
import type { z } from 'zod';
import type { AuditActor } from '../db/audit.ts';
import type { Permission } from '../domain/permissions.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Logger } from '../platform/log.ts';
import type { ApiDeps } from './deps.ts';
import type {
  AgentPrincipal,
  IntegrationPrincipal,
  IntegrationPurpose,
  Principal,
  UserPrincipal,
} from './principal.ts';

/** Variables that middleware leaves on Hono's context. */
export type AppEnv = {
  Variables: {
    requestId: string;
    log: Logger;
    principal: Principal | null;
    rawBody: Uint8Array<ArrayBuffer>;
    clientAddress: string;
    /** The step of the code that was burnt for this request: by `totp: true`, or in place of sudo. */
    totpStep: number | null;
    /** A right code of this step was sent that was burnt before: only the answer kept under it may be given. */
    spentTotpStep: number | null;
    /** What a 401 asks for beside a bearer token; null on nearly every route. */
    challenge: string | null;
    /** The route's handler has begun: what fails from here on may have been done. */
    isBegun: boolean;
  };
};

/** Who may call. There is no default: a route without `auth` does not compile. */
export type Auth =
  | { readonly kind: 'public' }
  /** A signed-in person with the permission; with `totp`, a fresh code in X-TOTP-Code as well. */
  | {
      readonly kind: 'user';
      readonly permission: Permission;
      readonly totp?: true;
      /** From a session: only within ten minutes of POST /auth/sudo, or with a fresh code. Tokens of scripts are not asked. */
      readonly sudo?: true;
      /** Takes an API token as the password of HTTP Basic too: for calendar programs, which can send no bearer token. */
      readonly basic?: true;
    }
  /** Any signed-in person: their own session, their own account; not from inside an impersonation unless it says so. */
  | { readonly kind: 'self'; readonly totp?: true; readonly whileImpersonating?: true }
  /** The agent named in the path by `:id`, by its signature. */
  | { readonly kind: 'agent' }
  | { readonly kind: 'integration'; readonly purpose: IntegrationPurpose }
  /** `POST /ingest`: agents and integrations alike. */
  | { readonly kind: 'agent_or_integration'; readonly purpose: IntegrationPurpose };

type PrincipalFor<A extends Auth> = A extends { kind: 'user' | 'self' }
  ? UserPrincipal
  : A extends { kind: 'agent' }
    ? AgentPrincipal
    : A extends { kind: 'integration' }
      ? IntegrationPrincipal
      : A extends { kind: 'agent_or_integration' }
        ? AgentPrincipal | IntegrationPrincipal
        : null;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler is given; everything in it has been checked. */
export type RouteContext<A extends Auth, P, Q, B> = {
  readonly deps: ApiDeps;
  readonly principal: PrincipalFor<A>;
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
  readonly requestId: string;
  readonly clientAddress: string;
  /** The TOTP step burnt for this request; null on routes that asked for none. */
  readonly totpStep: number | null;
  readonly log: Logger;
  /** For headers and cookies of the answer; not for reading input. */
  readonly http: Context<AppEnv>;
};

/** A declared route. `path` is relative to /api/v1 in Hono's notation (`/agents/:id`). */
export type Route<
  A extends Auth = Auth,
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  O extends z.ZodType | undefined = z.ZodType | undefined,
> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly auth: A;
  /** Touches one tenant's rows: the isolation test tries it with another tenant's ids. */
  readonly tenantScoped: boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The body is `multipart/form-data`: texts and files by name (src/api/multipart.ts). Absent: JSON. */
  readonly multipart?: true;
  /** Absent for 204 and for routes that answer with a `Response` of their own. */
  readonly output?: O;
  readonly status?: 200 | 201 | 202 | 204;
  /** Content type when the route answers with a `Response` of its own; the default first where there are several. */
  readonly produces?: string | readonly string[];
  /** Refusals beyond those that every route of its kind may give. */
  readonly refusals: readonly RefusalCode[];
  /** Largest body accepted, in bytes; default 1 MiB. */
  readonly bodyLimitBytes?: number;
  readonly handle: (
    ctx: RouteContext<A, P, Q, B>,
  ) => Promise<Response | (O extends z.ZodType ? z.input<O> : undefined)>;
};

/** A route whose types have been erased, for lists. */
// biome-ignore lint/suspicious/noExplicitAny: handlers are contravariant in their context; the list only hands it back to its own route.
export type AnyRoute = Omit<Route, 'handle'> & { readonly handle: (ctx: never) => Promise<unknown> };

/** Checks a declaration against its own schemas at compile time and returns it unchanged. */
export function defineRoute<
  const A extends Auth,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  O extends z.ZodType | undefined = undefined,
>(route: Route<A, P, Q, B, O>): AnyRoute {
  return route;
}

/** The actor of an audit row for whoever is calling. */
export function auditActor(principal: Principal): AuditActor {
  if (principal.kind !== 'user') return { kind: principal.kind };
  return {
    kind: 'user',
    user_id: principal.userId,
    email: principal.email,
    impersonation_id: principal.impersonation?.id ?? null,
  };
}
