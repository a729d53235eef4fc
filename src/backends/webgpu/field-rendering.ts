/** What a field shows: rays and pictures, drawn in batches of which several are under way at a time. */
import { addCounts, emptyCounts, type Counts } from '../../engine/counts.ts';
import { emptyRendering } from '../../engine/rendered-rays.ts';
import type { PaintRequest, RenderedRays, RenderSettings } from '../../engine/backend.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { spaceOf } from '../../spaces/index.ts';
import type { Buffers } from '../../../renderer/wgsl/kernel.ts';
import { packView } from '../../../renderer/wgsl/uniforms.ts';
import { checkRays } from '../shared/check-step.ts';
import { NO_NUMBERS, type Call, type CallRunner, type ResultPiece } from './call-runner.ts';
import type { WebgpuDevice } from './device.ts';
import type { FieldKernels } from './field-kernels.ts';
import type { FieldSizes } from './field-plan.ts';
import { firstView, type FieldUploads } from './field-uploads.ts';

/** What is made of the rays of a rendering, batch by batch: `count` of them from the `first` on. */
interface Batches {
  /** What is read back of a batch. */
  results(count: number): readonly ResultPiece[];
  /** Where the directions that the network sees begin among the vectors of `count` rays. */
  firstView(count: number): number;
  upload(first: number, count: number): void;
  encode(pass: GPUComputePassEncoder, count: number, parts: number): void;
  take(first: number, count: number, bytes: ArrayBuffer, offset: number, counts: Counts): void;
}

/** Batches of rendered rays that are under way at a time. */
const BATCHES_UNDER_WAY = 8;

export interface RenderingParts {
  readonly sizes: Pick<FieldSizes, 'rays'>;
  readonly owner: WebgpuDevice;
  readonly buffers: Buffers;
  readonly kernels: FieldKernels;
  readonly calls: CallRunner;
  readonly uploads: FieldUploads;
}

export class FieldRendering {
  private readonly parts: RenderingParts;

  constructor(parts: RenderingParts) {
    this.parts = parts;
  }

  async renderRays(spec: FieldSpec, rays: Rays, settings: RenderSettings): Promise<RenderedRays> {
    checkRays(rays);
    const { kernels, uploads } = this.parts;
    const n = rays.count;
    const out = emptyRendering(n);
    await this.draw(spec, n, settings, {
      results: (count) => [
        { buffer: 'rendered', bytes: 24 * count },
        { buffer: 'raySpikes', bytes: 4 * count },
      ],
      firstView: (count) => firstView(rays, count),
      upload: (first, count) => uploads.rays(rays, first, count),
      encode: (pass, count, parts) => kernels.encodeRendering(pass, count, parts),
      take: (first, count, bytes, offset, counts) => {
        out.rgb.set(new Float32Array(bytes, offset, 3 * count), 3 * first);
        out.depth.set(new Float32Array(bytes, offset + 12 * count, count), first);
        out.opacity.set(new Float32Array(bytes, offset + 16 * count, count), first);
        out.samples.set(new Uint32Array(bytes, offset + 20 * count, count), first);
        out.spikes.set(new Uint32Array(bytes, offset + 24 * count, count), first);
        addCounts(out.counts, counts);
      },
    });
    return out;
  }

  /** Neither rays nor pixels leave the GPU: counts alone come back. */
  async paint(spec: FieldSpec, { camera, first: firstPixel, count: n, textures }: PaintRequest, settings: RenderSettings): Promise<Counts> {
    const { owner, buffers, kernels } = this.parts;
    const total = emptyCounts();
    const { similarity } = spaceOf(spec.space);
    if (similarity === null)
      throw new RangeError('The cameras of the world are none in this space; draw the rays of fieldRays (src/spaces).');
    owner.device.queue.writeBuffer(buffers['view'], 0, packView(similarity, camera, firstPixel));
    await this.draw(spec, n, settings, {
      results: () => [],
      firstView: (count) => count,
      upload: () => undefined,
      encode: (pass, count, parts) => kernels.encodePainting(pass, owner.device, textures, count, parts),
      take: (_first, _count, _bytes, _offset, counts) => {
        addCounts(total, counts);
      },
    });
    return total;
  }

  /** Draws `n` rays. */
  private async draw(
    spec: FieldSpec,
    n: number,
    settings: RenderSettings,
    { results, firstView, upload, encode, take }: Batches,
  ): Promise<void> {
    const { owner, buffers, calls } = this.parts;
    const most = this.parts.sizes.rays;
    const [backgroundR, backgroundG, backgroundB] = settings.background;
    const { weightThreshold = spec.weightThreshold, noiseSeed = 0 } = settings;
    const numbers = { ...NO_NUMBERS, backgroundR, backgroundG, backgroundB, weightThreshold, noiseSeed };
    const drawBatch = async (first: number): Promise<void> => {
      const count = Math.min(most, n - first);
      upload(first, count);
      const call: Call = {
        numbers: { ...numbers, rayCount: count, firstView: firstView(count), firstRay: first },
        cleared: [[buffers['raySpikes'], 4 * count]],
        results: results(count),
        encode: (pass, parts) => {
          encode(pass, count, parts);
        },
      };
      const done = await calls.run(call, ({ counts }, bytes, offset) => {
        take(first, count, bytes, offset, counts);
        return true;
      });
      if (done === null) await drawBatch(first);
    };
    await owner.run('rendering', async () => {
      for (let first = 0; first < n; first += BATCHES_UNDER_WAY * most) {
        const batches = Array.from({ length: BATCHES_UNDER_WAY }, (_, i) => first + i * most).filter((start) => start < n);
        await Promise.all(batches.map(drawBatch));
      }
    });
  }
}
