/** The record with which a run begins. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { BackendRequest } from '../backends/select-backend.ts';
import type { Config } from '../config/schema.ts';
import type { Backend } from '../engine/backend.ts';
import type { RunRecord } from '../run/run-record.ts';
import { VERSION } from '../run/version.ts';
import type { Machine } from './machine.ts';

export function newRecord(
  machine: Machine,
  path: string,
  scene: SceneData,
  backend: Backend,
  { threads, gpu }: BackendRequest,
  config: Config,
): RunRecord {
  const { name, format, fingerprint, frame } = scene;
  return {
    spikeray: VERSION,
    node: machine.runtime,
    created: new Date().toISOString(),
    scene: { path: machine.absolute(path), name, format, fingerprint, frame: frame && { centre: [...frame.centre], scale: frame.scale } },
    backend: { name: backend.name, description: backend.description, threads, gpu },
    teacher: null,
    config,
  };
}
