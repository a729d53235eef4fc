/** Logs of a training for other programs. */
import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { SceneData } from '../../datasets/scene-data.ts';
import { StorageError } from '../base/errors.ts';
import { TrainingLog } from '../jobs/training-log.ts';
import type { RunFolder } from '../run/run-folder.ts';
import { sharpCodec } from './image-codec.ts';

/** TensorBoard's: `tensorboard --logdir RUN` shows it. */
export function openTensorboardLog({ folder, record }: RunFolder, scene: SceneData): TrainingLog {
  const place = `${folder}/tensorboard`;
  const file = `${place}/events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}.${process.pid}`;
  const append = async (bytes: Uint8Array): Promise<void> => {
    try {
      await mkdir(place, { recursive: true });
      await appendFile(file, bytes);
    } catch (cause) {
      throw new StorageError(`${file}: cannot be written: ${(cause as Error).message}`, 'Make room, or train without --log.', { cause });
    }
  };
  return new TrainingLog({ config: record.config, view: scene.splits.train![0], codec: sharpCodec, append, now: () => Date.now() });
}
