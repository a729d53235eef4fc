/** Which kept run is whose ANN twin. */
import type { KeptRun } from './library.ts';

/** Whether it is an ANN that was trained to its end beside the run of this name. That both are of one scene is not said. */
export function isTwinOf(name: string, { name: other, neuron, unfinished, trained }: KeptRun): boolean {
  return other.startsWith(`${name}-twin`) && neuron === 'relu' && !unfinished && trained?.stage === 'fine';
}
