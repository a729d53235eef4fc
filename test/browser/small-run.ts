/** Runs that train for seconds, and long enough that something can be seen. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../e2e/cli.ts';
import { sharedScene } from '../e2e/tiny.ts';
import { sharedFolder } from '../helpers/shared-folder.ts';

/** `--set` options of such a run. */
export const SMALL = [
  'coarse.steps=150',
  'coarse.rays=256',
  'coarse.voxels=30000',
  'fine.steps=120',
  'fine.rays=256',
  'fine.voxels=60000',
  'fine.scaleAt=20,40',
  'fine.occupancyFrom=50',
  'fine.occupancyEvery=50',
  'network.width=32',
].flatMap((setting) => ['--set', setting]);

/** A folder with copies of a small run of 12 views of 48 pixels, `spiking`, and of its ANN twin, `twin`. */
export async function smallRuns(folder: string): Promise<string> {
  const scene = await sharedScene(12, 48);
  const make = async (own: string): Promise<void> => {
    await succeed(['train', scene, '--out', join(own, 'spiking'), ...SMALL, '--quiet']);
    await succeed(['train', scene, '--ann', '--out', join(own, 'twin'), ...SMALL, '--quiet']);
  };
  cpSync(await sharedFolder('small-runs', make), folder, { recursive: true });
  return folder;
}
