/** `--log`: trainings written down for other programs. Nothing is sent anywhere. */
import { Option } from 'commander';
import type { SceneData } from '../../../datasets/scene-data.ts';
import { word } from '../../base/option-values.ts';
import type { LiveView } from '../../jobs/train-into.ts';
import type { RunFolder } from '../../run/run-folder.ts';

type OpenLog = (run: RunFolder, scene: SceneData) => LiveView;

export function logOption(): Option {
  return new Option('--log <format>', 'also log the training: tensorboard, event files in RUN/tensorboard');
}

/** None or one. */
export async function loggersOf(format: string | undefined): Promise<OpenLog[]> {
  if (format === undefined) return [];
  word('--log', format, ['tensorboard']);
  const { openTensorboardLog } = await import('../../node/open-training-log.ts');
  return [openTensorboardLog];
}
