/**
 * Makes the expressions of a step cheap: folds constants, removes what does nothing, turns products with comparisons into selections, divides
 * by parameters through one reciprocal, and collects common factors of parameters, which are then computed once a layer. What is only there
 * for differentiation (stopGradient, straightThrough, surrogates) is dropped, so simplify after differentiating.
 *
 * Sound for finite numbers: 0 x = 0 is taken to hold. Dead code needs no removal: what no root refers to is never written out.
 */
import { applyBinary, applyUnary } from './evaluate.ts';
import { add, argsOf, constant, div, ge, inOrder, mul, neg, select, sub, withArgs, type Expr } from './graph.ts';

/** The roots, simplified; subexpressions stay shared between them. */
export function simplify(roots: readonly Expr[]): Expr[] {
  const simple = new Map<Expr, Expr>();
  for (const node of inOrder(roots)) {
    const args = argsOf(node).map((arg) => simple.get(arg)!);
    simple.set(node, settle(withArgs(node, args)));
  }
  return roots.map((root) => simple.get(root)!);
}

/** Applies the rules to a node with simple arguments until none applies; what a rule creates below it is simplified as well. */
function settle(node: Expr): Expr {
  const next = rewrite(node);
  return next === node ? node : simplify([next])[0];
}

/** One value for all neurons and time steps: computed once a layer. */
export function isUniform(node: Expr): boolean {
  if (node.kind === 'const') return true;
  if (node.kind === 'leaf') return node.uniform;
  return argsOf(node).every(isUniform);
}

function isConst(node: Expr, value: number): boolean {
  return node.kind === 'const' && node.value === value;
}

function isComparison(node: Expr): boolean {
  return node.kind === 'binary' && (node.op === 'ge' || node.op === 'gt');
}

function asNegated(node: Expr): Expr | null {
  return node.kind === 'unary' && node.op === 'neg' ? node.args[0] : null;
}

function rewrite(node: Expr): Expr {
  if (node.kind === 'unary') return rewriteUnary(node);
  if (node.kind === 'select') return rewriteSelect(node);
  if (node.kind !== 'binary') return node;
  const [x, y] = node.args;
  if (node.op === 'straightThrough') return x;
  if (node.op === 'spike') return ge(x, y);
  if (x.kind === 'const' && y.kind === 'const') return constant(applyBinary(node.op, x.value, y.value));
  switch (node.op) {
    case 'add':
      return rewriteAdd(node, x, y);
    case 'sub':
      return rewriteSub(node, x, y);
    case 'mul':
      return rewriteMul(node, x, y);
    case 'div':
      return rewriteDiv(node, x, y);
    case 'min':
    case 'max':
      return x === y ? x : node;
    default:
      return node;
  }
}

function rewriteUnary(node: Extract<Expr, { kind: 'unary' }>): Expr {
  const [x] = node.args;
  if (node.op === 'stopGradient') return x;
  if (x.kind === 'const') return constant(applyUnary(node.op, x.value));
  if (node.op !== 'neg') return node;
  const inner = asNegated(x);
  if (inner !== null) return inner;
  if (x.kind === 'binary' && x.op === 'sub') return sub(x.args[1], x.args[0]);
  return node;
}

function rewriteSelect(node: Extract<Expr, { kind: 'select' }>): Expr {
  const [condition, a, b] = node.args;
  if (a === b) return a;
  if (condition.kind === 'const') return condition.value !== 0 ? a : b;
  return node;
}

function rewriteAdd(node: Expr, x: Expr, y: Expr): Expr {
  if (isConst(x, 0)) return y;
  if (isConst(y, 0)) return x;
  const [negX, negY] = [asNegated(x), asNegated(y)];
  if (negY !== null) return sub(x, negY);
  if (negX !== null) return sub(y, negX);
  return commonFactor(x, y, add) ?? node;
}

function rewriteSub(node: Expr, x: Expr, y: Expr): Expr {
  if (isConst(y, 0)) return x;
  if (x === y) return constant(0);
  if (isConst(x, 0)) return neg(y);
  const negY = asNegated(y);
  if (negY !== null) return add(x, negY);
  return commonFactor(x, y, sub) ?? node;
}

function rewriteMul(node: Expr, x: Expr, y: Expr): Expr {
  for (const [a, b] of [
    [x, y],
    [y, x],
  ]) {
    if (isConst(b, 0)) return b;
    if (isConst(b, 1)) return a;
    if (isConst(b, -1)) return neg(a);
    const negB = asNegated(b);
    if (negB !== null) return neg(mul(a, negB));
    if (isComparison(b)) return select(b, a, 0);
    if (b.kind === 'binary' && b.op === 'sub' && isConst(b.args[0], 1) && isComparison(b.args[1])) return select(b.args[1], 0, a);
    if (b.kind === 'select' && !isUniform(b)) {
      const [condition, p, q] = b.args;
      if (isConst(p, 0) || isConst(q, 0)) return select(condition, mul(a, p), mul(a, q));
    }
  }
  // (a k1) k2 = a (k1 k2), computed once a layer
  if (isUniform(y)) {
    const [rest, factor] = split(x);
    if (factor !== null) return mul(rest, mul(factor, y));
  }
  return isUniform(x) && !isUniform(y) ? mul(y, x) : node;
}

function rewriteDiv(node: Expr, x: Expr, y: Expr): Expr {
  if (isConst(y, 1)) return x;
  if (isConst(x, 0)) return x;
  if (isUniform(y) && !isUniform(x)) return mul(x, div(1, y));
  return node;
}

/** a k with a varying and k uniform; or the whole and null. */
function split(node: Expr): [Expr, Expr | null] {
  if (node.kind === 'binary' && node.op === 'mul' && isUniform(node.args[1]) && !isUniform(node.args[0]))
    return [node.args[0], node.args[1]];
  return [node, null];
}

/** a k1 +- a k2 = a (k1 +- k2) */
function commonFactor(x: Expr, y: Expr, join: (x: Expr, y: Expr) => Expr): Expr | null {
  if (isUniform(x) || isUniform(y)) return null;
  const [a, k1] = split(x);
  const [b, k2] = split(y);
  if (a !== b || (k1 === null && k2 === null)) return null;
  return mul(a, join(k1 ?? constant(1), k2 ?? constant(1)));
}
