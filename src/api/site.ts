/** What the API serves beside its routes: health, metrics, the OpenAPI document and its page, the hub's public key. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';
import swaggerUi from 'swagger-ui-dist';
import { pingDatabase } from '../db/health.ts';
import { findCurrentHubKey } from '../db/hubKeys.ts';
import { publicKeyPem } from '../domain/ed25519.ts';
import { API_BASE } from './basePath.ts';
import type { ApiDeps } from './deps.ts';
import { metrics } from './middleware/httpMetrics.ts';
import { openApiDocument } from './openapi.ts';
import { notThroughProxy, onOwnHost, servesDomain } from './portalHost.ts';
import { problemResponse } from './problem.ts';
import type { AnyRoute, AppEnv } from './route.ts';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

const DOCS_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>monsys-msp API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
// A file of its own because the content security policy allows no inline script.
const DOCS_START = `SwaggerUIBundle({ url: '${API_BASE}/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: false });`;

/** Mounts the pages and probes on `app`. */
export function mountSite(app: Hono<AppEnv>, deps: ApiDeps, routes: readonly AnyRoute[]): void {
  // Alive: the process answers. Ready: its database and Temporal answer too.
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = {
      database: await answers(() => pingDatabase(deps.pool)),
      temporal: deps.temporal === null || (await answers(async () => deps.temporal?.workflowService.getSystemInfo({}))),
    };
    return c.json(
      { status: Object.values(checks).every(Boolean) ? 'ready' : 'not_ready', checks },
      Object.values(checks).every(Boolean) ? 200 : 503,
    );
  });
  // Prometheus asks the process; the world comes through the proxy.
  app.get('/metrics', notThroughProxy, async (c) =>
    c.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }),
  );

  // A client's domain shows the client's brand and not whose API is behind it; any other host shows nothing.
  const own = onOwnHost(deps.config);
  const document = JSON.stringify(openApiDocument(routes, API_BASE));
  app.get(`${API_BASE}/openapi.json`, own, (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
  app.get('/docs', own, (c) => c.html(DOCS_PAGE));
  app.get('/docs/start.js', own, (c) => c.body(DOCS_START, 200, { 'Content-Type': 'text/javascript' }));
  app.get('/docs/:file', own, async (c) => {
    const type = ASSETS[c.req.param('file')];
    if (type === undefined) return problemResponse(c, { code: 'not_found' });
    const bytes = await readFile(join(swaggerUi.getAbsoluteFSPath(), c.req.param('file')));
    return c.body(bytes, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=86400' });
  });

  // Asked by Caddy before it gets a certificate, and by nobody through it.
  app.get('/internal/tls-ask', notThroughProxy, async (c) =>
    c.body(null, (await servesDomain(deps.pool, c.req.query('domain') ?? '')) ? 200 : 404),
  );

  app.get('/pubkeys/hub.pub', async (c) => {
    const key = await findCurrentHubKey(deps.pool);
    if (key === null)
      return problemResponse(c, {
        code: 'unavailable',
        detail: 'The signing worker has not published a key yet; start it.',
      });
    return c.body(publicKeyPem(key.public_key), 200, {
      'Content-Type': 'application/x-pem-file',
      'X-Key-Id': key.key_id,
    });
  });
}

/** A probe must say no quickly rather than hang with what it probes. */
async function answers(probe: () => Promise<unknown>): Promise<boolean> {
  const timeout = AbortSignal.timeout(2_000);
  return new Promise((resolve) => {
    timeout.addEventListener('abort', () => resolve(false), { once: true });
    probe().then(
      () => resolve(true),
      () => resolve(false),
    );
  });
}
