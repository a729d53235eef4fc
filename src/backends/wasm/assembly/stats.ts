/**
 * Counts and sums of one lane or thread: a block of 64-bit floats (exact for counts below 2^53).
 */
export const STATS_BYTES: usize = 224;
export const DENSITY_EVALUATIONS = 0;
export const DENSITY_SAMPLES = 1;
export const SAMPLES = 2;
export const TIME_STEPS = 3;
export const SPIKES_1 = 4;
export const SPIKES_2 = 5;
export const INPUT_SPIKES = 6;
export const ACTIVE_RAYS = 7;
export const SQUARED_ERROR = 8;
export const PER_SAMPLE_ERROR = 9;
export const ENTROPY = 10;
export const INPUT_LOW = 11;
export const INPUT_HIGH = 12;
export const SPANNED_STEPS = 13;
/** Neurons that fired, those of them with a negative spike, ones in the binary numbers of the spikes: of layer 1, of layer 2. */
export const ACTIVE_1 = 14;
export const NEGATIVE_1 = 15;
export const BITS_1 = 16;
export const ACTIVE_2 = 17;
export const NEGATIVE_2 = 18;
export const BITS_2 = 19;
/** Sums over samples, weighted as in the loss. */
export const TEACHER_COLOUR_ERROR = 20;
export const TEACHER_POTENTIAL_ERROR = 21;
/** Distortion of all rays, unweighted. */
export const DISTORTION = 22;
/** Ones in the binary numbers of the input spikes. */
export const INPUT_BITS = 23;
/** Spikes of the layers but for those in gaps: what the penalty is the mean of. */
export const SHOWN_SPIKES_1 = 24;
export const SHOWN_SPIKES_2 = 25;
/** Ones of view terms, for every sample of a ray but its first. */
export const REPEATED_VIEW_BITS = 26;
/** Of Gram matrices, over pairs of a ray's samples. */
export const TEACHER_GRAM_ERROR = 27;

// @ts-ignore: decorator
@inline
export function count(block: usize, index: i32, value: f64): void {
  const p = block + (<usize>index << 3);
  store<f64>(p, load<f64>(p) + value);
}
