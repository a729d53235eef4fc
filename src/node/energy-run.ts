/** One run for the energy command: opened, checked, measured. */
import { measureViews, type Measurement } from '../energy/measure-views.ts';
import type { EnergyMeterStatus } from '../energy/energy-meter.ts';
import { measuredSubject, type EnergySubject } from '../energy/subject.ts';
import type { SplitName } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import { seenWeights } from '../model/quantised-layers.ts';
import type { Reporter } from '../base/events.ts';
import { skipRow } from '../skip/skip-mask.ts';
import { heldOutViews } from './node-scenes.ts';
import type { MovedScene } from '../jobs/run-scenes.ts';
import { loadRun, openRunField, type LoadedRun, type RunFieldOptions } from './open-run-field.ts';

export interface MeasureRunOptions extends RunFieldOptions {
  readonly moved: MovedScene;
  readonly split?: SplitName;
  readonly every: number;
  readonly meter: EnergyMeterStatus;
  readonly report: Reporter;
}

export interface MeasuredRun {
  readonly subject: EnergySubject;
  readonly measurement: Measurement;
  readonly split: SplitName;
}

/** Throws InputError if the run has no colour network yet. */
export async function loadForEnergy(folder: string, options: RunFieldOptions): Promise<LoadedRun> {
  const loaded = await loadRun(folder, options);
  if (loaded.checkpoint.spec.network === null)
    throw new InputError(
      `${loaded.path}: expected a field with a colour network, found one of the coarse stage`,
      'Train on into the fine stage: spikeray resume.',
    );
  return loaded;
}

export async function measureRun(loaded: LoadedRun, options: MeasureRunOptions): Promise<MeasuredRun> {
  const { moved, split, every, meter, report } = options;
  const held = await heldOutViews(loaded.run, loaded.checkpoint, moved, split, report);
  const views = held.views.filter((_, i) => i % every === 0);
  const { run, engine, backend, checkpoint, path, skipped } = await openRunField(loaded, options, report);
  try {
    const { record } = run;
    const measurement = await measureViews({ engine, config: record.config, views, meter, report, label: run.folder });
    const weights = [...(await seenWeights(checkpoint.spec, (name) => checkpoint.read(name))).values()];
    const origin = {
      run: run.folder,
      checkpoint: path,
      step: checkpoint.state.step,
      scene: { path: record.scene.path, name: record.scene.name, fingerprint: checkpoint.sceneFingerprint, frame: record.scene.frame },
      backend,
      trainedWith: record.spikeray,
      seed: record.config.seed,
      config: record.config,
      skipMask: skipped && { file: skipped.file, sha256: skipped.sha256 },
    };
    return {
      subject: measuredSubject(origin, checkpoint.spec, measurement, weights, skipped ? [skipRow(skipped.work)] : []),
      measurement,
      split: held.split,
    };
  } finally {
    await engine.dispose();
  }
}

/** Throws InputError unless all runs are of one scene or `force` is given; true if they differ. */
export function checkSameScene(runs: readonly LoadedRun[], force: boolean): boolean {
  const [first] = runs;
  const other = runs.find(({ checkpoint }) => checkpoint.sceneFingerprint !== first.checkpoint.sceneFingerprint);
  if (other === undefined) return false;
  if (force) return true;
  throw new InputError(
    `${other.run.folder} was trained on ${other.run.record.scene.path}, ${first.run.folder} on ${first.run.record.scene.path}: different scenes, or one that changed`,
    'Energies of different scenes cannot be compared; add --force to do it all the same.',
  );
}
