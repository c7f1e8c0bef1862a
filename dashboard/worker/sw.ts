/**
 * The service worker: the frame of the dashboard is there without a network, and notifications reach the phone.
 * It keeps files of the build and nothing else: an answer of the API is never stored, nor given from a store.
 */

import { notificationOf, type Remembered, targetOf } from './notification.ts';

declare const self: ServiceWorkerGlobalScope;
/** Put in front of this file by the build (dashboard/serviceWorker.ts). */
declare const SHELL: { readonly version: string; readonly files: readonly string[] };

const PREFIX = 'monsys-shell-';
const CACHE = `${PREFIX}${SHELL.version}`;
const OFFLINE_PAGE = '/offline.html';
/** The build gives these a name by their content, so what was stored once stays right. */
const ASSETS = '/assets/';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...SHELL.files])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

// The page offers the new version; it takes over when the person says so.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(navigate(request, url));
  else if (url.pathname.startsWith(ASSETS) || SHELL.files.includes(url.pathname)) event.respondWith(fromBuild(request));
});

/** Always from the hub; without a network a page that says so. Pages of the API have no such stand-in. */
async function navigate(request: Request, url: URL): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const offline = url.pathname.startsWith('/api/') ? undefined : await caches.match(OFFLINE_PAGE);
    if (offline === undefined) throw error;
    return offline;
  }
}

async function fromBuild(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(request);
  if (stored !== undefined) return stored;
  const answer = await fetch(request);
  if (answer.ok && answer.type === 'basic') await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener('push', (event) => {
  const { title, options } = notificationOf(event.data?.text());
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = targetOf(event.notification.data as Remembered, event.action, self.location.origin);
  event.waitUntil(show(url));
});

/** Brings a window that shows this page to the front, or opens one; a window at other work is left alone. */
async function show(url: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const { pathname } = new URL(url);
  const same = windows.find((client) => new URL(client.url).pathname === pathname);
  if (same === undefined) {
    await self.clients.openWindow(url);
    return;
  }
  const moved = same.url === url ? same : await same.navigate(url);
  await (moved ?? same).focus();
}
