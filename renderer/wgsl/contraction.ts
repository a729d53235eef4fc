/**
 * Contracted space (src/geometry/contraction.ts). Needs the uniform `grid`.
 *
 *     contract(p) -> vec4<f32>      c(p), and |p|
 *     stepParameter(i) -> f32       t_i; 1/x_j is a quotient of integers, without the cancellation of 1 - (127/128) j/N
 */
import { CONTRACTED_HALF, FARTHEST, LEAST_MOVE, SHELL } from '../../src/geometry/contraction.ts';

const HALF = FARTHEST / 2;

export const contractionWgsl = /* wgsl */ `
const LEAST_MOVE = ${LEAST_MOVE};

fn contract(p: vec3<f32>) -> vec4<f32> {
  let norm = max(max(abs(p.x), abs(p.y)), abs(p.z));
  let factor = select((${CONTRACTED_HALF} - ${SHELL} / norm) / norm, 1.0, norm <= 1.0);
  return vec4<f32>(p * factor, norm);
}

fn stepParameter(i: i32) -> f32 {
  let inner = grid.innerSteps;
  if (i < inner) { return (f32(i) + 0.5) * 2.0 / f32(inner); }
  return inverseOf(i - inner) + inverseOf(i - inner + 1);
}

fn inverseOf(j: i32) -> f32 {
  return f32(${HALF} * grid.innerSteps) / f32(${HALF} * grid.innerSteps - ${HALF - 1} * j);
}
`;
