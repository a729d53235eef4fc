/**
 * Surrogate gradients: a step fires, the derivative of a smooth function, its primitive, stands in for the step's own. x = H - threshold, a:
 * steepness. All derivatives but that of `straight-through` integrate to 1.
 *
 *     sigmoid            s(x) = 1 / (1 + exp(-a x))               a s (1 - s)                     SpikingJelly, SpikingNeRF (a = 4)
 *     arctan             atan(pi/2 a x) / pi + 1/2                a / 2 / (1 + (pi/2 a x)^2)      SpikingJelly (a = 2)
 *     rectangle          clamp(a x + 1/2, 0, 1)                   a where |x| < 1 / (2 a)         GLIF, LTMD (a = 1)
 *     triangle           its integral                             a max(0, 1 - a |x|)             (a = 1)
 *     straight-through   clamp(x + 1/2, 0, 1)                     1 where |x| <= 1/2              Ternary Spike; `a` has no effect
 *
 * `evolutionary` (IM-Loss) is tanh(K x)/2 + 1/2, the sigmoid with a = 2 K: a schedule, not a shape of its own. Training raises K from 1 to 10 by
 * the steepness that it gives each step.
 */
import { abs, add, constant, div, exp, ge, gt, max, mul, neg, select, sub, type Expr } from './graph.ts';

export const SURROGATE_NAMES = ['sigmoid', 'arctan', 'rectangle', 'triangle', 'straight-through'] as const;
export type SurrogateName = (typeof SURROGATE_NAMES)[number];

/** What a network's settings may name. */
export const SURROGATE_SETTINGS = [...SURROGATE_NAMES, 'evolutionary'] as const;
export type SurrogateSetting = (typeof SURROGATE_SETTINGS)[number];

export interface Surrogate {
  readonly name: SurrogateName;
  /** The `a` of published code. */
  readonly alpha: number;
  /** Whether the derivative is zero far from the threshold. */
  readonly bounded: boolean;
  primitive(x: number, alpha: number): number;
  derivative(x: Expr, alpha: Expr): Expr;
}

const ramp = (x: number): number => Math.min(1, Math.max(0, x + 0.5));

const list: readonly Surrogate[] = [
  {
    name: 'sigmoid',
    alpha: 4,
    bounded: false,
    primitive: (x, a) => 1 / (1 + Math.exp(-a * x)),
    // Symmetric in x, and with the exponential of a negative number it cannot overflow.
    derivative: (x, a) => {
      const e = exp(neg(mul(a, abs(x))));
      return div(mul(a, e), mul(add(1, e), add(1, e)));
    },
  },
  {
    name: 'arctan',
    alpha: 2,
    bounded: false,
    primitive: (x, a) => Math.atan((Math.PI / 2) * a * x) / Math.PI + 0.5,
    derivative: (x, a) => {
      const y = mul(x, mul(a, Math.PI / 2));
      return div(mul(a, 0.5), add(1, mul(y, y)));
    },
  },
  {
    name: 'rectangle',
    alpha: 1,
    bounded: true,
    primitive: (x, a) => ramp(a * x),
    derivative: (x, a) => select(gt(0.5, mul(abs(x), a)), a, 0),
  },
  {
    name: 'triangle',
    alpha: 1,
    bounded: true,
    primitive: (x, a) => {
      const rest = Math.max(0, 1 - Math.abs(a * x));
      return x < 0 ? (rest * rest) / 2 : 1 - (rest * rest) / 2;
    },
    derivative: (x, a) => mul(max(sub(1, mul(abs(x), a)), 0), a),
  },
  {
    name: 'straight-through',
    alpha: 1,
    bounded: true,
    primitive: (x) => ramp(x),
    derivative: (x) => select(ge(constant(0.5), abs(x)), 1, 0),
  },
];

export function surrogateOf(name: SurrogateName): Surrogate {
  return list.find((surrogate) => surrogate.name === name)!;
}
