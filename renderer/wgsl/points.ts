/**
 * Where the values of a lattice's points lie in buffers of points: the one thing in which kernels for dense grids and for grids in bricks
 * (src/backends/webgpu/kernels/bricks.ts) differ.
 */

/** Pieces of a kernel. Points are named by their coordinates, or by their index on the lattice, x fastest, then y, which samples carry. */
export interface PointAddresses {
  /** Tables that it reads (KernelText). */
  readonly tables: readonly string[];
  /**
   * Needs a uniform of the type Grid. Defines
   *
   *     addressOf(point: vec3<u32>) -> u32      baseAddress(base: u32) -> u32       a point by its coordinates, by its index
   *     cornersAt(point: vec3<u32>) -> Corners  cornersOf(base: u32) -> Corners     those of the cell above it
   *     pointOf(address: u32) -> vec3<u32>                                          the point at an address
   *     addresses() -> vec2<u32>                                                    the first address, and the end
   */
  readonly wgsl: string;
  /** What ends an invocation for the address `voxel` where the values never change; '': there is none. */
  readonly unchanging: string;
}

/** The addresses of a cell's corners, x fastest, then y: those of the lower plane, and those of the next along z. */
export const cornersWgsl = /* wgsl */ `
struct Corners { low: vec4<u32>, high: vec4<u32> }
`;

/**
 * Dense grids: the address is the index.
 *
 * @param of uniform with the grid's size
 */
export function densePoints(of: string): PointAddresses {
  return {
    tables: [],
    wgsl: /* wgsl */ `${cornersWgsl}
fn addressOf(point: vec3<u32>) -> u32 {
  return point.x + u32(${of}.nx) * (point.y + u32(${of}.ny) * point.z);
}

fn baseAddress(base: u32) -> u32 {
  return base;
}

fn cornersAt(point: vec3<u32>) -> Corners {
  return cornersOf(addressOf(point));
}

fn cornersOf(base: u32) -> Corners {
  let row = u32(${of}.nx);
  let low = vec4<u32>(base, base + 1u, base + row, base + row + 1u);
  return Corners(low, low + u32(${of}.nx * ${of}.ny));
}

fn pointOf(address: u32) -> vec3<u32> {
  let size = vec2<u32>(u32(${of}.nx), u32(${of}.ny));
  return vec3<u32>(address % size.x, (address / size.x) % size.y, address / (size.x * size.y));
}

fn addresses() -> vec2<u32> {
  return vec2<u32>(0u, u32(${of}.nx * ${of}.ny * ${of}.nz));
}
`,
    unchanging: '',
  };
}
