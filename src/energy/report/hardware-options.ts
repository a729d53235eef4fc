/** The options that ask for the same hardware models again. */
import type { HardwareModel } from '../hardware/hardware-model.ts';
import { HARDWARE_MODELS } from '../hardware/index.ts';

/** ` --hardware NAME ...`; nothing where the models are all the built-in ones, the default. A model of one's own is named as a file. */
export function hardwareOptions(models: readonly HardwareModel[]): string {
  const isBuiltIn = (model: HardwareModel): boolean => HARDWARE_MODELS.some(({ name }) => name === model.name);
  if (models.length === HARDWARE_MODELS.length && models.every((model, i) => model.name === HARDWARE_MODELS[i].name)) return '';
  return models.map((model) => ` --hardware ${model.name}${isBuiltIn(model) ? '' : '.json'}`).join('');
}
