/** One run for the energy command: opened, checked, measured. */
import type { SplitName } from '../../datasets/scene-data.ts';
import type { Reporter } from '../base/events.ts';
import type { EnergyMeterStatus } from '../energy/energy-meter.ts';
import { checkHasNetwork, measureEnergy, type MeasuredRun } from '../jobs/measure-energy.ts';
import type { MovedScene } from '../jobs/run-scenes.ts';
import type { LoadedRun } from '../run/run-folder.ts';
import { heldOutViews } from './node-scenes.ts';
import { loadRun, openRunField, type RunFieldOptions } from './open-run-field.ts';

export interface MeasureRunOptions extends RunFieldOptions {
  readonly moved: MovedScene;
  readonly split?: SplitName;
  readonly every: number;
  readonly meter: EnergyMeterStatus;
  readonly report: Reporter;
}

/** Throws InputError if the run has no colour network yet. */
export async function loadForEnergy(folder: string, options: RunFieldOptions): Promise<LoadedRun> {
  const loaded = await loadRun(folder, options);
  checkHasNetwork(loaded);
  return loaded;
}

export async function measureRun(loaded: LoadedRun, options: MeasureRunOptions): Promise<MeasuredRun> {
  const { moved, split, every, meter, report } = options;
  const held = await heldOutViews(loaded.run, loaded.checkpoint, moved, split, report);
  const views = held.views.filter((_, i) => i % every === 0);
  const { engine, backend, skipped } = await openRunField(loaded, options, report);
  try {
    return await measureEnergy(loaded, { engine, backend, skipped, split: held.split, views, meter, report });
  } finally {
    await engine.dispose();
  }
}
