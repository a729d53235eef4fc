/**
 * Expressions over one time step of one neuron, as a graph. Nodes are interned: equal expressions are one object, so common subexpressions
 * are shared from the start, and identity is equality. Every node is a real number; comparisons are 0 or 1.
 *
 *     spike(h, t)              1[h >= t]; its derivative is that of a surrogate at h - t
 *     stopGradient(x)          x, derivative 0
 *     straightThrough(x, y)    x, with the derivative of y
 */

export type Leaf = 'input' | 'state' | 'potential' | 'param' | 'adjoint' | 'tangent';
export type Unary = 'neg' | 'abs' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'floor' | 'round' | 'stopGradient';
export type Binary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'ge' | 'gt' | 'spike' | 'straightThrough';

export type Expr =
  | { readonly kind: 'const'; readonly id: number; readonly value: number }
  /** `uniform`: one value for all neurons of a layer (a parameter of a layer). */
  | { readonly kind: 'leaf'; readonly id: number; readonly leaf: Leaf; readonly name: string; readonly uniform: boolean }
  | { readonly kind: 'unary'; readonly id: number; readonly op: Unary; readonly args: readonly [Expr] }
  | { readonly kind: 'binary'; readonly id: number; readonly op: Binary; readonly args: readonly [Expr, Expr] }
  /** a where the condition is not 0, else b; the condition has no gradient. */
  | { readonly kind: 'select'; readonly id: number; readonly args: readonly [condition: Expr, a: Expr, b: Expr] };

export type Operand = Expr | number;

const interned = new Map<string, Expr>();

function intern<T extends Expr>(key: string, build: (id: number) => T): T {
  let node = interned.get(key);
  if (node === undefined) {
    node = build(interned.size);
    interned.set(key, node);
  }
  return node as T;
}

export function constant(value: number): Expr {
  return intern(`${Object.is(value, -0) ? 0 : value}`, (id) => ({ kind: 'const', id, value: value + 0 }));
}

export function leaf(kind: Leaf, name: string, uniform = false): Expr {
  return intern(`${kind}:${name}:${uniform}`, (id) => ({ kind: 'leaf', id, leaf: kind, name, uniform }));
}

export function unary(op: Unary, x: Operand): Expr {
  const a = toExpr(x);
  return intern(`${op}(${a.id})`, (id) => ({ kind: 'unary', id, op, args: [a] }));
}

export function binary(op: Binary, x: Operand, y: Operand): Expr {
  const [a, b] = [toExpr(x), toExpr(y)];
  return intern(`${op}(${a.id},${b.id})`, (id) => ({ kind: 'binary', id, op, args: [a, b] }));
}

export function select(condition: Operand, x: Operand, y: Operand): Expr {
  const [c, a, b] = [toExpr(condition), toExpr(x), toExpr(y)];
  return intern(`select(${c.id},${a.id},${b.id})`, (id) => ({ kind: 'select', id, args: [c, a, b] }));
}

export const add = (x: Operand, y: Operand): Expr => binary('add', x, y);
export const sub = (x: Operand, y: Operand): Expr => binary('sub', x, y);
export const mul = (x: Operand, y: Operand): Expr => binary('mul', x, y);
export const div = (x: Operand, y: Operand): Expr => binary('div', x, y);
export const min = (x: Operand, y: Operand): Expr => binary('min', x, y);
export const max = (x: Operand, y: Operand): Expr => binary('max', x, y);
export const clamp = (x: Operand, low: Operand, high: Operand): Expr => min(max(x, low), high);
export const ge = (x: Operand, y: Operand): Expr => binary('ge', x, y);
export const gt = (x: Operand, y: Operand): Expr => binary('gt', x, y);
export const neg = (x: Operand): Expr => unary('neg', x);
export const abs = (x: Operand): Expr => unary('abs', x);
export const exp = (x: Operand): Expr => unary('exp', x);
export const log = (x: Operand): Expr => unary('log', x);
export const sqrt = (x: Operand): Expr => unary('sqrt', x);
export const tanh = (x: Operand): Expr => unary('tanh', x);
export const sigmoid = (x: Operand): Expr => unary('sigmoid', x);
export const floor = (x: Operand): Expr => unary('floor', x);
export const round = (x: Operand): Expr => unary('round', x);
export const stopGradient = (x: Operand): Expr => unary('stopGradient', x);
export const straightThrough = (value: Operand, proxy: Operand): Expr => binary('straightThrough', value, proxy);
export const spike = (potential: Operand, threshold: Operand): Expr => binary('spike', potential, threshold);

function toExpr(x: Operand): Expr {
  return typeof x === 'number' ? constant(x) : x;
}

export function argsOf(node: Expr): readonly Expr[] {
  return node.kind === 'const' || node.kind === 'leaf' ? [] : node.args;
}

/** All nodes of some expressions, each after its arguments. */
export function inOrder(roots: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const visit = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    argsOf(node).forEach(visit);
    order.push(node);
  };
  roots.forEach(visit);
  return order;
}

/** The leaves that some expressions depend on. */
export function leavesOf(roots: readonly Expr[]): Extract<Expr, { kind: 'leaf' }>[] {
  return inOrder(roots).filter((node) => node.kind === 'leaf');
}

/** The same expression with other arguments. */
export function withArgs(node: Expr, args: readonly Expr[]): Expr {
  switch (node.kind) {
    case 'unary':
      return unary(node.op, args[0]);
    case 'binary':
      return binary(node.op, args[0], args[1]);
    case 'select':
      return select(args[0], args[1], args[2]);
    default:
      return node;
  }
}
