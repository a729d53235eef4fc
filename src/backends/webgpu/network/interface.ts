/** What a field asks of its colour network: kernels between the features of a part's samples and their logits, and back. */
import type { Buffers } from '../../../../renderer/wgsl/kernel.ts';

export interface NetworkModule {
  /** Its own, by name. */
  readonly buffers: Buffers;
  /** Once a call: clears the sums. */
  encodeBegin(pass: GPUComputePassEncoder): void;
  /** For each part, before any is coloured; only in training with Poisson encoding: `inputRange`. */
  encodeRange(pass: GPUComputePassEncoder): void;
  /** For each part: sampleFeatures -> logits, counts; rendering: raySpikes. */
  encodeForward(pass: GPUComputePassEncoder, rendering: boolean): void;
  /** For each part: logitGradients -> featureGradients, partial gradients of the weights. */
  encodeBackward(pass: GPUComputePassEncoder): void;
  /** Once: networkGradients, meanPotentials. */
  encodeGradients(pass: GPUComputePassEncoder): void;
  dispose(): void;
}

/** What the field's buffers are like. */
export interface Sharing {
  /** Rows of a part: network samples, or with gaps the steps that they span. */
  readonly partSamples: number;
  /** Rays of the largest call. */
  readonly rays: number;
}
