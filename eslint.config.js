import js from '@eslint/js';
import ts from 'typescript-eslint';

/** The wall: these parts run in Node, in workers and in browsers alike, so they touch neither Node nor the DOM nor three. */
const platformFree = {
  files: ['renderer/**/*.ts', 'datasets/**/*.ts', 'src/**/*.ts'],
  ignores: ['src/cli/**', 'src/server/**', 'src/node/**', 'src/backends/*/launch-node.ts', 'src/backends/wasm/compile-kernels.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['node:*', 'fs', 'path', 'os', 'worker_threads'], message: 'Platform-free code: take files through src/io/files.ts.' },
          { group: ['three', 'three/*'], message: 'three belongs to web-viewer/.' },
          { group: ['sharp'], message: 'Take images through ImageCodec in src/io/files.ts.' },
        ],
      },
    ],
    'no-restricted-globals': ['error', 'process', 'Buffer', 'window', 'document'],
    'no-console': 'error',
  },
};

export default ts.config(
  { ignores: ['dist/', 'runs/', '.dependency-cruiser.cjs', 'src/backends/wasm/assembly/', 'web-viewer/dist/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', SharedArrayBuffer: 'readonly' } },
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  platformFree,
);
