/**
 * Reverse-mode symbolic differentiation: from d loss / d outputs to d loss / d leaves, as expressions. Interning shares what the derivatives
 * have in common with the step itself.
 */
import { add, constant, div, exp, ge, gt, inOrder, mul, neg, select, sigmoid, sqrt, sub, tanh, type Expr } from './graph.ts';

/** Derivative of the function that stands in for a step at x = h - threshold. */
export type SurrogateDerivative = (x: Expr) => Expr;

/**
 * @param seeds d loss / d output of each output; an output may be named more than once
 * @returns d loss / d leaf for every leaf that the outputs depend on; missing where nothing flows
 */
export function differentiate(seeds: readonly (readonly [output: Expr, seed: Expr])[], surrogate: SurrogateDerivative): Map<Expr, Expr> {
  const adjoints = new Map<Expr, Expr>();
  const flow = (node: Expr, amount: Expr): void => {
    const present = adjoints.get(node);
    adjoints.set(node, present === undefined ? amount : add(present, amount));
  };
  for (const [output, seed] of seeds) flow(output, seed);
  const leaves = new Map<Expr, Expr>();
  for (const node of inOrder(seeds.map(([output]) => output)).reverse()) {
    const adjoint = adjoints.get(node);
    if (adjoint === undefined) continue;
    if (node.kind === 'leaf') leaves.set(node, adjoint);
    else partials(node, surrogate).forEach((partial, i) => partial !== null && flow(argument(node, i), scale(adjoint, partial)));
  }
  return leaves;
}

function argument(node: Expr, index: number): Expr {
  if (node.kind === 'const' || node.kind === 'leaf') throw new RangeError(`${node.kind} has no arguments`);
  return node.args[index];
}

/** How the adjoint reaches an argument: times a factor, or (select) where a condition holds. */
type Partial = Expr | { readonly when: Expr; readonly holds: boolean } | null;

function scale(adjoint: Expr, partial: Exclude<Partial, null>): Expr {
  if (!('when' in partial)) return mul(adjoint, partial);
  return partial.holds ? select(partial.when, adjoint, 0) : select(partial.when, 0, adjoint);
}

const one = constant(1);
const minusOne = constant(-1);

function partials(node: Expr, surrogate: SurrogateDerivative): Partial[] {
  switch (node.kind) {
    case 'const':
    case 'leaf':
      return [];
    case 'select':
      return [null, { when: node.args[0], holds: true }, { when: node.args[0], holds: false }];
    case 'unary':
      return [unaryPartial(node.op, node.args[0])];
    case 'binary':
      return binaryPartials(node.op, node.args[0], node.args[1], surrogate);
  }
}

function unaryPartial(op: Extract<Expr, { kind: 'unary' }>['op'], x: Expr): Partial {
  switch (op) {
    case 'neg':
      return minusOne;
    case 'abs':
      return select(gt(x, 0), 1, select(gt(0, x), -1, 0));
    case 'exp':
      return exp(x);
    case 'log':
      return div(1, x);
    case 'sqrt':
      return div(0.5, sqrt(x));
    case 'tanh':
      return sub(1, mul(tanh(x), tanh(x)));
    case 'sigmoid':
      return mul(sigmoid(x), sub(1, sigmoid(x)));
    case 'floor':
    case 'round':
    case 'stopGradient':
      return null;
  }
}

function binaryPartials(op: Extract<Expr, { kind: 'binary' }>['op'], x: Expr, y: Expr, surrogate: SurrogateDerivative): Partial[] {
  switch (op) {
    case 'add':
      return [one, one];
    case 'sub':
      return [one, minusOne];
    case 'mul':
      return [y, x];
    case 'div':
      return [div(1, y), neg(div(div(x, y), y))];
    // At a tie the second argument has the gradient: max(x, 0) has derivative 0 at 0.
    case 'max':
      return [
        { when: gt(x, y), holds: true },
        { when: gt(x, y), holds: false },
      ];
    case 'min':
      return [
        { when: ge(x, y), holds: false },
        { when: ge(x, y), holds: true },
      ];
    case 'ge':
    case 'gt':
      return [null, null];
    case 'spike': {
      const slope = surrogate(sub(x, y));
      return [slope, neg(slope)];
    }
    case 'straightThrough':
      return [null, one];
  }
}

/** Derivative of an expression without spikes with respect to one leaf. */
export function derivative(expression: Expr, leaf: Expr): Expr {
  const none: SurrogateDerivative = () => constant(0);
  return differentiate([[expression, one]], none).get(leaf) ?? constant(0);
}
