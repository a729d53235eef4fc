/** A run measured for its energy report: checked, drawn, counted. */
import type { SplitName, View } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { EnergyMeterStatus } from '../energy/energy-meter.ts';
import { measureViews, type Measurement } from '../energy/measure-views.ts';
import { measuredSubject, type EnergySubject, type SkipMaskOrigin } from '../energy/subject.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { seenWeights } from '../model/quantised-layers.ts';
import type { LoadedRun } from '../run/run-folder.ts';
import { skipRow, type SkipWork } from '../skip/skip-mask.ts';

export interface MeasuredRun {
  readonly subject: EnergySubject;
  readonly measurement: Measurement;
  readonly split: SplitName;
}

/** Where a run is drawn, and what of it. */
export interface MeasuredField {
  readonly engine: FieldEngine;
  /** What draws, in words. */
  readonly backend: string;
  /** The skip mask and what it did; null without one. */
  readonly skipped: (SkipMaskOrigin & { readonly work: SkipWork }) | null;
  readonly split: SplitName;
  readonly views: readonly View[];
  readonly meter: EnergyMeterStatus;
  readonly report: Reporter;
}

/** Throws InputError if the run has no colour network yet. */
export function checkHasNetwork({ checkpoint, path }: LoadedRun): void {
  if (checkpoint.spec.network === null)
    throw new InputError(
      `${path}: expected a field with a colour network, found one of the coarse stage`,
      'Train on into the fine stage: spikeray resume.',
    );
}

/** A twin's shares are those of a network that multiplies. Throws InputError for a spiking network. */
export function checkIsAnn({ run, checkpoint }: LoadedRun): void {
  const { neuron } = checkpoint.spec.network!;
  if (neuron !== 'relu')
    throw new InputError(
      `${run.folder}: expected the ANN twin of the run, found a spiking network (${neuron})`,
      'Give the run that was trained with --ann; spiking networks are compared by spikeray energy --compare.',
    );
}

export async function measureEnergy(loaded: LoadedRun, { split, views, ...field }: MeasuredField): Promise<MeasuredRun> {
  const { run, checkpoint, path } = loaded;
  const { engine, backend, skipped, meter, report } = field;
  const { scene, spikeray, config } = run.record;
  const measurement = await measureViews({ engine, config, views, meter, report, label: run.folder });
  const weights = [...(await seenWeights(checkpoint.spec, (name) => checkpoint.read(name))).values()];
  const origin = {
    run: run.folder,
    checkpoint: path,
    step: checkpoint.state.step,
    scene: { path: scene.path, name: scene.name, fingerprint: checkpoint.sceneFingerprint, frame: scene.frame },
    backend,
    trainedWith: spikeray,
    seed: config.seed,
    config,
    skipMask: skipped && { file: skipped.file, sha256: skipped.sha256 },
  };
  const before = skipped ? [skipRow(skipped.work)] : [];
  return { subject: measuredSubject(origin, checkpoint.spec, measurement, weights, before), measurement, split };
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
