/**
 * The kernels of a field, bound to its buffers, and the order in which a call runs them. All of it goes into one compute pass: each dispatch
 * sees what those before it wrote.
 */
import { bindKernel, type BoundText } from './kernels/bound-text.ts';
import { CAMERA_RAYS, cameraRays } from '../../../renderer/wgsl/camera-rays.ts';
import { compositeRays, RAYS_PER_WORKGROUP } from '../../../renderer/wgsl/composite-rays.ts';
import { gatherEntry } from '../../../renderer/wgsl/gather.ts';
import type { Buffers, Kernel, KernelText } from '../../../renderer/wgsl/kernel.ts';
import { MARCH_RAYS } from '../../../renderer/wgsl/march.ts';
import { beginPart, planParts } from '../../../renderer/wgsl/plan-parts.ts';
import { SHADE_PIXELS, shadePixels } from '../../../renderer/wgsl/shade-pixels.ts';
import type { DispatchEntry } from '../../../renderer/wgsl/work.ts';
import { weightUpdate, weightWorkgroups } from './kernels/adam.ts';
import { compositeLoss, LOSS_RAYS, sumLosses } from './kernels/composite-loss.ts';
import { leapPass, leapDispatch } from './kernels/leap-map.ts';
import { refreshDispatch } from './kernels/refresh-occupancy.ts';
import { resampleDispatch } from './kernels/scale-grid.ts';
import {
  binSamples,
  clearCells,
  fillCells,
  placeCells,
  planVoxels,
  sortEntry,
  sortSamples,
  touchVoxels,
  touchDispatch,
} from './kernels/sort-samples.ts';
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
export function dispatchEntries({ planes }: FieldSizes): DispatchEntry[] {
  return [
    { name: 'march', of: 'partRays', times: 1, per: MARCH_RAYS },
    gatherEntry(planes),
    { name: 'composite', of: 'partRays', times: 1, per: RAYS_PER_WORKGROUP },
    { name: 'loss', of: 'partRays', times: 1, per: LOSS_RAYS },
    sortEntry,
  ];
}

/** All kernels of a field by a name of their own. Here a test finds every variant to compile. */
export function fieldKernelTexts(sizes: FieldSizes, { withRows, subgroups, dispatchWidth }: FieldOptions): Map<string, BoundText> {
  const texts = new Map<string, BoundText>();
  const add = (name: string, text: KernelText, aliases: BoundText['aliases'] = {}): void => void texts.set(name, { text, aliases });
  const hasNetwork = sizes.width > 0;
  const { representation } = sizes;
  add('leap-x', leapPass(0), { source: 'leapScratch', distances: 'leap' });
  add('leap-y', leapPass(1), { source: 'leap', distances: 'leapScratch' });
  add('leap-z', leapPass(2), { source: 'leapScratch', distances: 'leap' });
  add('marchCount', representation.marchCount(withRows, sizes.contracted, subgroups));
  add('planParts', planParts(sizes.partSamples, withRows));
  add('beginPart', beginPart(dispatchEntries(sizes), dispatchWidth));
  add('marchRendering', representation.marchWrite(false, sizes.contracted));
  representation.gather(sizes).forEach((text, i) => {
    add(`gather${i}`, text, hasNetwork ? {} : { sampleFeatures: 'logits' });
  });
  add('compositeRays', compositeRays);
  add('cameraRays', cameraRays);
  add('shadePixels', shadePixels);
  if (!sizes.training) return texts;
  add('refreshOccupancy', representation.refreshOccupancy(false), { occupancy: 'leapScratch' });
  add('scaleOccupancy', representation.refreshOccupancy(true), { occupancy: 'leapScratch' });
  const buffers = representation.buffers(sizes);
  for (const { name, resample } of buffers) texts.set(`${name}-resample`, resample);
  add('marchTraining', representation.marchWrite(true, sizes.contracted));
  add('compositeLoss', compositeLoss(sizes.contracted), hasNetwork ? {} : { logitGradients: 'featureGradients0' });
  add('sumLosses', sumLosses);
  for (const text of [binSamples, placeCells, fillCells, sortSamples, planVoxels(dispatchWidth), clearCells]) add(text.name, text);
  for (const { name, update } of buffers) texts.set(name, update);
  if (sizes.totalVariation) {
    add('touchVoxels', touchVoxels);
    for (const { name, write, apply } of buffers) {
      add(`${name}-write`, write.text, { ...write.aliases, gradient: 'gridGradient' });
      add(`${name}-apply`, apply.text, { ...apply.aliases, gradient: 'gridGradient' });
    }
  }
  if (hasNetwork) add('weights', weightUpdate(sizes.weightFloats));
  return texts;
}

export async function createFieldKernels(
  device: GPUDevice,
  sizes: FieldSizes,
  buffers: Buffers,
  options: FieldOptions,
  network: NetworkModule | null,
): Promise<FieldKernels> {
  const texts = [...fieldKernelTexts(sizes, options)];
  const kernels = await Promise.all(texts.map(async ([name, bound]) => [name, await bindKernel(device, bound, buffers)] as const));
  return new FieldKernels(new Map(kernels), buffers, sizes, options, network);
}

export class FieldKernels {
  private readonly kernels: ReadonlyMap<string, Kernel>;
  private readonly buffers: Buffers;
  private readonly sizes: FieldSizes;
  private readonly options: FieldOptions;
  private readonly network: NetworkModule | null;
  private readonly entries: readonly string[];

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
  }

  /** On a grid of so many voxels. */
  encodeRefresh(pass: GPUComputePassEncoder, voxels: number): void {
    this.kernel('refreshOccupancy').run(pass, ...refreshDispatch(voxels));
    this.encodeLeapMap(pass, voxels);
  }

  /**
   * From `fromGrid` to `grid`, of so many voxels: every plane by way of the buffer of its first moment, then the occupancy, refreshed. Moments
   * are 0.
   */
  encodeScaling(encoder: GPUCommandEncoder, voxels: number): void {
    const { buffers, sizes } = this;
    const pass = encoder.beginComputePass();
    for (const { name } of sizes.representation.buffers(sizes)) this.kernel(`${name}-resample`).run(pass, ...resampleDispatch(voxels));
    pass.end();
    for (const { name } of sizes.representation.buffers(sizes))
      encoder.copyBufferToBuffer(buffers[`${name}M`], 0, buffers[name], 0, buffers[name].size);
    const moments = [...sizes.representation.buffers(sizes).map(({ name }) => name), ...(this.network ? ['weights'] : [])].flatMap(
      (name) => [`${name}M`, `${name}V`],
    );
    for (const name of moments) encoder.clearBuffer(buffers[name]);
    const after = encoder.beginComputePass();
    this.kernel('scaleOccupancy').run(after, ...refreshDispatch(voxels));
    this.encodeLeapMap(after, voxels);
    after.end();
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
   * Forward and backward; then the samples lie sorted by cell, and gradients of the weights in `networkGradients`.
   *
   * @param touched voxels that count as touched whatever the rays do: all, or 0
   * @param teacher if the loss asks one
   */
  encodeStep(pass: GPUComputePassEncoder, rays: number, parts: number, touched: number, teacher: TeacherModule | null): void {
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
      teacher?.encodePart(pass, (kernel) => this.runEntry(pass, kernel, 'gather'));
      network?.encodeBackward(pass);
    }
    network?.encodeGradients(pass);
    this.kernel('sumLosses').run(pass, 1);
    if (touched > 0) this.kernel('touchVoxels').run(pass, ...touchDispatch(touched));
    teacher?.encodeErrors(pass);
    for (const name of ['binSamples', 'placeCells', 'fillCells', 'sortSamples']) this.runPart(pass, name, 'sort');
    this.kernel('planVoxels').run(pass, 1);
  }

  /** Adam on touched voxels and weights. */
  encodeUpdate(pass: GPUComputePassEncoder, varied: boolean): void {
    for (const { name } of this.sizes.representation.buffers(this.sizes))
      for (const kernel of varied ? [`${name}-write`, `${name}-apply`] : [name]) this.runTouched(pass, this.kernel(kernel));
    if (this.network) this.kernel('weights').run(pass, weightWorkgroups(this.sizes.weightFloats));
  }

  runTouched(pass: GPUComputePassEncoder, kernel: Kernel): void {
    kernel.runIndirect(pass, this.buffers['voxelDispatch'], 0);
  }

  /** The end of every step. */
  encodeClear(pass: GPUComputePassEncoder): void {
    this.runTouched(pass, this.kernel('clearCells'));
  }

  private encodePlan(pass: GPUComputePassEncoder, rays: number): void {
    this.kernel('marchCount').run(pass, Math.ceil(rays / MARCH_RAYS));
    this.kernel('planParts').run(pass, 1);
  }

  /** The next part, after the last the first again: its samples, and their features. */
  private encodeSamples(pass: GPUComputePassEncoder, march: string): void {
    this.kernel('beginPart').run(pass, 1);
    this.runPart(pass, march, 'march');
    this.sizes.representation.gather(this.sizes).forEach((_, i) => {
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
