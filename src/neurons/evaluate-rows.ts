/** Expressions over many elements at once (neurons of a layer, weights of a matrix), in single precision node by node, as tensor code computes them. */
import { applyBinary, applyUnary } from './evaluate.ts';
import { inOrder, type Expr } from './graph.ts';

/** Values of a leaf: of every element, of a row of them that repeats (the outputs of a matrix), or one for all. */
export type LeafValues = ReadonlyMap<Expr, Float32Array>;

/** @returns of each root, a value for each of `count` elements */
export function evaluateRows(roots: readonly Expr[], leaves: LeafValues, count: number): Float32Array[] {
  const values = new Map<Expr, Float32Array>();
  for (const node of inOrder(roots)) values.set(node, valuesOf(node, values, leaves, count));
  return roots.map((root) => values.get(root)!);
}

function valuesOf(node: Expr, values: ReadonlyMap<Expr, Float32Array>, leaves: LeafValues, count: number): Float32Array {
  if (node.kind === 'const') return new Float32Array(count).fill(node.value);
  if (node.kind === 'leaf') {
    const given = leaves.get(node);
    if (given === undefined) throw new RangeError(`no values were given for ${node.name}`);
    return given.length === count ? given : Float32Array.from({ length: count }, (_, i) => given[i % given.length]);
  }
  const [a, b, c] = node.args.map((arg) => values.get(arg)!);
  const out = new Float32Array(count);
  if (node.kind === 'unary') for (let i = 0; i < count; i++) out[i] = applyUnary(node.op, a[i]);
  else if (node.kind === 'binary') for (let i = 0; i < count; i++) out[i] = applyBinary(node.op, a[i], b[i]);
  else for (let i = 0; i < count; i++) out[i] = a[i] !== 0 ? b[i] : c[i];
  return out;
}
