/** Which kept run is whose ANN twin, and what that says of it. */
import type { KeptRun, Measured } from './kept-run.ts';

/** Whether `other` is an ANN that was trained to its end beside the run: it has its name and its training views. */
export function isTwinOf({ name, fingerprint }: Pick<KeptRun, 'name' | 'fingerprint'>, other: KeptRun): boolean {
  return (
    other.name.startsWith(`${name}-twin`) &&
    other.fingerprint === fingerprint &&
    other.neuron === 'relu' &&
    !other.unfinished &&
    other.trained?.stage === 'fine'
  );
}

/** dB that a run has more than its twin; null: they were not measured on the same views, or one was trained on since. */
export function gainOver(twin: Measured | null, measured: Measured): number | null {
  if (twin === null || twin.split !== measured.split || twin.views !== measured.views || twin.outdated || measured.outdated) return null;
  return measured.psnr - twin.psnr;
}
