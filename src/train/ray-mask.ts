/**
 * One bit per training pixel: may its ray meet an occupied place? Conservative: no ray that has a step at an occupied grid point is lost; the
 * rays kept in vain pass within about a voxel of one.
 *
 * A grid point stands for the cell of places nearest to it, a box one voxel wide. Only the cells with an empty 6-neighbour, or at the border of
 * the grid, are drawn: a ray enters or leaves the occupied region through one of them. The circumscribed sphere of a cell, centre (x, y, z) in
 * camera space with z the depth, radius r, projects inside
 *
 *     |u - u_c| <= fx * r * sqrt(1 + (x/z)^2) / (z - r)          (Cauchy-Schwarz on u - u_c = fx * ((x' - x) - (x/z)(z' - z)) / z')
 *
 * so that counting this rectangle of pixels is all there is to do for a cell and a view: at its corners, for how many lie over a pixel is the sum of
 * what stands there in the pixels above it and on its left. A view with lens distortion is drawn as the pinhole image that its rays would make, a pixel
 * larger on each side of a rectangle; then each of its pixels is looked up there.
 */
import type { GridSpec } from '../geometry/grid.ts';
import type { Intrinsics } from '../geometry/intrinsics.ts';
import { pixelToPlane, planeBounds, planeToPixel } from '../geometry/lens.ts';
import type { Camera } from '../geometry/camera.ts';
import type { PixelIndex } from './pixel-index.ts';

/** Margin on the radius: the march rounds positions to float32 before it takes the nearest point. */
const MARGIN = 1.01;
/** Pixels whose rectangles are counted at a time. */
const BAND_PIXELS = 2 ** 22;

/** One bit per pixel of `pixels`, pixel p in bit p % 32 of word p >>> 5. */
export function rayMask(grid: GridSpec, occupancy: Uint8Array, cameras: readonly Camera[], pixels: PixelIndex, near: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(pixels.total / 32));
  const centres = surfaceCentres(grid, occupancy);
  const edges = [0, 1, 2].map((axis) => (grid.max[axis] - grid.min[axis]) / (grid.size[axis] - 1));
  const radius = (Math.hypot(edges[0], edges[1], edges[2]) / 2) * MARGIN;
  cameras.forEach((camera, view) => {
    if (camera.intrinsics.distortion === undefined) drawView(camera, centres, radius, near, 0, bits, pixels.first[view]);
    else drawDistorted(camera, centres, radius, near, bits, pixels.first[view]);
  });
  return bits;
}

/** [S,3] world centres of the occupied cells with an unoccupied 6-neighbour or at the border of the grid. */
function surfaceCentres(grid: GridSpec, occupancy: Uint8Array): Float32Array {
  const [nx, ny, nz] = grid.size;
  const slab = nx * ny;
  const surface: number[] = [];
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        if (occupancy[i] === 0) continue;
        const border = x === 0 || y === 0 || z === 0 || x === nx - 1 || y === ny - 1 || z === nz - 1;
        const inside =
          !border &&
          occupancy[i - 1] & occupancy[i + 1] & occupancy[i - nx] & occupancy[i + nx] & occupancy[i - slab] & occupancy[i + slab];
        if (!inside) surface.push(grid.min[0] + x * edge(grid, 0), grid.min[1] + y * edge(grid, 1), grid.min[2] + z * edge(grid, 2));
      }
    }
  }
  return Float32Array.from(surface);
}

function edge(grid: GridSpec, axis: number): number {
  return (grid.max[axis] - grid.min[axis]) / (grid.size[axis] - 1);
}

/** Pixels between two places where the lens is inverted exactly; between them its inverse is interpolated, off by far less than half a pixel. */
const LENS_STEP = 8;

function drawDistorted(camera: Camera, centres: Float32Array, radius: number, near: number, bits: Uint32Array, first: number): void {
  const { width, height } = camera.intrinsics;
  const pinhole = straightImage(camera.intrinsics);
  const straight = new Uint32Array(Math.ceil((pinhole.width * pinhole.height) / 32));
  drawView({ camToWorld: camera.camToWorld, intrinsics: pinhole }, centres, radius, near, 1, straight, 0);
  const columns = Math.ceil(width / LENS_STEP) + 1;
  const above = new Float64Array(columns * 2);
  const below = new Float64Array(columns * 2);
  for (let row = 0; row < height; row++) {
    const down = (row % LENS_STEP) / (Math.min(LENS_STEP, height - 1 - row + (row % LENS_STEP)) || 1);
    if (row % LENS_STEP === 0) {
      lensRow(camera.intrinsics, pinhole, row, above);
      lensRow(camera.intrinsics, pinhole, Math.min(row + LENS_STEP, height - 1), below);
    }
    for (let column = 0; column < width; column++) {
      const step = column % LENS_STEP;
      const along = step / (Math.min(LENS_STEP, width - 1 - column + step) || 1);
      const i = ((column - step) / LENS_STEP) * 2;
      const x = Math.floor(bilinear(above[i], above[i + 2], below[i], below[i + 2], along, down));
      const y = Math.floor(bilinear(above[i + 1], above[i + 3], below[i + 1], below[i + 3], along, down));
      if (x < 0 || y < 0 || x >= pinhole.width || y >= pinhole.height) continue;
      const seen = y * pinhole.width + x;
      const pixel = first + row * width + column;
      if ((straight[seen >>> 5] >>> (seen & 31)) & 1) bits[pixel >>> 5] |= 1 << (pixel & 31);
    }
  }
}

function bilinear(a: number, b: number, c: number, d: number, along: number, down: number): number {
  const top = a + (b - a) * along;
  return top + (c + (d - c) * along - top) * down;
}

/** A pinhole image of the same focal lengths that shows at least what the lens shows. */
function straightImage(k: Intrinsics): Intrinsics {
  const { left, right, top, bottom } = planeBounds(k);
  const width = Math.ceil((right - left) * k.fx) + 2;
  const height = Math.ceil((bottom - top) * k.fy) + 2;
  return { width, height, fx: k.fx, fy: k.fy, cx: 1 - left * k.fx, cy: 1 - top * k.fy };
}

/** Where the centres of every LENS_STEP-th pixel of a row, and of its last, lie in the straight image: [columns,2] pixel coordinates. */
function lensRow(lens: Intrinsics, pinhole: Intrinsics, row: number, out: Float64Array): void {
  const plane = new Float64Array(2);
  for (let i = 0; i * 2 < out.length; i++) {
    pixelToPlane(lens, Math.min(i * LENS_STEP, lens.width - 1) + 0.5, row + 0.5, plane);
    planeToPixel(pinhole, plane[0], plane[1], plane);
    out.set(plane, i * 2);
  }
}

function drawView(
  camera: Camera,
  centres: Float32Array,
  radius: number,
  near: number,
  margin: number,
  bits: Uint32Array,
  first: number,
): void {
  const m = camera.camToWorld;
  const { width, height, fx, fy, cx, cy } = camera.intrinsics;
  // A band of rows at a time: lenses may show so much that the whole would take hundreds of megabytes.
  const stride = width + 1;
  const rows = Math.min(height, Math.max(1, Math.floor(BAND_PIXELS / stride)));
  // Rectangles that begin (above or on the left of the pixel) less those that have ended.
  const corners = new Int32Array(stride * (rows + 1));
  for (let band = 0; band < height; band += rows) {
    if (band > 0) corners.fill(0);
    const bandEnd = Math.min(height, band + rows);
    for (let i = 0; i < centres.length; i += 3) {
      const px = centres[i] - m[3];
      const py = centres[i + 1] - m[7];
      const pz = centres[i + 2] - m[11];
      const depth = -(m[2] * px + m[6] * py + m[10] * pz);
      if (depth + radius < near) continue;
      if (depth <= radius * 1.001) {
        // The cell reaches the camera's plane: no bounded projection.
        fillBits(bits, first, first + width * height);
        return;
      }
      const x = (m[0] * px + m[4] * py + m[8] * pz) / depth;
      const y = -(m[1] * px + m[5] * py + m[9] * pz) / depth;
      const reach = radius / (depth - radius);
      const halfU = fx * reach * Math.sqrt(1 + x * x) + margin;
      const halfV = fy * reach * Math.sqrt(1 + y * y) + margin;
      const u = cx + fx * x - 0.5;
      const v = cy + fy * y - 0.5;
      const left = Math.max(0, Math.ceil(u - halfU));
      const right = Math.min(width - 1, Math.floor(u + halfU));
      const top = Math.max(band, Math.ceil(v - halfV));
      const bottom = Math.min(bandEnd - 1, Math.floor(v + halfV));
      if (left > right || top > bottom) continue;
      corners[(top - band) * stride + left]++;
      corners[(top - band) * stride + right + 1]--;
      corners[(bottom + 1 - band) * stride + left]--;
      corners[(bottom + 1 - band) * stride + right + 1]++;
    }
    for (let row = 0, pixel = first + band * width; row < bandEnd - band; row++) {
      let over = 0;
      for (let i = row * stride, end = i + width; i < end; i++, pixel++) {
        if (row > 0) corners[i] += corners[i - stride];
        over += corners[i];
        if (over > 0) bits[pixel >>> 5] |= 1 << (pixel & 31);
      }
    }
  }
}

/** Sets the bits [from, to), from < to. */
function fillBits(bits: Uint32Array, from: number, to: number): void {
  const firstWord = from >>> 5;
  const lastWord = (to - 1) >>> 5;
  const head = 0xffffffff << (from & 31);
  const tail = 0xffffffff >>> (31 - ((to - 1) & 31));
  if (firstWord === lastWord) {
    bits[firstWord] |= head & tail;
    return;
  }
  bits[firstWord] |= head;
  for (let word = firstWord + 1; word < lastWord; word++) bits[word] = 0xffffffff;
  bits[lastWord] |= tail;
}

/** Share of the pixels whose bit is set. */
export function maskedShare(bits: Uint32Array, pixels: PixelIndex): number {
  let set = 0;
  for (const word of bits) {
    let w = word - ((word >>> 1) & 0x55555555);
    w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
    set += Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return pixels.total > 0 ? set / pixels.total : 0;
}
