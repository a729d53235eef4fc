/** The kernels' variables that follow from where things lie in memory, and from a field's grid and thresholds. */
import { spaceFacts, spaceOf } from '../../spaces/index.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { renderSampleStride, type MemoryPlan, type Sizes } from './memory-plan.ts';

/** Sizes that the kernels have as globals of the same names. */
export const KERNEL_SIZES = [
  ...([
    'training',
    'rowCapacity',
    'lanes',
    'laneCapacity',
    'slotCapacity',
    'featureStride',
    'width',
    'parts1',
    'parts2',
    'columns1',
    'columns2',
    'inputs',
    'inputRows',
    'networkFloats',
    'gradientFloats',
  ] as const),
  ...([
    'featureFrequencies',
    'featureInputs',
    'featureRows',
    'viewRows',
    'productRows',
    'basisFloats',
    'decayFloats',
    'featureLevels',
    'viewLevels',
  ] as const),
  ...([
    'neuronFloats',
    'neuronStates',
    'keptValues',
    'carriedRows',
    'listBytes',
    'signedSpikes',
    'spikeEntries',
    'signGroups',
    'activityFloats',
    'teacherVoxels',
  ] as const),
] satisfies readonly (keyof Sizes)[];

export function layoutState(plan: MemoryPlan, sizes: Sizes, scratchStride: number): Record<string, number> {
  return {
    ...plan.offsets,
    scratchStride,
    renderSampleStride: renderSampleStride(sizes),
    ...Object.fromEntries(KERNEL_SIZES.map((name) => [name, sizes[name]])),
  };
}

export function gridState(spec: FieldSpec): Record<string, number> {
  const { grid, alphaThreshold, interval, densityShift, stepLength, near, weightThreshold } = spec;
  const [nx, ny, nz] = grid.size;
  const [minX, minY, minZ] = grid.min;
  const [maxX, maxY, maxZ] = grid.max;
  // alpha > threshold  <=>  1 + exp(s + b) > (1 - threshold)^(-1/interval)
  const densityThreshold = Math.log(Math.expm1(-Math.log1p(-alphaThreshold) / interval)) - densityShift;
  return {
    ...{ nx, ny, nz, minX, minY, minZ, maxX, maxY, maxZ },
    ...{ interval, densityShift, stepLength, near, weightThreshold, densityThreshold },
    metricSteps: spaceFacts(spec.space).metricSteps ? 1 : 0,
    innerSteps: spaceOf(spec.space).innerSteps(stepLength),
  };
}
