/** Expressions over many elements at once (neurons of a layer, weights of a matrix), in single precision node by node, as tensor code computes them. */
import { applyBinary, applyUnary } from './evaluate.ts';
import { inOrder, type Binary, type Expr, type Unary } from './graph.ts';

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
  if (node.kind === 'unary') unaryRows(node.op, a, da, out);
  else if (node.kind === 'binary') binaryRows(node.op, a, b, da, db, out);
  else for (let i = 0; i < out.length; i++) out[i] = a[i * da] !== 0 ? b[i * db] : c[i * dc];
  return out;
}

function unaryRows(op: Unary, a: Float32Array, da: number, out: Float32Array): void {
  const n = out.length;
  switch (op) {
    case 'neg':
      for (let i = 0; i < n; i++) out[i] = -a[i * da];
      break;
    case 'abs':
      for (let i = 0; i < n; i++) out[i] = Math.abs(a[i * da]);
      break;
    case 'floor':
      for (let i = 0; i < n; i++) out[i] = Math.floor(a[i * da]);
      break;
    default:
      for (let i = 0; i < n; i++) out[i] = applyUnary(op, a[i * da]);
  }
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
    case 'min':
      for (let i = 0; i < n; i++) out[i] = Math.min(a[i * da], b[i * db]);
      break;
    case 'max':
      for (let i = 0; i < n; i++) out[i] = Math.max(a[i * da], b[i * db]);
      break;
    case 'ge':
      for (let i = 0; i < n; i++) out[i] = a[i * da] >= b[i * db] ? 1 : 0;
      break;
    case 'gt':
      for (let i = 0; i < n; i++) out[i] = a[i * da] > b[i * db] ? 1 : 0;
      break;
    case 'straightThrough':
      for (let i = 0; i < n; i++) out[i] = a[i * da];
      break;
    default:
      for (let i = 0; i < n; i++) out[i] = applyBinary(op, a[i * da], b[i * db]);
  }
}

function repeated(row: Float32Array, count: number): Float32Array {
  if (row.length === count) return row;
  if (row.length === 1) return new Float32Array(count).fill(row[0]);
  const all = new Float32Array(count);
  for (let first = 0; first < count; first += row.length) all.set(row, first);
  return all;
}
