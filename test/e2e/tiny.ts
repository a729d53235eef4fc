/** A scene and settings so small that training takes a second. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { sharedFolder } from '../helpers/shared-folder.ts';
import { succeed } from './cli.ts';

const SETTINGS = [
  'coarse.steps=30',
  'coarse.rays=64',
  'coarse.voxels=4000',
  'fine.steps=40',
  'fine.rays=64',
  'fine.voxels=8000',
  'fine.scaleAt=5,10',
  'fine.occupancyFrom=12',
  'fine.occupancyEvery=10',
  'fine.weightThreshold=1e-4',
  'network.width=16',
];

/** `--set` options of a tiny field. */
export const TINY = SETTINGS.flatMap((setting) => ['--set', setting]);

/** LIF with real inputs, late enough and so easily excited that it fires in a tiny field. */
export const TINY_LIF = [
  '--neuron',
  'lif',
  ...[
    'network.neuronParameters.threshold=0.2',
    'network.featureLevels=0',
    'network.viewLevels=0',
    'fine.annShare=0.75',
    'fine.spikePenalty=3e-3',
  ].flatMap((setting) => ['--set', setting]),
];

/** The same in a sweep file, with other steps and a checkpoint every third of a second. */
export function tinySweepSettings(steps: number): string {
  const shared = SETTINGS.filter((setting) => !setting.startsWith('fine.steps')).concat(
    `fine.steps=${steps}`,
    'checkpoint.everyMinutes=0.005',
  );
  return shared
    .map((setting) => setting.replace('=', ': ').replace(/: (.*,.*)$/, ': [$1]'))
    .map((line) => `  ${line}\n`)
    .join('');
}

/** A folder for the tests of one file, removed after them. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spikeray-e2e-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The object scene: 8 training views of 32 pixels, 2 each to validate and test. */
export function sharedScene(views = 8, size = 32): Promise<string> {
  const options = ['--views', String(views), '--size', String(size), '--quiet'];
  return sharedFolder(`scene-${views}-${size}`, (own) => succeed(['synth', own, ...options]));
}

/** A copy of it that may be changed. */
export async function tinyScene(folder: string, views = 8, size = 32): Promise<string> {
  cpSync(await sharedScene(views, size), folder, { recursive: true });
  return folder;
}

/** Trains a tiny run. */
export async function tinyRun(scene: string, run: string, ...more: string[]): Promise<string> {
  await succeed(['train', scene, '--out', run, ...TINY, '--quiet', ...more]);
  return run;
}

/** A folder with copies of a tiny run, `spiking`, and of its ANN twin, `twin`; their scene is the shared one. */
export async function tinyRuns(folder: string): Promise<string> {
  const scene = await sharedScene();
  const make = async (own: string): Promise<void> => {
    await tinyRun(scene, join(own, 'spiking'));
    await tinyRun(scene, join(own, 'twin'), '--ann');
  };
  cpSync(await sharedFolder('tiny-runs', make), folder, { recursive: true });
  return folder;
}
