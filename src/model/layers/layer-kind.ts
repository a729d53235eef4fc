/** A kind of layer: how it turns the outputs of the layer before into the input currents of its neurons, and which tensors it learns for it. */

/** What a kind computes with, on tensors of a backend: rows are time steps of samples. */
export interface LayerOps<T> {
  /** [n,in] times [in,out] */
  multiply(rows: T, matrix: T): T;
  /** Element by element; shapes are equal, or `b` is one row for all rows of `a`. */
  add(a: T, b: T): T;
  scale(a: T, b: T): T;
  /** [n,in] and [in,out] become [n,in,out]: each input times each of its weights. */
  perSynapse(rows: T, matrix: T): T;
  /** [n,in,out] becomes [n,out]. */
  sumOverInputs(synapses: T): T;
  /** [n,parts*out] becomes [n,out]: columns that are `out` apart are added. */
  sumParts(rows: T, parts: number): T;
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
  /** In place of that: the initial value that a number makes which is uniform in [0, 1). */
  readonly drawn?: (uniform: number) => number;
  /** Training keeps values in it: what a step takes beyond an end is put on it. Default: all numbers. */
  readonly range?: readonly [number, number];
}

/** What a kind carries along a sequence of time steps: its samples are those of a ray, or repeats of one. */
export interface LayerMemory {
  /** Sums of inputs that each neuron carries, behind a product with a matrix [in, sums*out]; missing: a current for every synapse. */
  readonly sums?: number;
  /** Numbers that are carried; each costs a multiply-accumulate a time step. */
  floats(size: LayerSize): number;
  /** One time step of n sequences; `state` is null before the first. */
  step<T>(ops: LayerOps<T>, rows: T, state: T | null, tensors: readonly T[]): { readonly currents: T; readonly state: T };
}

export interface LayerKind {
  readonly name: string;
  readonly description: string;
  tensors(size: LayerSize): readonly LayerTensor[];
  /** Input currents [n,out] of rows [n,in], each by itself (of a kind with memory: each a first time step); `tensors` in the order of `tensors()`. */
  currents<T>(ops: LayerOps<T>, rows: T, tensors: readonly T[]): T;
  /** Default: none, a time step knows nothing of those before. */
  readonly memory?: LayerMemory;
}
