/** Registers the service worker, and offers a new version of the dashboard when there is one. */

import i18next from 'i18next';

/** How often a page that stays open asks for a new version. */
const ASK_EVERY_MS = 30 * 60_000;

/** Starts it, where the browser has service workers; the pages work without. */
export async function startServiceWorker(): Promise<void> {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) await register();
}

async function register(): Promise<void> {
  const isFirst = navigator.serviceWorker.controller === null;
  const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  if (registration.waiting !== null && !isFirst) void offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const next = registration.installing;
    next?.addEventListener('statechange', () => {
      if (next.state === 'installed' && navigator.serviceWorker.controller !== null) void offer(next);
    });
  });
  setInterval(() => void registration.update().catch(() => undefined), ASK_EVERY_MS);
}

/** The page goes over to the new version when the person says so, never under their hands. */
async function offer(next: ServiceWorker): Promise<void> {
  const { toast } = await import('sonner');
  toast(i18next.t('newVersion'), {
    id: 'new-version',
    duration: Number.POSITIVE_INFINITY,
    action: {
      label: i18next.t('reload'),
      onClick: () => {
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
        // A worker is not a window: there is no target origin to name.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- see above
        next.postMessage('take-over');
      },
    },
  });
}
