/** A training in words. */
import type { StepMetrics } from '../src/base/events.ts';
import type { LiveState } from '../src/frames/live-training.ts';

export function doingOf(state: LiveState | null): string {
  if (state === null) return '';
  if (!state.training) return 'Training is over: ';
  return state.paused ? 'Paused: ' : 'Training: ';
}

export function progressOf({ stage, step, steps, psnr }: StepMetrics): string {
  return `${stage} step ${step} of ${steps}, ${psnr.toFixed(2)} dB`;
}

/** Which network is being trained, and when another one takes over. */
export function networkOf({ handover }: LiveState, last: StepMetrics | undefined): string {
  const named = (neuron: string): string => (neuron === 'relu' ? 'ANN (ReLU)' : `${neuron} network`);
  const current = last?.neuron ?? null;
  const now = current === null ? 'No network yet: the coarse stage finds the densities.' : `The ${named(current)} is being trained.`;
  if (handover === null || current === handover.neuron) return now;
  const steps = last?.stage === 'fine' ? `, step ${Math.ceil(handover.share * last.steps)}` : '';
  return `${now} The ${named(handover.neuron)} takes over at ${(handover.share * 100).toFixed(0)} % of the fine stage${steps}.`;
}
