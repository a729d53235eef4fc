/** A kind of layer: how it turns the outputs of the layer before into the input currents of its neurons, and which tensors it learns for it. */

/** What a kind computes with, on tensors of a backend: rows are time steps of samples. */
export interface LayerOps<T> {
  /** [n,in] times [in,out] */
  multiply(rows: T, matrix: T): T;
  /** Element by element; shapes are equal, or `b` is one row for all rows of `a`. */
  add(a: T, b: T): T;
  scale(a: T, b: T): T;
}

export interface LayerSize {
  readonly inputs: number;
  readonly outputs: number;
}

export interface LayerTensor {
  /** Behind the layer's name; '' for the matrix that gives the layer its name: `w1`. */
  readonly suffix: '' | `.${string}`;
  /** Slowest index first; matrices are [in, out]. */
  readonly shape: readonly number[];
  /** Initial values are uniform in +-bound; 0: all are 0. */
  readonly bound: number;
}

export interface LayerKind {
  readonly name: string;
  readonly description: string;
  tensors(size: LayerSize): readonly LayerTensor[];
  /** Input currents [n,out] of rows [n,in]; `tensors` in the order of `tensors()`. */
  currents<T>(ops: LayerOps<T>, rows: T, tensors: readonly T[]): T;
}
