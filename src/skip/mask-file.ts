/** The file of a skip mask: JSON, weights as numbers, readable by hand. */
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { SkipMask } from './skip-mask.ts';

const MAKE = 'Make it again: spikeray skip RUN.';

const values = z.array(z.number()).min(1).max(64);
const count = z.number().int().min(0).max(64);
const schema = z.strictObject({
  format: z.literal('spikeray-skip-mask'),
  version: z.literal(2),
  /** sha256 of the checkpoint whose field it was trained on. */
  checkpoint: z.string().regex(/^[0-9a-f]{64}$/),
  low: values,
  high: values,
  neuronsPerClass: count.min(1),
  nonTarget: count,
  threshold: z.number().nonnegative(),
  /** [J] of [2C]: neurons of the class empty, then of surface. */
  weights: z.array(z.array(z.number().min(0).max(64)).max(128)).max(128),
});

/** @param checkpoint sha256 of the one that it was trained on */
export function encodeMask({ range, classifier }: SkipMask, checkpoint: string): Uint8Array {
  const { layer, neuronsPerClass, nonTarget, threshold } = classifier;
  const weights = Array.from({ length: layer.neurons }, (_, j) => [...layer.weights.subarray(j * layer.inputs, (j + 1) * layer.inputs)]);
  const file: z.infer<typeof schema> = {
    format: 'spikeray-skip-mask',
    version: 2,
    checkpoint,
    low: [...range.low],
    high: [...range.high],
    ...{ neuronsPerClass, nonTarget, threshold, weights },
  };
  return new TextEncoder().encode(`${JSON.stringify(file, null, 1)}\n`);
}

/**
 * Features of another field mean other places: a mask is one checkpoint's alone.
 *
 * @param checkpoint sha256 of the one that it shall be used with
 * @throws InputError naming `file` unless it is a mask of that checkpoint
 */
export function decodeMask(content: Uint8Array, file: string, checkpoint: string): SkipMask {
  const read = checkJson(schema, parseJson(content, file, MAKE), file, MAKE);
  const { low, high, weights, neuronsPerClass, nonTarget, threshold } = read;
  const [classes, inputs, neurons] = [2, 2 * low.length, weights.length];
  if (low.length !== high.length || low.some((least, c) => least > high[c]))
    throw new InputError(`${file}: expected a range of each feature, from low to high`, MAKE);
  if (neurons !== classes * neuronsPerClass || nonTarget >= neuronsPerClass || weights.some((row) => row.length !== inputs))
    throw new InputError(
      `${file}: expected weights of ${classes * neuronsPerClass} neurons on ${inputs} inputs, found ${neurons} of ${weights.map((row) => row.length).join(', ')}`,
      MAKE,
    );
  if (read.checkpoint !== checkpoint)
    throw new InputError(
      `${file}: expected the mask of the checkpoint with sha256 ${checkpoint}, found that of ${read.checkpoint}: another run, or another step of this one`,
      MAKE,
    );
  const layer = { inputs, neurons, weights: Float64Array.from(weights.flat()) };
  return { range: { low, high }, classifier: { classes, neuronsPerClass, nonTarget, threshold, layer } };
}
