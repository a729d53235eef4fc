import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { bundledLicences } from './bundled-licences.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `spikeray/three`, built into dist/three: one module with its worker and kernels inside, that takes three from whoever imports it. */
export default defineConfig({
  root: here('.'),
  logLevel: 'warn',
  publicDir: false,
  ...bundledLicences(),
  build: {
    outDir: here('../dist/three'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: Infinity,
    lib: { entry: here('three/index.ts'), formats: ['es'], fileName: 'spikeray-three' },
    rollupOptions: { external: [/^three($|\/)/], output: { codeSplitting: false } },
  },
});
