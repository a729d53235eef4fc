/**
 * The surface that views of a field show, as a signed distance on a lattice (Curless and Levoy, "A volumetric method for building complex models from
 * range images", 1996): each view adds, at every point before its surface or at most `reach` behind it,
 *
 *     D = (sum of clamp((depth - distance) / reach, -1, 1)) / (number of such views)
 *
 * positive outside. Points that no view looks at are inside; points on rays that meet nothing are outside.
 */
import { planeToPixel } from '../../geometry/lens.ts';
import type { Camera } from '../../geometry/camera.ts';
import type { GridSpec } from '../../geometry/grid.ts';
import { voxelCount } from '../../geometry/grid.ts';
import { isSurface } from '../../../renderer/surface.ts';
import type { RenderedImage } from '../../../renderer/render-image.ts';

/** Voxels to either side of a surface that a view speaks of. */
const REACH = 3;

type DepthImage = Pick<RenderedImage, 'width' | 'height' | 'depth' | 'opacity' | 'rgb'>;

/** What surfaces are made of: on the points of a lattice. */
export interface FusedSurface {
  readonly grid: GridSpec;
  /** [V] in reaches, positive outside; 0 is the surface. */
  readonly distance: Float32Array;
  /** [V,3] sum over the views that see a point near the surface, 0..1 each. */
  readonly colour: Float32Array;
  /** [V] how many views those are. */
  readonly seen: Uint16Array;
}

export class DepthFusion {
  private readonly grid: GridSpec;
  private readonly reach: number;
  private readonly sum: Float32Array;
  private readonly views: Uint16Array;
  private readonly colour: Float32Array;
  private readonly seen: Uint16Array;

  /** @param grid a lattice of the world */
  constructor(grid: GridSpec) {
    const voxels = voxelCount(grid);
    this.grid = grid;
    this.reach = REACH * Math.max(...voxelEdges(grid));
    this.sum = new Float32Array(voxels);
    this.views = new Uint16Array(voxels);
    this.colour = new Float32Array(voxels * 3);
    this.seen = new Uint16Array(voxels);
  }

  add({ camToWorld: m, intrinsics }: Camera, { width, height, depth, opacity, rgb }: DepthImage): void {
    const { grid, reach, sum, views, colour, seen } = this;
    const [nx, ny, nz] = grid.size;
    const edges = voxelEdges(grid);
    const at = new Float64Array(2);
    let voxel = 0;
    for (let k = 0; k < nz; k++) {
      const z = grid.min[2] + k * edges[2] - m[11];
      for (let j = 0; j < ny; j++) {
        const y = grid.min[1] + j * edges[1] - m[7];
        for (let i = 0; i < nx; i++, voxel++) {
          const x = grid.min[0] + i * edges[0] - m[3];
          // Cameras look along -z.
          const ahead = -(m[2] * x + m[6] * y + m[10] * z);
          if (ahead <= 0) continue;
          planeToPixel(intrinsics, (m[0] * x + m[4] * y + m[8] * z) / ahead, -(m[1] * x + m[5] * y + m[9] * z) / ahead, at);
          const [column, row] = [Math.floor(at[0]), Math.floor(at[1])];
          if (!(column >= 0 && row >= 0 && column < width && row < height)) continue;
          const pixel = row * width + column;
          if (!isSurface(opacity[pixel])) {
            sum[voxel] += 1;
            views[voxel]++;
            continue;
          }
          const before = (depth[pixel] - Math.sqrt(x * x + y * y + z * z)) / reach;
          if (before < -1) continue;
          sum[voxel] += Math.min(1, before);
          views[voxel]++;
          if (before > 1) continue;
          seen[voxel]++;
          for (let c = 0; c < 3; c++) colour[voxel * 3 + c] += rgb[pixel * 3 + c];
        }
      }
    }
  }

  finish(): FusedSurface {
    const { grid, sum, views, colour, seen } = this;
    return {
      grid,
      distance: sum.map((value, i) => (views[i] === 0 ? -1 : value / views[i])),
      colour,
      seen,
    };
  }
}

/** Metres between points along each axis. */
export function voxelEdges({ min, max, size }: GridSpec): [number, number, number] {
  return [0, 1, 2].map((axis) => (max[axis] - min[axis]) / (size[axis] - 1)) as [number, number, number];
}
