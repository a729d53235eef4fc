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
import { featureInputs } from '../model/feature-encoding.ts';
import { emptyCounts, type Counts } from '../engine/counts.ts';
import type { AnnShares } from '../energy/ann-shares.ts';
import { energyReport } from '../energy/energy-report.ts';
import { horowitz45nmFp32 } from '../energy/hardware/horowitz-45nm-fp32.ts';
import { nearlyGreatest, pixelEnergy, pixelFiring } from '../energy/report/maps.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { spaceOf } from '../spaces/index.ts';
import { toPixels } from '../../renderer/pixels.ts';
import { evenScale } from '../math/value-scale.ts';
import { isSurface, surfaceOf } from '../../renderer/surface.ts';
import type { Camera } from '../geometry/camera.ts';
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
  /** Spikes (or active ReLUs) of all hidden layers. */
  readonly spikes: number;
  /** Neuron of the network that drew it: a training may begin with another one than it ends with. null without a network. */
  readonly neuron: string | null;
  /** Energy of the network's synapses as executed, and relative to the ANN twin on the same samples; null without a network. */
  readonly millijoules: number | null;
  readonly shareOfAnn: AnnShares | null;
}

export function statisticsOf(counts: Counts, spec: FieldSpec): FrameStatistics {
  const { network } = spec;
  const energy = network && energyReport({ ...emptyCounts(), ...counts }, 1, network, featureInputs(spec));
  return {
    rays: counts.rays,
    samples: counts.samples,
    spikes: counts.spikes.reduce((a, b) => a + b, 0),
    neuron: network && network.neuron,
    millijoules: energy && energy.millijoulesPerImage.executed,
    shareOfAnn: energy && energy.shareOfAnn,
  };
}

function normalPixels(image: RenderedImage, camera: Camera): Uint8Array {
  const { normals } = surfaceOf(image, camera);
  return Uint8Array.from(normals, (value, i) =>
    isSurface(image.opacity[Math.floor(i / 3)]) ? Math.round((value * 0.5 + 0.5) * 255) : 255,
  );
}
