/** What both stages of a run share. */
import type { SceneData, View } from '../../datasets/scene-data.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import type { Reporter, StageName, StepMetrics } from '../base/events.ts';
import type { Checkpoint } from './checkpoint.ts';
import { hash32, Random } from '../math/random.ts';
import { spaceFacts } from '../spaces/index.ts';
import type { FieldSpec } from '../model/field-spec.ts';

export interface RunContext {
  readonly scene: SceneData;
  readonly views: readonly View[];
  readonly config: Config;
  /** The last checkpoint of the run that teaches; null without distillation. */
  readonly teacher: Checkpoint | null;
  readonly backend: Backend;
  readonly report: Reporter;
  readonly metrics: (metrics: StepMetrics) => Promise<void>;
  readonly save: (checkpoint: Checkpoint) => Promise<{ path: string; bytes: number }>;
  readonly signal: AbortSignal;
  /** A live view: called now and then between two steps, and waited for; must leave the engine as it was. */
  readonly between?: (engine: FieldEngine, step: number) => Promise<void>;
  /** Seconds of training so far: resumed parts and loading included. */
  readonly seconds: () => number;
}

/** A generator of its own for each stage, so that the fine stage draws the same numbers however long the coarse one was. */
export function stageRandom(seed: number, stage: StageName): Random {
  return new Random(hash32(seed ^ (stage === 'coarse' ? 0x5eed0001 : 0x5eed0002)));
}

export function reportStage(context: RunContext, stage: StageName, spec: FieldSpec, what: string): void {
  const { size, min, max } = spec.grid;
  const extent = [0, 1, 2].map((axis) => (max[axis] - min[axis]).toPrecision(3)).join(' x ');
  const { unit } = spaceFacts(spec.space);
  context.report({ type: 'stage', stage, gridSize: size, min, max, text: `${what}: ${size.join(' x ')} voxels, ${extent} ${unit}` });
}
