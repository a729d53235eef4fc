/**
 * The common metrics under NeuroBench's names and in its layout (Yik et al., "NeuroBench", Nature Communications 2025; its harness returns one
 * dictionary with these keys). A NeuroBench sample is one image here.
 *
 * Where this differs from the harness, because it counts kernels rather than hooking layers: MembraneUpdates are all updates (the harness
 * leaves out those that change nothing); the view part of layer 1 counts once a ray, as executed.
 */
import { representationOf } from '../../model/representations/index.ts';
import { voxelCount } from '../../geometry/grid.ts';
import { neuronSteps, type Counts } from '../../engine/counts.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { isNetwork, isSynapses, totalWork, type Ledger } from './ledger.ts';

export interface NeuroBenchMetrics {
  /** Bytes of all parameters of the field: grids, occupancy, weights. */
  readonly Footprint: number;
  /** Share of weights that are exactly zero. */
  readonly ConnectionSparsity: number;
  /** Share of outputs of hidden neurons that are zero, over neurons, time steps and images. */
  readonly ActivationSparsity: number;
  /** Operations an image. */
  readonly SynapticOperations: {
    readonly Effective_MACs: number;
    readonly Effective_ACs: number;
    readonly Dense: number;
  };
  /** Updates an image. */
  readonly MembraneUpdates: number;
}

/** @param weights of all layers; @param counts of all `images` images together */
export function neuroBench(
  counts: Counts,
  images: number,
  spec: FieldSpec,
  executed: Ledger,
  weights: readonly Float32Array[],
): NeuroBenchMetrics {
  const synapses = totalWork(executed, isSynapses);
  const parameters = weights.reduce((sum, { length }) => sum + length, 0);
  const zeros = weights.reduce((sum, values) => sum + values.reduce((n, value) => n + (value === 0 ? 1 : 0), 0), 0);
  const grids = representationOf(spec)
    .tensors(spec)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const slots = neuronSteps(counts, spec.network ? hiddenWidths(spec.network) : []);
  return {
    Footprint: parameters * 4 + 4 * grids + voxelCount(spec.grid),
    ConnectionSparsity: parameters === 0 ? 0 : zeros / parameters,
    ActivationSparsity: slots === 0 ? 0 : 1 - sum(counts.active) / slots,
    SynapticOperations: {
      Effective_MACs: synapses.effectiveMacs / images,
      Effective_ACs: synapses.acs / images,
      Dense: synapses.dense / images,
    },
    MembraneUpdates: totalWork(executed, isNetwork).membraneUpdates / images,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
