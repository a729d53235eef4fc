/**
 * The kernels of a field, bound to its buffers, and the order in which a call runs them. All of it goes into one compute pass: each dispatch
 * sees what those before it wrote.
 */
import { bindKernel, type BoundText } from './kernels/bound-text.ts';
import { CAMERA_RAYS, cameraRays } from '../../../renderer/wgsl/camera-rays.ts';
import { compositeRays, RAYS_PER_WORKGROUP } from '../../../renderer/wgsl/composite-rays.ts';
import { planeCount } from '../../../renderer/wgsl/feature-planes.ts';
import { gatherEntry } from '../../../renderer/wgsl/gather.ts';
import type { Buffers, Kernel, KernelText, Textures } from '../../../renderer/wgsl/kernel.ts';
import { MARCH_RAYS, marchCount, marchWrite } from '../../../renderer/wgsl/march.ts';
import { beginPart, planParts } from '../../../renderer/wgsl/plan-parts.ts';
import { SHADE_PIXELS, shadePixels } from '../../../renderer/wgsl/shade-pixels.ts';
import type { DispatchEntry } from '../../../renderer/wgsl/work.ts';
import { weightUpdate, weightWorkgroups } from './kernels/adam.ts';
import { compositeLoss, LOSS_RAYS, sumLosses } from './kernels/composite-loss.ts';
import { leapPass, leapDispatch } from './kernels/leap-map.ts';
import { refreshDispatch, refreshOccupancy } from './kernels/refresh-occupancy.ts';
import { sortEntry } from './kernels/sort-samples.ts';
import type { StageDispatch, TrainingStages } from './representations/representation.ts';
import { voxelCount, type GridSpec } from '../../geometry/grid.ts';
import type { PictureTextures } from '../../engine/backend.ts';
import type { FieldSizes } from './field-plan.ts';
import type { NetworkModule } from './network/interface.ts';
import type { TeacherModule } from './network/teacher.ts';

export interface FieldOptions {
  /** The network counts rows that include gaps. */
  readonly withRows: boolean;
  /** Inputs are normalised by the range of all samples, which a step has to find first. */
  readonly ranged: boolean;
  /** The device has them. */
  readonly subgroups: boolean;
  /** DISPATCH_WIDTH; tests have a smaller one. */
  readonly dispatchWidth: number;
}

/** Indirect dispatches of a part, in the order of `dispatch`. */
export function dispatchEntries(sizes: FieldSizes): DispatchEntry[] {
  const { representation, planeFormat, teacherVoxels, channels } = sizes;
  return [
    { name: 'march', of: 'partRays', times: 1, per: MARCH_RAYS },
    representation.gather(sizes).entry,
    { name: 'composite', of: 'partRays', times: 1, per: RAYS_PER_WORKGROUP },
    { name: 'loss', of: 'partRays', times: 1, per: LOSS_RAYS },
    sortEntry,
    ...(teacherVoxels > 0 ? [{ ...gatherEntry(planeCount(channels, planeFormat)), name: 'teacher' }] : []),
  ];
}

/** Stages of training, by phase; their kernels have the names PHASE0, PHASE1, ... */
type Phase = Exclude<keyof TrainingStages, 'gradients'>;
const PHASES: readonly Phase[] = ['resample', 'rearrange', 'pointDensities', 'touchAll', 'collect', 'update', 'updateVaried', 'finish'];

/** All kernels of a field by a name of their own. Here a test finds every variant to compile. */
export function fieldKernelTexts(sizes: FieldSizes, { withRows, subgroups, dispatchWidth }: FieldOptions): Map<string, BoundText> {
  const texts = new Map<string, BoundText>();
  const add = (name: string, text: KernelText, aliases: BoundText['aliases'] = {}): void => void texts.set(name, { text, aliases });
  const hasNetwork = sizes.width > 0;
  const { representation } = sizes;
  const density = representation.density(sizes);
  add('leap-x', leapPass(0), { source: 'leapScratch', distances: 'leap' });
  add('leap-y', leapPass(1), { source: 'leap', distances: 'leapScratch' });
  add('leap-z', leapPass(2), { source: 'leapScratch', distances: 'leap' });
  add('marchCount', marchCount(density, withRows, sizes.contracted, subgroups));
  add('planParts', planParts(sizes.partSamples, withRows));
  add('beginPart', beginPart(dispatchEntries(sizes), dispatchWidth));
  add('marchRendering', marchWrite(density, false, sizes.contracted));
  representation.gather(sizes).kernels.forEach((text, i) => {
    add(`gather${i}`, text, hasNetwork ? {} : { sampleFeatures: 'logits' });
  });
  add('compositeRays', compositeRays);
  add('cameraRays', cameraRays);
  add('shadePixels', shadePixels);
  if (!sizes.training) return texts;
  const refreshed = { occupancy: 'leapScratch', density: representation.pointDensities };
  add('refreshOccupancy', refreshOccupancy(false), refreshed);
  add('scaleOccupancy', refreshOccupancy(true), refreshed);
  add('marchTraining', marchWrite(density, true, sizes.contracted));
  add('compositeLoss', compositeLoss(sizes.contracted), hasNetwork ? {} : { logitGradients: 'featureGradients0' });
  add('sumLosses', sumLosses);
  const stages = representation.stages(sizes, dispatchWidth);
  for (const phase of PHASES) stages[phase].forEach((stage, i) => texts.set(`${phase}${i}`, stage));
  if (hasNetwork) add('weights', weightUpdate(sizes.weightFloats, (sizes.parts[0] + sizes.parts[1]) * sizes.width));
  return texts;
}

export async function createFieldKernels(
  device: GPUDevice,
  sizes: FieldSizes,
  buffers: Buffers,
  tables: Textures,
  options: FieldOptions,
  network: NetworkModule | null,
): Promise<FieldKernels> {
  const texts = [...fieldKernelTexts(sizes, options)];
  const kernels = await Promise.all(texts.map(async ([name, bound]) => [name, await bindKernel(device, bound, buffers, tables)] as const));
  return new FieldKernels(new Map(kernels), buffers, sizes, options, network);
}

export class FieldKernels {
  private readonly kernels: ReadonlyMap<string, Kernel>;
  private readonly buffers: Buffers;
  private readonly sizes: FieldSizes;
  private readonly options: FieldOptions;
  private readonly network: NetworkModule | null;
  private readonly entries: readonly string[];
  private readonly stages: TrainingStages;

  constructor(
    kernels: ReadonlyMap<string, Kernel>,
    buffers: Buffers,
    sizes: FieldSizes,
    options: FieldOptions,
    network: NetworkModule | null,
  ) {
    this.kernels = kernels;
    this.buffers = buffers;
    this.sizes = sizes;
    this.options = options;
    this.network = network;
    this.entries = dispatchEntries(sizes).map(({ name }) => name);
    this.stages = sizes.representation.stages(sizes, options.dispatchWidth);
  }

  encodeRefresh(pass: GPUComputePassEncoder, grid: GridSpec): void {
    this.runPhase(pass, 'pointDensities', grid);
    this.makeOccupancy(pass, 'refreshOccupancy', grid);
  }

  /**
   * From `fromGrid` to `grid`: every parameter that changes by way of the buffer of its first moment, then the occupancy, refreshed. Moments
   * are 0.
   */
  encodeScaling(encoder: GPUCommandEncoder, grid: GridSpec): void {
    const { buffers } = this;
    const pass = encoder.beginComputePass();
    this.runPhase(pass, 'resample', grid);
    pass.end();
    const resampled = this.stages.resample.map(({ aliases }) => aliases.source);
    for (const name of resampled) encoder.copyBufferToBuffer(buffers[`${name}M`], 0, buffers[name], 0, buffers[name].size);
    for (const name of [...this.parameters, ...(this.network ? ['weights'] : [])])
      for (const moment of ['M', 'V']) encoder.clearBuffer(buffers[`${name}${moment}`]);
    const after = encoder.beginComputePass();
    this.runPhase(after, 'pointDensities', grid);
    this.makeOccupancy(after, 'scaleOccupancy', grid);
    after.end();
  }

  /** The representation's parameters and moments are 0, every point of the grid exists. */
  encodeReset(encoder: GPUCommandEncoder): void {
    for (const name of this.parameters) for (const moment of ['', 'M', 'V']) encoder.clearBuffer(this.buffers[`${name}${moment}`]);
    encoder.clearBuffer(this.buffers['leap']);
  }

  /** Where other points can exist on the same grid: moves what both fields have, zeros in place of what is new. */
  encodeRearranging(encoder: GPUCommandEncoder, grid: GridSpec): void {
    this.stages.rearrange.forEach(({ aliases: { moved, copied }, over }, i) => {
      encoder.copyBufferToBuffer(this.buffers[moved], 0, this.buffers[copied], 0, this.buffers[moved].size);
      const pass = encoder.beginComputePass();
      this.runStage(pass, this.kernel(`rearrange${i}`), over, grid);
      pass.end();
    });
  }

  private get parameters(): string[] {
    return this.sizes.representation.buffers(this.sizes).map(({ name }) => name);
  }

  private makeOccupancy(pass: GPUComputePassEncoder, kernel: 'refreshOccupancy' | 'scaleOccupancy', grid: GridSpec): void {
    const voxels = voxelCount(grid);
    this.kernel(kernel).run(pass, ...refreshDispatch(voxels));
    this.encodeLeapMap(pass, voxels);
  }

  /** Makes the leap map of the occupancy in `leapScratch`. */
  encodeLeapMap(pass: GPUComputePassEncoder, voxels: number): void {
    for (const axis of ['x', 'y', 'z']) this.kernel(`leap-${axis}`).run(pass, ...leapDispatch(voxels));
  }

  encodeRendering(pass: GPUComputePassEncoder, rays: number, parts: number): void {
    this.network?.encodeBegin(pass);
    this.encodePlan(pass, rays);
    for (let part = 0; part < parts; part++) {
      this.encodeSamples(pass, 'marchRendering');
      this.network?.encodeForward(pass, true);
      this.runPart(pass, 'compositeRays', 'composite');
    }
  }

  /** The same from the camera in `view` to the pixels of textures. */
  encodePainting(pass: GPUComputePassEncoder, device: GPUDevice, { colours, depths }: PictureTextures, rays: number, parts: number): void {
    this.kernel('cameraRays').run(pass, Math.ceil(rays / CAMERA_RAYS));
    this.encodeRendering(pass, rays, parts);
    this.kernel('shadePixels').runOnto(pass, device, { colours, depths }, Math.ceil(rays / SHADE_PIXELS));
  }

  /**
   * Forward and backward; then gradients of the weights lie in `networkGradients`, and those of the representation where its stages find them.
   *
   * @param everywhere whether total variation acts on all of the grid, whatever the rays meet
   * @param teacher if the loss asks one
   */
  encodeStep(
    pass: GPUComputePassEncoder,
    rays: number,
    parts: number,
    { grid, everywhere, teacher }: { grid: GridSpec; everywhere: boolean; teacher: TeacherModule | null },
  ): void {
    const { network } = this;
    network?.encodeBegin(pass);
    teacher?.encodeBegin(pass);
    this.encodePlan(pass, rays);
    if (network !== null && this.options.ranged) {
      for (let part = 0; part < parts; part++) {
        this.encodeSamples(pass, 'marchTraining');
        network.encodeRange(pass);
      }
    }
    for (let part = 0; part < parts; part++) {
      this.encodeSamples(pass, 'marchTraining');
      network?.encodeForward(pass, false);
      this.runPart(pass, 'compositeLoss', 'loss');
      teacher?.encodePart(pass, (kernel) => this.runEntry(pass, kernel, 'teacher'));
      network?.encodeBackward(pass);
    }
    network?.encodeGradients(pass);
    this.kernel('sumLosses').run(pass, 1);
    if (everywhere) this.runPhase(pass, 'touchAll', grid);
    teacher?.encodeErrors(pass);
    this.runPhase(pass, 'collect', grid);
  }

  /** Adam on the representation and the weights. */
  encodeUpdate(pass: GPUComputePassEncoder, grid: GridSpec, varied: boolean): void {
    this.runPhase(pass, varied ? 'updateVaried' : 'update', grid);
    if (this.network) this.kernel('weights').run(pass, weightWorkgroups(this.sizes.weightFloats));
  }

  /** The end of every step. */
  encodeFinish(pass: GPUComputePassEncoder, grid: GridSpec): void {
    this.runPhase(pass, 'finish', grid);
  }

  runStage(pass: GPUComputePassEncoder, kernel: Kernel, over: StageDispatch, grid: GridSpec): void {
    if (over === 'densitySamples') this.runEntry(pass, kernel, sortEntry.name);
    else if (over === 'touchedVoxels') kernel.runIndirect(pass, this.buffers['voxelDispatch'], 0);
    else kernel.run(pass, ...over(grid));
  }

  private runPhase(pass: GPUComputePassEncoder, phase: Phase, grid: GridSpec): void {
    this.stages[phase].forEach(({ over }, i) => {
      this.runStage(pass, this.kernel(`${phase}${i}`), over, grid);
    });
  }

  private encodePlan(pass: GPUComputePassEncoder, rays: number): void {
    this.kernel('marchCount').run(pass, Math.ceil(rays / MARCH_RAYS));
    this.kernel('planParts').run(pass, 1);
  }

  /** The next part, after the last the first again: its samples, and their features. */
  private encodeSamples(pass: GPUComputePassEncoder, march: string): void {
    this.kernel('beginPart').run(pass, 1);
    this.runPart(pass, march, 'march');
    this.sizes.representation.gather(this.sizes).kernels.forEach((_, i) => {
      this.runPart(pass, `gather${i}`, 'gather');
    });
  }

  private runPart(pass: GPUComputePassEncoder, name: string, entry: string): void {
    this.runEntry(pass, this.kernel(name), entry);
  }

  private runEntry(pass: GPUComputePassEncoder, kernel: Kernel, entry: string): void {
    kernel.runIndirect(pass, this.buffers['dispatch'], this.entries.indexOf(entry));
  }

  private kernel(name: string): Kernel {
    return this.kernels.get(name)!;
  }
}
