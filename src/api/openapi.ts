/** The OpenAPI 3.1 document, rendered from the same zod schemas that validate. */

import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { REFUSALS, type RefusalCode } from '../domain/refusal.ts';
import { problemType } from './problem.ts';
import type { AnyRoute, Auth } from './route.ts';

/** Renders the document for `routes`, served at `basePath`. */
export function openApiDocument(routes: readonly AnyRoute[], basePath: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    // A pattern after the name (`:path{.+}`) is the router's business.
    const path = route.path.replaceAll(/:([a-z_]+)(?:\{[^}]*\})?/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'monsys-msp',
      version: '1',
      description:
        'The hub of a managed service provider. Errors are problem+json (RFC 9457) with a stable `type`. ' +
        'Lists are paged by cursor. POST accepts `Idempotency-Key`; a retry may send the TOTP code of the first try again. ' +
        'After `internal` and `outcome_unknown` a change may have been made: a retry under the same key is ' +
        '`idempotency_in_doubt`, until you have looked and send it with a new one.',
    },
    servers: [{ url: basePath }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'API token msys_api_… or integration token msys_ingest_…',
        },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, and an API token msys_api_… as the password' },
        session: { type: 'apiKey', in: 'cookie', name: 'monsys_session' },
        totp: { type: 'apiKey', in: 'header', name: 'X-TOTP-Code' },
        agent: {
          type: 'apiKey',
          in: 'header',
          name: 'Signature',
          description: 'RFC 9421 signature; see docs/agent-protocol.md',
        },
      },
    },
  });
}

function operation(route: AnyRoute): ZodOpenApiOperationObject {
  return {
    operationId: `${route.method}${route.path.replaceAll(/[^a-zA-Z0-9]+(.)?/g, (_, next?: string) => (next ?? '').toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, authSentence(route.auth)].filter(Boolean).join('\n\n'),
    security: security(route.auth),
    ...(route.params || route.query
      ? {
          requestParams: {
            ...(route.params ? { path: route.params as z.ZodObject } : {}),
            ...(route.query ? { query: route.query as z.ZodObject } : {}),
          },
        }
      : {}),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { [route.multipart ? 'multipart/form-data' : 'application/json']: { schema: route.body } },
          },
        }
      : {}),
    responses: {
      [String(route.output || route.produces ? (route.status ?? 200) : (route.status ?? 204))]: route.output
        ? { description: 'Done', content: { 'application/json': { schema: route.output } } }
        : { description: 'Done', ...(route.produces ? { content: contentOf(route.produces) } : {}) },
      ...problems(route),
    },
  } as ZodOpenApiOperationObject;
}

function contentOf(types: string | readonly string[]): Record<string, object> {
  return Object.fromEntries([types].flat().map((type) => [type, {}]));
}

function security(auth: Auth): Record<string, string[]>[] {
  if (auth.kind === 'public') return [];
  if (auth.kind === 'agent') return [{ agent: [] }];
  if (auth.kind === 'integration') return [{ bearer: [] }];
  if (auth.kind === 'agent_or_integration') return [{ agent: [] }, { bearer: [] }];
  const totp = auth.totp ? { totp: [] } : {};
  return [
    { bearer: [], ...totp },
    { session: [], ...totp },
    ...(auth.kind === 'user' && auth.basic ? [{ basic: [] }] : []),
  ];
}

function authSentence(auth: Auth): string {
  if (auth.kind === 'user') return `Permission: \`${auth.permission}\`${auth.totp ? ', with TOTP' : ''}.`;
  return auth.kind === 'self' ? 'For any signed-in person.' : '';
}

/** Refusals of a route by status: its own and those of its kind. */
function problems(route: AnyRoute): Record<string, object> {
  const codes = new Set<RefusalCode>([...route.refusals, 'rate_limited', 'internal']);
  if (route.auth.kind !== 'public') codes.add('unauthenticated');
  if (route.auth.kind === 'user') codes.add('forbidden');
  if (route.params || route.query || route.body) codes.add('invalid_request');
  if ('totp' in route.auth && route.auth.totp)
    for (const code of ['totp_required', 'totp_invalid', 'totp_reused'] as const) codes.add(code);
  const byStatus = Map.groupBy(codes, (code) => REFUSALS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${problemType(code)}\`: ${REFUSALS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } },
      },
    ]),
  );
}

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
  },
} as const;
