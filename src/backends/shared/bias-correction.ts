/** Adam (Kingma and Ba, 2015): means that begin at 0 are too small at first. */
import type { StepSettings } from '../../engine/backend.ts';

/** sqrt(1 - beta2^t) / (1 - beta1^t): the factor on a learning rate in step t. */
export function biasCorrection({ adam, adamStep }: Pick<StepSettings, 'adam' | 'adamStep'>): number {
  return Math.sqrt(1 - adam.beta2 ** adamStep) / (1 - adam.beta1 ** adamStep);
}
