/** Logs of a training for other programs. */
import { hostname } from 'node:os';
import type { SceneData } from '../../datasets/scene-data.ts';
import { TrainingLog } from '../jobs/training-log.ts';
import type { RunFolder } from '../run/run-folder.ts';
import { sharpCodec } from './image-codec.ts';
import { nodeFiles } from './node-files.ts';

/** TensorBoard's: `tensorboard --logdir RUN` shows it. */
export function openTensorboardLog({ folder, record }: RunFolder, scene: SceneData): TrainingLog {
  const place = `${folder}/tensorboard`;
  const file = `${place}/events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}.${process.pid}`;
  const append = async (bytes: Uint8Array): Promise<void> => {
    await nodeFiles.makeFolder(place);
    await nodeFiles.append(file, bytes);
  };
  return new TrainingLog({ config: record.config, view: scene.splits.train![0], codec: sharpCodec, append, now: () => Date.now() });
}
