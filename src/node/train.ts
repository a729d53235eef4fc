/** Training as one call, with what the command line would choose where nothing is said. */
import { AUTO, type BackendRequest } from '../backends/select-backend.ts';
import type { Reporter } from '../base/events.ts';
import type { PresetName } from '../config/presets.ts';
import { DEFAULT_PRESET, resolveConfig, type Request } from '../config/resolve-config.ts';
import { presetFor } from '../jobs/choose-preset.ts';
import { resumeRun } from '../jobs/resume-run.ts';
import type { Trained } from '../jobs/train-into.ts';
import { trainScene } from '../jobs/train-scene.ts';
import { nodeMachine } from './node-machine.ts';

interface Watched {
  readonly backend?: Partial<BackendRequest>;
  /** Aborting it saves a checkpoint and ends training. */
  readonly signal?: AbortSignal;
  /** Gets notes, warnings and progress; default: nobody. */
  readonly report?: Reporter;
}

export interface TrainRequest extends Watched {
  /** Folder of the scene. */
  readonly scene: string;
  /** Name of its format; default: found out. */
  readonly format?: string;
  /** The run's folder. */
  readonly out: string;
  /** Replaces a run that is there. */
  readonly force?: boolean;
  /** Default: the one that suits the scene. */
  readonly preset?: PresetName;
  /** By their keys, as `spikeray config` lists them. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface ResumeRequest extends Watched {
  /** The run's folder. */
  readonly run: string;
}

/**
 * Trains a scene into a run folder; null if the signal came before anything was written.
 *
 * @throws SpikeRayError that says what was expected, what was found, and how to mend it
 */
export function train({
  scene: path,
  format,
  out,
  force = false,
  preset,
  settings = {},
  ...watched
}: TrainRequest): Promise<Trained | null> {
  const { backend, signal = new AbortController().signal, report = () => undefined } = watched;
  const requests = Object.entries(settings).map(([key, value]): Request => {
    return { key, value: typeof value === 'string' ? value : JSON.stringify(value), source: 'settings:' };
  });
  return trainScene({
    machine: nodeMachine,
    place: { path, format },
    opening: resolveConfig(preset ?? DEFAULT_PRESET, requests).scene,
    config: (scene) => resolveConfig(preset ?? presetFor(scene, report), requests),
    folder: () => out,
    force,
    backend: { ...AUTO, ...backend },
    signal,
    report,
  });
}

/** Goes on with a run to the end of its plan; a finished one is given back as it is. */
export function resume({ run, backend, signal = new AbortController().signal, report = () => undefined }: ResumeRequest): Promise<Trained> {
  return resumeRun({
    machine: nodeMachine,
    folder: run,
    config: (config) => config,
    backend: (recorded) => ({ ...recorded, ...backend }),
    force: false,
    signal,
    report,
  });
}
