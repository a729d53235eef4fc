/**
 * A checkpoint: everything with which training goes on bit for bit, and all that evaluation and rendering need. Its tensors are read one at a
 * time, never all at once, so that saving and loading a large field needs little more memory than its largest tensor.
 */
import type { TensorName } from '../backends/backend.ts';
import type { Config } from '../config/schema.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import type { TrainState } from './train-state.ts';

export interface Checkpoint {
  readonly state: TrainState;
  readonly spec: FieldSpec;
  readonly config: Config;
  /** `SceneData.fingerprint` of the scene it was trained on. */
  readonly sceneFingerprint: string;
  /** The tensors it holds: all of the field's, moments included. */
  readonly names: readonly TensorName[];
  /** A copy; while training this is the engine's `read`. */
  read(name: TensorName): Promise<Float32Array>;
  /** [V], 0 or 1 */
  readOccupancy(): Promise<Uint8Array>;
}
