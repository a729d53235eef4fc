/** Expressions over many elements at once (neurons of a layer, weights of a matrix), in single precision node by node, as tensor code computes them. */
import { applyBinary, applyUnary } from './evaluate.ts';
import { inOrder, type Binary, type Expr } from './graph.ts';

/** Values of a leaf: of every element, of a row of them that repeats (the outputs of a matrix), or one for all. */
export type LeafValues = ReadonlyMap<Expr, Float32Array>;

/** @returns of each root, a value for each of `count` elements */
export function evaluateRows(roots: readonly Expr[], leaves: LeafValues, count: number): Float32Array[] {
  const values = new Map<Expr, Float32Array>();
  for (const node of inOrder(roots)) values.set(node, valuesOf(node, values, leaves, count));
  return roots.map((root) => repeated(values.get(root)!, count));
}

/** [count], or [1] where all elements have the same. */
function valuesOf(node: Expr, values: ReadonlyMap<Expr, Float32Array>, leaves: LeafValues, count: number): Float32Array {
  if (node.kind === 'const') return Float32Array.of(node.value);
  if (node.kind === 'leaf') {
    const given = leaves.get(node);
    if (given === undefined) throw new RangeError(`no values were given for ${node.name}`);
    return given.length === 1 ? given : repeated(given, count);
  }
  const args = node.args.map((arg) => values.get(arg)!);
  const out = new Float32Array(args.some(({ length }) => length > 1) ? count : 1);
  const [a, b, c] = args;
  // Steps through the arguments: 0 where one value is that of all.
  const [da, db, dc] = [0, 1, 2].map((arg) => (args[arg]?.length > 1 ? 1 : 0));
  if (node.kind === 'unary') for (let i = 0; i < out.length; i++) out[i] = applyUnary(node.op, a[i * da]);
  else if (node.kind === 'binary') binaryRows(node.op, a, b, da, db, out);
  else for (let i = 0; i < out.length; i++) out[i] = a[i * da] !== 0 ? b[i * db] : c[i * dc];
  return out;
}

/** Operations that matrices have many of have loops of their own, a fifth of the time. */
function binaryRows(op: Binary, a: Float32Array, b: Float32Array, da: number, db: number, out: Float32Array): void {
  const n = out.length;
  switch (op) {
    case 'add':
      for (let i = 0; i < n; i++) out[i] = a[i * da] + b[i * db];
      break;
    case 'sub':
      for (let i = 0; i < n; i++) out[i] = a[i * da] - b[i * db];
      break;
    case 'mul':
      for (let i = 0; i < n; i++) out[i] = a[i * da] * b[i * db];
      break;
    case 'div':
      for (let i = 0; i < n; i++) out[i] = a[i * da] / b[i * db];
      break;
    case 'straightThrough':
      for (let i = 0; i < n; i++) out[i] = a[i * da];
      break;
    default:
      for (let i = 0; i < n; i++) out[i] = applyBinary(op, a[i * da], b[i * db]);
  }
}

function repeated(row: Float32Array, count: number): Float32Array {
  return row.length === count ? row : Float32Array.from({ length: count }, (_, i) => row[i % row.length]);
}
