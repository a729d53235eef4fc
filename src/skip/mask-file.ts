/** The file of a skip mask: JSON, weights as numbers, readable by hand. */
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { FirstSpikeClassifier } from '../stdp/first-spike-classifier.ts';
import { isLinear, type PlaceClassifier } from './place-classifier.ts';
import type { SkipMask } from './skip-mask.ts';

const MAKE = 'Make it again: spikeray skip RUN.';

const values = z.array(z.number()).min(1).max(64);
const count = z.number().int().min(0).max(64);
const common = {
  format: z.literal('spikeray-skip-mask'),
  version: z.literal(2),
  /** sha256 of the checkpoint whose field it was trained on. */
  checkpoint: z.string().regex(/^[0-9a-f]{64}$/),
  low: values,
  high: values,
};
const firstSpike = z.strictObject({
  ...common,
  neuronsPerClass: count.min(1),
  nonTarget: count,
  threshold: z.number().nonnegative(),
  /** [J] of [2C]: neurons of the class empty, then of surface. */
  weights: z.array(z.array(z.number().min(0).max(64)).max(128)).max(128),
});
/** `linear`: a weight for each feature. */
const linear = z.strictObject({ ...common, linear: values, bias: z.number() });
const schema = z.union([firstSpike, linear]);

/** @param checkpoint sha256 of the one that it was trained on */
export function encodeMask({ range, classifier }: SkipMask, checkpoint: string): Uint8Array {
  const [low, high] = [[...range.low], [...range.high]];
  const head = { format: 'spikeray-skip-mask' as const, version: 2 as const, checkpoint, low, high };
  const file: z.infer<typeof schema> = isLinear(classifier)
    ? { ...head, linear: [...classifier.weights], bias: classifier.bias }
    : { ...head, ...numbersOf(classifier) };
  return new TextEncoder().encode(`${JSON.stringify(file, null, 1)}\n`);
}

function numbersOf({
  layer,
  neuronsPerClass,
  nonTarget,
  threshold,
}: FirstSpikeClassifier): Omit<z.infer<typeof firstSpike>, keyof typeof common> {
  const weights = Array.from({ length: layer.neurons }, (_, j) => [...layer.weights.subarray(j * layer.inputs, (j + 1) * layer.inputs)]);
  return { neuronsPerClass, nonTarget, threshold, weights };
}

/**
 * Features of another field mean other places: a mask is one checkpoint's alone.
 *
 * @param checkpoint sha256 of the one that it shall be used with
 * @throws InputError naming `file` unless it is a mask of that checkpoint
 */
export function decodeMask(content: Uint8Array, file: string, checkpoint: string): SkipMask {
  const read = checkJson(schema, parseJson(content, file, MAKE), file, MAKE);
  const { low, high } = read;
  if (low.length !== high.length || low.some((least, c) => least > high[c]))
    throw new InputError(`${file}: expected a range of each feature, from low to high`, MAKE);
  const classifier = 'linear' in read ? linearOf(read, file) : firstSpikeOf(read, file);
  if (read.checkpoint !== checkpoint)
    throw new InputError(
      `${file}: expected the mask of the checkpoint with sha256 ${checkpoint}, found that of ${read.checkpoint}: another run, or another step of this one`,
      MAKE,
    );
  return { range: { low, high }, classifier };
}

function linearOf({ low, linear: weights, bias }: z.infer<typeof linear>, file: string): PlaceClassifier {
  if (weights.length !== low.length)
    throw new InputError(`${file}: expected ${low.length} weights, one for each feature, found ${weights.length}`, MAKE);
  return { kind: 'linear', weights: Float64Array.from(weights), bias };
}

function firstSpikeOf({ low, weights, neuronsPerClass, nonTarget, threshold }: z.infer<typeof firstSpike>, file: string): PlaceClassifier {
  const [classes, inputs, neurons] = [2, 2 * low.length, weights.length];
  if (neurons !== classes * neuronsPerClass || nonTarget >= neuronsPerClass || weights.some((row) => row.length !== inputs))
    throw new InputError(
      `${file}: expected weights of ${classes * neuronsPerClass} neurons on ${inputs} inputs, found ${neurons} of ${weights.map((row) => row.length).join(', ')}`,
      MAKE,
    );
  const layer = { inputs, neurons, weights: Float64Array.from(weights.flat()) };
  return { classes, neuronsPerClass, nonTarget, threshold, layer };
}
