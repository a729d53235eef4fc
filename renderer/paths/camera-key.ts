/** A camera that a path goes through. */
export interface CameraKey {
  /** [16] row-major rigid motion */
  readonly camToWorld: readonly number[];
  /** Vertical, degrees. */
  readonly fov: number;
  /** From the key before; of the first key without meaning. */
  readonly seconds: number;
}

export type Pose = Pick<CameraKey, 'camToWorld' | 'fov'>;
