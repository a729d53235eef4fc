import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { bundledLicences } from './bundled-licences.ts';

const licences = bundledLicences();
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const icon = `data:image/svg+xml,${encodeURIComponent(readFileSync(here('public/icon.svg'), 'utf8'))}`;

/**
 * The viewer for static hosts, built into dist/static-viewer: one page, one script, one style sheet, everything else inside of them, so that
 * `spikeray export --format html` can put all into one file.
 */
export default defineConfig({
  root: here('.'),
  base: './',
  logLevel: 'warn',
  publicDir: false,
  worker: licences.worker,
  plugins: [
    ...licences.plugins,
    {
      name: 'static-entry',
      transformIndexHtml: {
        order: 'pre',
        handler: (html) =>
          html
            .replace('./viewer.ts', './static-viewer.ts')
            .replace('./icon.svg', icon)
            .replace(/<a href="\.\/index\.html".*?<\/a>/, ''),
      },
    },
  ],
  build: {
    outDir: here('../dist/static-viewer'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    assetsInlineLimit: Infinity,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: {
      input: here('viewer.html'),
      output: { codeSplitting: false, entryFileNames: 'viewer.js', assetFileNames: 'viewer[extname]' },
    },
  },
});
