/** What the host writes into the buffers of a field before a call: grids, rays, numbers. */
import type { Rays } from '../../geometry/rays.ts';
import { occupancyAlphaOf } from '../../lattice/lattice.ts';
import { densityOf } from '../../lattice/density.ts';
import { float32AtMost } from '../../math/float32.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { spaceFacts, spaceOf } from '../../spaces/index.ts';
import type { LossWeights } from '../../engine/backend.ts';
import type { Buffers } from '../../../renderer/wgsl/kernel.ts';
import { gridStruct } from '../../../renderer/wgsl/uniforms.ts';

export class FieldUploads {
  private readonly device: GPUDevice;
  private readonly buffers: Buffers;

  constructor(device: GPUDevice, buffers: Buffers) {
    this.device = device;
    this.buffers = buffers;
  }

  /** The grid that kernels march, or the one they scale from. */
  grid(name: 'grid' | 'fromGrid', spec: FieldSpec): void {
    const { space, grid, alphaThreshold, interval, densityShift, stepLength, near } = spec;
    const least = (alpha: number): number => float32AtMost(densityOf(alpha, densityShift, interval));
    const [nx, ny, nz] = grid.size;
    const [minX, minY, minZ] = grid.min;
    const [maxX, maxY, maxZ] = grid.max;
    const numbers = {
      ...{ nx, ny, nz, minX, minY, minZ, maxX, maxY, maxZ },
      densityShift,
      interval,
      stepLength,
      metricSteps: spaceFacts(space).metricSteps ? 1 : 0,
      near,
      innerSteps: spaceOf(space).innerSteps(stepLength),
      densityThreshold: least(alphaThreshold),
      occupancyDensity: least(occupancyAlphaOf(spec)),
    };
    this.device.queue.writeBuffer(this.buffers[name], 0, gridStruct.pack(numbers));
  }

  /** Rays [first, first + count): origins, directions, and what the network sees of them where that is something else. */
  rays({ origins, directions, viewDirections }: Rays, first: number, count: number): void {
    [origins, directions, viewDirections].forEach((vectors, i) => {
      if (vectors) this.floats('rays', vectors.subarray(3 * first, 3 * (first + count)), 3 * i * count);
    });
  }

  /** @param offset floats of the buffer before them */
  floats(buffer: string, data: Float32Array, offset = 0): void {
    this.device.queue.writeBuffer(this.buffers[buffer], 4 * offset, data as Float32Array<ArrayBuffer>);
  }

  /** Weights in the loss of the mean potentials of both hidden layers; null: 0. */
  potentialWeights(weights: LossWeights['potentials'], width: number): void {
    const all = new Float32Array(2 * width);
    weights?.forEach((ofLayer, layer) => all.set(ofLayer, layer * width));
    this.floats('potentialWeights', all);
  }
}

/** Where the directions that the network sees begin among the vectors of `count` rays. */
export function firstView({ viewDirections }: Rays, count: number): number {
  return viewDirections ? 2 * count : count;
}
