/** Prometheus metrics of the API, with the route's pattern as label so that ids never become series. */

import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { AppEnv } from '../route.ts';

/** Registry of this process, served at /metrics. */
export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

const duration = new Histogram({
  name: 'monsys_http_request_duration_seconds',
  help: 'Time to answer HTTP requests',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [metrics],
});

/** Times every request. */
export function httpMetrics(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const stop = duration.startTimer();
    await next();
    stop({ method: c.req.method, route: routePath(c, -1), status: String(c.res.status) });
  };
}
