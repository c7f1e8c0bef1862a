/** Builds the dashboard and the client portal to `dist`, which the API serves. */

import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  plugins: [react(), tailwindcss()],
  build: {
    // Nothing is inlined: the content security policy takes no data: but for images.
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: false,
    target: 'es2022',
    rollupOptions: {
      input: { index: resolve(here, 'index.html'), portal: resolve(here, 'portal.html') },
    },
  },
  // `npm run dev` of the hub serves the built files; this is for work on the screens alone.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/pubkeys': 'http://127.0.0.1:8080' } },
});
