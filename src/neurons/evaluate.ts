/** Expressions as numbers, in double precision: constants, transforms of parameters, and the yardstick of tests. */
import { inOrder, type Binary, type Expr, type Unary } from './graph.ts';

const unaryValue: Readonly<Record<Unary, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  floor: Math.floor,
  // Halves to the even neighbour, as in every backend.
  round: (x) => {
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 === 0 ? below : below + 1;
  },
  stopGradient: (x) => x,
};

const binaryValue: Readonly<Record<Binary, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  ge: (x, y) => (x >= y ? 1 : 0),
  gt: (x, y) => (x > y ? 1 : 0),
  spike: (x, y) => (x >= y ? 1 : 0),
  straightThrough: (x) => x,
};

export const applyUnary = (op: Unary, x: number): number => unaryValue[op](x);
export const applyBinary = (op: Binary, x: number, y: number): number => binaryValue[op](x, y);

/** @param valueOf values of the leaves, by name */
export function evaluate(root: Expr, valueOf: Readonly<Record<string, number>>): number {
  const values = new Map<Expr, number>();
  for (const node of inOrder([root])) values.set(node, valueAt(node, values, valueOf));
  return values.get(root)!;
}

function valueAt(node: Expr, values: ReadonlyMap<Expr, number>, valueOf: Readonly<Record<string, number>>): number {
  const at = (arg: Expr): number => values.get(arg)!;
  switch (node.kind) {
    case 'const':
      return node.value;
    case 'leaf': {
      const value = valueOf[node.name];
      if (value === undefined) throw new RangeError(`no value was given for ${node.name}`);
      return value;
    }
    case 'unary':
      return applyUnary(node.op, at(node.args[0]));
    case 'binary':
      return applyBinary(node.op, at(node.args[0]), at(node.args[1]));
    case 'select':
      return at(node.args[0]) !== 0 ? at(node.args[1]) : at(node.args[2]);
  }
}
