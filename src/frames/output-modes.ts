/**
 * What a viewer shows of a rendered image: its colours, or one of the quantities behind them.
 *
 *     depth     metres along the ray
 *     opacity   0..1
 *     normals   of the depth image: n = (dp/dx x dp/dy) / |.|, world, as (n + 1) / 2; white where the opacity is at most one half
 *     firing    active share of the hidden neurons over the pixel's time steps, 0..1
 *     energy    joules of the network's synapses as executed, Horowitz 45 nm fp32 (src/energy)
 *     samples   shown to the network
 */
import { representationOf } from '../model/representations/index.ts';
import { emptyCounts, type Counts } from '../engine/counts.ts';
import { energyReport, type AnnShares } from '../energy/energy-report.ts';
import { horowitz45nmFp32 } from '../energy/hardware/horowitz-45nm-fp32.ts';
import { nearlyGreatest, pixelEnergy, pixelFiring } from '../energy/report/maps.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { spaceOf } from '../spaces/index.ts';
import { toPixels } from '../../renderer/pixels.ts';
import { evenScale } from '../math/value-scale.ts';
import { cameraRays, type Camera } from '../geometry/camera.ts';
import type { RenderedImage } from '../../renderer/render-image.ts';
import type { FrameContent } from './frame-content.ts';

export const OUTPUT_MODES = ['colour', 'depth', 'opacity', 'normals', 'firing', 'energy', 'samples'] as const;
export type OutputMode = (typeof OUTPUT_MODES)[number];

/** Modes that need a colour network; fields of the coarse stage have none. */
export const NETWORK_MODES: readonly OutputMode[] = ['firing', 'energy'];

/** Modes whose scale reaches from zero to nearly the greatest value of the picture. */
export const FROM_ZERO: readonly OutputMode[] = ['firing', 'energy', 'samples'];

const JOULES_PER_NANOJOULE = 1e-9;

/** @throws RangeError for a mode that needs a colour network where there is none */
export function contentOf(mode: OutputMode, image: RenderedImage, camera: Camera, spec: FieldSpec): FrameContent {
  const { width, height } = image;
  if (spec.network === null && NETWORK_MODES.includes(mode)) throw new RangeError(`There is no colour network to show the ${mode} of.`);
  switch (mode) {
    case 'colour':
      return { kind: 'colours', rgb: toPixels(image.rgb, width, height).data };
    case 'normals':
      return { kind: 'colours', rgb: normalPixels(image, camera) };
    case 'depth':
      return { kind: 'values', values: image.depth, scale: spaceOf(spec.space).depthScale(spec.grid, [camera]) };
    case 'opacity':
      return { kind: 'values', values: image.opacity, scale: evenScale(0, 1) };
    case 'firing':
      return fromZero(pixelFiring(spec, image));
    case 'energy':
      return fromZero(pixelEnergy(horowitz45nmFp32, spec, image, false)!.map((nanojoules) => nanojoules * JOULES_PER_NANOJOULE));
    case 'samples':
      return fromZero(Float32Array.from(image.samples));
  }
}

function fromZero(values: Float32Array): FrameContent {
  return { kind: 'values', values, scale: evenScale(0, nearlyGreatest(values)) };
}

/** What a picture cost. */
export interface FrameStatistics {
  readonly rays: number;
  readonly samples: number;
  /** Spikes (or active ReLUs) of both hidden layers. */
  readonly spikes: number;
  /** Of the network that drew it: a training may begin with another one than it ends with. null without a network. */
  readonly neuron: string | null;
  /** Of the network's synapses as executed, and relative to the ANN twin on the same samples; null without a network. */
  readonly millijoules: number | null;
  readonly shareOfAnn: AnnShares | null;
}

export function statisticsOf(counts: Counts, spec: FieldSpec): FrameStatistics {
  const { network } = spec;
  const energy = network && energyReport({ ...emptyCounts(), ...counts }, 1, network, representationOf(spec).features);
  return {
    rays: counts.rays,
    samples: counts.samples,
    spikes: counts.spikes.reduce((a, b) => a + b, 0),
    neuron: network && network.neuron,
    millijoules: energy && energy.millijoulesPerImage.executed,
    shareOfAnn: energy && energy.shareOfAnn,
  };
}

function normalPixels({ width, height, depth, opacity }: RenderedImage, camera: Camera): Uint8Array {
  const points = surfacePoints(depth, camera);
  const data = new Uint8Array(width * height * 3).fill(255);
  const across = new Float64Array(3);
  const down = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (opacity[pixel] <= 0.5) continue;
      difference(points, depth, opacity, pixel, x > 0 ? pixel - 1 : pixel, x + 1 < width ? pixel + 1 : pixel, across);
      difference(points, depth, opacity, pixel, y > 0 ? pixel - width : pixel, y + 1 < height ? pixel + width : pixel, down);
      const nx = down[1] * across[2] - down[2] * across[1];
      const ny = down[2] * across[0] - down[0] * across[2];
      const nz = down[0] * across[1] - down[1] * across[0];
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
      const scale = length > 0 ? 0.5 / length : 0;
      data[pixel * 3] = Math.round((nx * scale + 0.5) * 255);
      data[pixel * 3 + 1] = Math.round((ny * scale + 0.5) * 255);
      data[pixel * 3 + 2] = Math.round((nz * scale + 0.5) * 255);
    }
  }
  return data;
}

/** [height,width,3] world: where the rays' depths lie. */
function surfacePoints(depth: Float32Array, camera: Camera): Float64Array {
  const { origins, directions } = cameraRays(camera);
  const points = new Float64Array(depth.length * 3);
  for (let i = 0; i < depth.length; i++) {
    const [x, y, z] = [directions[i * 3], directions[i * 3 + 1], directions[i * 3 + 2]];
    const scale = depth[i] / Math.sqrt(x * x + y * y + z * z);
    for (let k = i * 3; k < i * 3 + 3; k++) points[k] = origins[k] + directions[k] * scale;
  }
  return points;
}

/** The one-sided difference towards the neighbour of more equal depth, to `out`: silhouettes stay sharp. */
function difference(
  points: Float64Array,
  depth: Float32Array,
  opacity: Float32Array,
  pixel: number,
  before: number,
  after: number,
  out: Float64Array,
): void {
  const stepBefore = before === pixel || opacity[before] <= 0.5 ? Infinity : Math.abs(depth[before] - depth[pixel]);
  const stepAfter = after === pixel || opacity[after] <= 0.5 ? Infinity : Math.abs(depth[after] - depth[pixel]);
  const [from, to] = stepBefore < stepAfter ? [before, pixel] : [pixel, after];
  for (let i = 0; i < 3; i++) out[i] = points[to * 3 + i] - points[from * 3 + i];
}
