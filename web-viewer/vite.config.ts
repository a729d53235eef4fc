import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { bundledLicences } from './bundled-licences.ts';

const licences = bundledLicences();
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Built into dist/web-viewer, from where `spikeray serve` sends it. Relative addresses, so that any folder of a static host will do. */
export default defineConfig({
  root: here('.'),
  base: './',
  logLevel: 'warn',
  ...licences,
  worker: { ...licences.worker, format: 'es' },
  resolve: { alias: { 'spikeray/three': here('three/index.ts') } },
  build: {
    outDir: here('../dist/web-viewer'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: {
        index: here('index.html'),
        compare: here('compare.html'),
        viewer: here('viewer.html'),
        studio: here('studio.html'),
        three: here('examples/three.html'),
        'offline-worker': here('studio/offline-worker.ts'),
      },
      // What is put before it (src/node/studio-files.ts) makes it a service worker.
      output: { entryFileNames: ({ name }) => (name === 'offline-worker' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});
