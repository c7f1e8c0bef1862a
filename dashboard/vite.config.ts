/** Builds the dashboard and the client portal to `dist`, which the API serves. */

import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { serviceWorker, WORKER_ENTRY } from './serviceWorker.ts';

const here = import.meta.dirname;
/** The hub that answers while one works on the screens alone (`vite dashboard`, `vite preview dashboard`). */
const hub = process.env['HUB_URL'] ?? 'http://127.0.0.1:8080';

/** What both the dashboard and the portal stand on. */
const VENDOR =
  /node_modules[\\/](?:react|react-dom|scheduler|@tanstack[\\/](?:query-core|react-query)|i18next|react-i18next|openapi-fetch|use-sync-external-store)[\\/]/;

/** What lays menus, dialogs and panels over a page: no part of the first look, and one file for all of them. */
const OVERLAYS =
  /node_modules[\\/](?:radix-ui|@radix-ui|@floating-ui|react-remove-scroll|react-remove-scroll-bar|react-style-singleton|use-callback-ref|use-sidecar|aria-hidden)[\\/]/;

/** The letters are on their way before the style sheet asks for them. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((name) => name.endsWith('.woff2'))
        .map((name) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${name}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          injectTo: 'head' as const,
        })),
  },
};

export default defineConfig({
  root: here,
  plugins: [react(), tailwindcss(), preloadFont, serviceWorker],
  build: {
    // Nothing is inlined: the content security policy takes no data: but for images.
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: false,
    target: 'es2022',
    rollupOptions: {
      input: {
        index: resolve(here, 'index.html'),
        portal: resolve(here, 'portal.html'),
        [WORKER_ENTRY]: resolve(here, 'worker/sw.ts'),
      },
      output: {
        // A few larger files come sooner than seventy small ones, and compress better.
        codeSplitting: {
          groups: [
            { name: 'vendor', test: VENDOR },
            { name: 'overlays', test: OVERLAYS },
            { name: 'routes', test: /dashboard[\\/]src[\\/]pages[\\/][^\\/]+[\\/]routes\.tsx$/ },
          ],
        },
        entryFileNames: ({ name }) => (name === WORKER_ENTRY ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: { '/api': hub, '/pubkeys': hub } },
});
