/**
 * The executable specification that backends are compared with: the tfjs backend on native TensorFlow where SPIKERAY_TENSORFLOW names a folder that
 * install/native-tensorflow.sh has made, which is quicker and runs other kernels than those that are developed on; else in plain JavaScript.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as util from 'node:util';
import { createTfjsBackend, type TfjsBackend, type TfjsBackendOptions } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';

const FOLDER = process.env.SPIKERAY_TENSORFLOW;

export const HAS_NATIVE = FOLDER !== undefined && FOLDER !== '';

export function createSpecification(options: TfjsBackendOptions = {}): Promise<TfjsBackend> {
  return createTfjsBackend(HAS_NATIVE ? { ...options, tf: nativeTensorFlow(FOLDER!) } : options);
}

function nativeTensorFlow(folder: string): TensorFlow {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Node 23 removed what tfjs-node 4.22 calls.
  const builtIn = process.getBuiltinModule('node:util') as typeof util & { isNullOrUndefined?: unknown };
  builtIn.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  return createRequire(join(folder, 'package.json'))('@tensorflow/tfjs-node-gpu') as TensorFlow;
}
