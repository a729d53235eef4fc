/**
 * Values at the points of a lattice: the density in one buffer, features in planes (renderer/wgsl/feature-planes.ts) of some channels each. A voxel adds
 * up its gradient from the samples of the cells around it, for which a step's samples are sorted by cell. Where points lie in the buffers, and which
 * exist, is the layout's.
 */
import { placeOfPlane, planeBytes } from '../../../../renderer/wgsl/feature-planes.ts';
import { gatherEntry, gatherFeatures } from '../../../../renderer/wgsl/gather.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridDensity } from '../../../../renderer/wgsl/march.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import { applyDensity, applyFeatures, densityUpdate, featureUpdate, type LearningPoints } from '../kernels/adam.ts';
import {
  binSamples,
  clearCells,
  fillCells,
  placeCells,
  planVoxels,
  sortSamples,
  touchDispatch,
  touchVoxels,
  VOXEL_LIST_HEADER,
} from '../kernels/sort-samples.ts';
import type {
  GridSizes,
  ParameterBuffer,
  PlacedField,
  ScratchBuffer,
  Stage,
  StageDispatch,
  TrainingStages,
  WebgpuRepresentation,
} from './representation.ts';

/** Which points there are, and where. */
export interface GridLayout extends LearningPoints {
  /** Address of the first point of a field, and how many there are. */
  readonly first: number;
  count(field: PlacedField): number;
  /** The most that there are on a grid. */
  most(sizes: GridSizes, grid: PlacedField['grid']): number;
}

type GridRepresentation = Omit<WebgpuRepresentation, 'points' | 'tables' | 'needs' | 'smaller'>;

export const grids = (layout: GridLayout): GridRepresentation => ({
  rates: layout.rates,
  buffers: gridBuffers,
  scratch: (sizes) => {
    const { points, densitySamples, totalVariation } = sizes;
    return {
      cells: { bytes: points * 8 },
      voxelMarks: { bytes: points * 4 },
      voxelList: { bytes: (points + VOXEL_LIST_HEADER) * 4, cleared: 4 * VOXEL_LIST_HEADER },
      voxelDispatch: { bytes: 12, indirect: true },
      numbers: { bytes: densitySamples * 4 },
      segments: { bytes: densitySamples * 4 },
      sortedPlaces: { bytes: densitySamples * 16 },
      sortedGradients: { bytes: densitySamples * 4 },
      ...(totalVariation ? { gridGradient: { bytes: largestBuffer(sizes) } } : {}),
    } satisfies Record<string, ScratchBuffer>;
  },
  place: ({ channels, planeFormat, ...sizes }, field, parameter) => {
    const rows = layout.count(field);
    if (parameter === DENSITY) {
      const slice = { buffer: 'density', first: layout.first, stride: 1, half: false, from: 0, to: 1 };
      return { rows, columns: 1, slices: [slice] };
    }
    if (parameter !== FEATURES) return null;
    const slices = planesOf(sizes)
      .map((plane) => ({
        buffer: `features${plane}`,
        first: layout.first * planeFormat.channels,
        stride: planeFormat.channels,
        half: planeFormat.half,
        from: planeFormat.channels * plane,
        to: Math.min(planeFormat.channels * (plane + 1), channels),
      }))
      .filter(({ from, to }) => from < to);
    return { rows, columns: channels, slices };
  },
  density: () => gridDensity(layout.addresses),
  pointDensities: 'density',
  gather: ({ planeFormat, planes }) => ({ kernels: gatherFeatures(layout.addresses, planeFormat, planes), entry: gatherEntry(planes) }),
  featureGradients: 'by vector',
  stages: (sizes, dispatchWidth) => {
    const parts = [densityStages(layout), ...planesOf(sizes).map((plane) => planeStages(layout, sizes, plane))];
    const stage = (text: KernelText, over: StageDispatch): Stage => ({ text, aliases: {}, over });
    const sorting = [binSamples, placeCells, fillCells, sortSamples].map((text) => stage(text(layout.addresses), 'densitySamples'));
    const touched = stage(touchVoxels(layout.addresses), (grid) => touchDispatch(layout.most(sizes, grid)));
    return {
      resample: [],
      rearrange: [],
      pointDensities: [],
      touchAll: sizes.totalVariation ? [touched] : [],
      collect: [...sorting, stage(planVoxels(dispatchWidth), () => [1, 1])],
      gradients: parts.flatMap(({ gradients }) => gradients),
      update: parts.flatMap(({ update }) => update),
      updateVaried: sizes.totalVariation ? parts.flatMap(({ updateVaried }) => updateVaried) : [],
      finish: [stage(clearCells, 'touchedVoxels')],
    };
  },
});

function gridBuffers({ points, planeFormat, ...sizes }: GridSizes): ParameterBuffer[] {
  return [
    { name: 'density', bytes: points * 4 },
    ...planesOf(sizes).map((plane) => ({ name: `features${plane}`, bytes: planeBytes(planeFormat, points) })),
  ];
}

export function largestBuffer(sizes: GridSizes): number {
  return Math.max(...gridBuffers(sizes).map(({ bytes }) => bytes));
}

type PartStages = Pick<TrainingStages, 'gradients' | 'update' | 'updateVaried'>;

function densityStages(points: LearningPoints): PartStages {
  return partStages('density', {
    update: densityUpdate(points, 'adam'),
    write: densityUpdate(points, 'write'),
    apply: applyDensity(points),
  });
}

function planeStages(points: LearningPoints, { planeFormat: { channels } }: GridSizes, plane: number): PartStages {
  const { vector, components } = placeOfPlane(plane, channels);
  return partStages(
    `features${plane}`,
    {
      update: featureUpdate(points, 'adam', channels, components),
      write: featureUpdate(points, 'write', channels, components),
      apply: applyFeatures(points, channels),
    },
    { sampleGradients: `featureGradients${vector}` },
  );
}

/** @param source what the sums are of, where it is not the density's gradients */
function partStages(
  name: string,
  texts: Readonly<Record<'update' | 'write' | 'apply', KernelText>>,
  source: Readonly<Record<string, string>> = {},
): PartStages {
  const moments = { parameter: name, m: `${name}M`, v: `${name}V` };
  const written = (gradient: string): Stage => touched(texts.write, { parameter: name, gradient, ...source });
  return {
    update: [touched(texts.update, { ...moments, ...source })],
    gradients: [written(`${name}Gradient`)],
    updateVaried: [written('gridGradient'), touched(texts.apply, { ...moments, gradient: 'gridGradient' })],
  };
}

function touched(text: KernelText, aliases: Readonly<Record<string, string>>): Stage {
  return { text, aliases, over: 'touchedVoxels' };
}

export function planesOf({ planes }: Pick<GridSizes, 'planes'>): number[] {
  return Array.from({ length: planes }, (_, plane) => plane);
}
