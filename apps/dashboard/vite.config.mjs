import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const inProject = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Where `npm start` has the gateway; the development server hands it what is not a file of the dashboard. */
const GATEWAY = 'http://127.0.0.1:3000';

export default defineConfig({
  root: inProject('apps/dashboard'),
  // The libs are bundled as they are written.
  resolve: { conditions: ['source', 'browser', 'import', 'module', 'default'] },
  build: {
    outDir: inProject('dist/apps/dashboard/site'),
    emptyOutDir: true,
    target: 'es2023',
    // Data links would need leave in the policy of what the page may load.
    assetsInlineLimit: 0,
    // A script that loads scripts beforehand is for browsers that are older than those of the target.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    reportCompressedSize: false,
  },
  // The host stays as the page has it: a session is good for pages of the host that is asked alone.
  server: { proxy: { '/v1': { target: GATEWAY, changeOrigin: false }, '/health': GATEWAY } },
});
