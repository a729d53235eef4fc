/** Where on its ray a step is, for the distortion of the loss: s in [0, 1], the same on every backend. */
import { innerSteps, stepParameter } from '../geometry/contraction.ts';
import { maxStepsPerRay, type FieldSpec } from './field-spec.ts';

/** s of step `index`: its share of the longest ray's steps, or in contracted space 1 - 1/(1 + t) (DVGO). */
export function rayPosition(spec: FieldSpec, index: number): number {
  if (spec.space.kind !== 'unbounded') return index / maxStepsPerRay(spec);
  return 1 - 1 / (1 + stepParameter(index, innerSteps(spec.stepLength)));
}
