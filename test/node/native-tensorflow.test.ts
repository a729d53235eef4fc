/** What `doctor` says of the native TensorFlow: never installed, taken away by npm, without its library, and there but broken are four things. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { explainNative, NATIVE_SCRIPT } from '../../src/node/native-tensorflow.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

const REASON = '@tensorflow/tfjs-node-gpu does not load: because';
const build = `bash ${NATIVE_SCRIPT}`;

function project(dependencies: object): string {
  const file = join(temporaryFolder(), 'package.json');
  writeFileSync(file, JSON.stringify(dependencies));
  return file;
}

it('names the script that builds it, which is there', () => {
  expect(existsSync(NATIVE_SCRIPT)).toBe(true);
  const said = explainNative(REASON, { installed: null, projects: [project({ dependencies: { three: '1' } }), '/nowhere/package.json'] });
  expect(said).toContain(REASON);
  expect(said).toContain(build);
});

it('says that npm took it away where a project asks for it', () => {
  const file = project({ optionalDependencies: { '@tensorflow/tfjs-node-gpu': '4.22.0' } });
  const said = explainNative(REASON, { installed: null, projects: ['/nowhere/package.json', file] });
  expect(said).toContain(`${file} asks for @tensorflow/tfjs-node-gpu, but it is not there`);
  expect(said).toContain(build);
});

it('says that its library is missing where the package is there without', () => {
  const installed = temporaryFolder();
  expect(explainNative(REASON, { installed, projects: [] })).toContain('without its library');
  mkdirSync(join(installed, 'lib/napi-v8'), { recursive: true });
  expect(explainNative(REASON, { installed, projects: [] })).toContain('--ignore-scripts');
  mkdirSync(join(installed, 'deps/lib'), { recursive: true });
  writeFileSync(join(installed, 'lib/napi-v8/tfjs_binding.node'), '');
  expect(explainNative(REASON, { installed, projects: [] })).toBe(REASON);
});
