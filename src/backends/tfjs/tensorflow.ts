/** The tensor library as a value: every function here takes it first, so that native, plain and injected ones are alike. */
import type * as tfjs from '@tensorflow/tfjs-core';

export type TensorFlow = typeof tfjs;
export type { NamedTensorMap, Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
