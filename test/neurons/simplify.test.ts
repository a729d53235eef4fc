import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/neurons/evaluate.ts';
import {
  add,
  div,
  ge,
  leaf,
  mul,
  neg,
  select,
  sigmoid,
  spike,
  stopGradient,
  straightThrough,
  sub,
  type Expr,
} from '../../src/neurons/graph.ts';
import { simplify } from '../../src/neurons/simplify.ts';

const x = leaf('input', 'x');
const y = leaf('state', 'y');
const k = leaf('param', 'k', true);

test('equal expressions are one object', () => {
  expect(add(mul(x, 2), y)).toBe(add(mul(x, 2), y));
  expect(sub(x, y)).not.toBe(sub(y, x));
});

describe('rules', () => {
  test.each<[string, Expr, Expr | number]>([
    ['folds constants', mul(add(2, 3), sigmoid(0)), 2.5],
    ['x + 0', add(x, 0), x],
    ['0 x', mul(0, x), 0],
    ['1 x', mul(mul(1, x), 1), x],
    ['x - x', sub(x, x), 0],
    ['-(-x)', neg(neg(x)), x],
    ['x + -y', add(x, neg(y)), sub(x, y)],
    ['division by a parameter is its reciprocal', div(x, k), mul(x, div(1, k))],
    ['x - x k = x (1 - k)', sub(x, mul(x, k)), mul(x, sub(1, k))],
    ['(x k) 3 = x (k 3)', mul(mul(x, k), 3), mul(x, mul(k, 3))],
    ['a product with a comparison is a selection', mul(x, ge(y, k)), select(ge(y, k), x, 0)],
    ['1 minus it as well', mul(x, sub(1, ge(y, k))), select(ge(y, k), 0, x)],
    ['equal branches', select(ge(y, k), x, x), x],
    ['spikes and stopped gradients become plain', mul(x, stopGradient(spike(y, k))), select(ge(y, k), x, 0)],
    ['straight through', straightThrough(x, y), x],
  ])('%s', (_name, expression, expected) => {
    const [simple] = simplify([expression]);
    if (typeof expected === 'number') expect(simple).toMatchObject({ kind: 'const', value: expected });
    else expect(simple).toBe(expected);
  });

  test('values stay the same', () => {
    const expression = sub(div(add(mul(x, k), neg(y)), k), mul(mul(x, sub(1, ge(x, y))), 3));
    for (const values of [
      { x: 1.5, y: -2, k: 0.25 },
      { x: -3, y: 0.5, k: 4 },
    ]) {
      expect(evaluate(simplify([expression])[0], values)).toBeCloseTo(evaluate(expression, values), 12);
    }
  });
});
