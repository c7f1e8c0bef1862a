/** Serves the built dashboard on the hub's own host, and the client portal on proven domains of clients. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { compress } from 'hono/compress';
import type { ApiDeps } from './deps.ts';
import { findPortal, isOwnHost, nothingHere, onOwnHost, onServedHost } from './portalHost.ts';
import type { AppEnv } from './route.ts';

/** Nothing from elsewhere, no inline script; `blob:` shows a logo before it is saved. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Never a page: a wrong address there is a problem, not a screen. */
const NOT_PAGES = ['/api/', '/docs', '/internal/', '/pubkeys/', '/assets/'];

/** What the service worker keeps for when there is no network; the one page that is a file of its own. */
const OFFLINE_PAGE = '/offline.html';

/** Mounts the pages behind every route of the API; without a folder (the API alone) `/` leads to its documents. */
export function mountDashboard(app: Hono<AppEnv>, deps: ApiDeps): void {
  const folder = deps.config.DASHBOARD_DIR;
  if (folder === undefined) {
    app.get('/', onOwnHost(deps.config), (c) => c.redirect('/docs'));
    return;
  }
  const pages = {
    dashboard: readFileSync(join(folder, 'index.html'), 'utf8'),
    portal: readFileSync(join(folder, 'portal.html'), 'utf8'),
  };
  app.use('/assets/*', onServedHost(deps), compress());
  const serveFile = serveStatic<AppEnv>({ root: folder });
  app.get('/assets/*', async (c, next) => {
    const file = await serveFile(c, next);
    // Their names carry a digest of their content. Set on the answer itself: the context's headers are taken before.
    if (file instanceof Response) file.headers.set('Cache-Control', 'public, max-age=31536000, immutable');
    return file ?? undefined;
  });
  app.get('*', compress(), async (c, next) => {
    if (NOT_PAGES.some((prefix) => c.req.path.startsWith(prefix))) return next();
    const isOwn = isOwnHost(c, deps.config);
    const portal = isOwn ? null : await findPortal(c, deps.pool);
    if (portal === null && !isOwn) return nothingHere(c);
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    c.header('Cache-Control', 'no-cache');
    if (c.req.path === OFFLINE_PAGE || (c.req.path.includes('.') && !c.req.path.endsWith('.html'))) {
      return (await serveFile(c, next)) ?? undefined;
    }
    const isPortal = portal !== null || c.req.path === '/portal' || c.req.path.startsWith('/portal/');
    return c.html(isPortal ? pages.portal : pages.dashboard);
  });
}
