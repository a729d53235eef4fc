/**
 * A call is one submission: what a step or a batch of rendered rays needs, up to the few numbers that are read back at its end. The host learns
 * there how many parts the call needed (renderer/wgsl/work.ts); if it had encoded fewer, the GPU changed nothing and the call is made again.
 */
import { BUFFER_USAGE, type Buffers } from '../../../renderer/wgsl/kernel.ts';
import { readStats, STATS } from '../../../renderer/wgsl/stats.ts';
import { stepStruct, type StepUniforms } from '../../../renderer/wgsl/uniforms.ts';
import { WORK, WORK_WORDS } from '../../../renderer/wgsl/work.ts';
import type { Counts } from '../backend.ts';
import type { WebgpuDevice } from './device.ts';
import type { FieldSizes } from './field-plan.ts';

export interface CallResult {
  readonly counts: Counts;
  /** Training: squared error, per-sample error, entropy, teacher's terms. */
  readonly lossSums: Float32Array;
  /** Training: sums for the neurons' parameters of both layers. */
  readonly neuronGradients: Float32Array;
  /** Training: sums of the potentials of both layers, [2 W]. */
  readonly potentialSums: Float32Array;
  /** Rendering: the buffers `rendered` and `raySpikes`. */
  readonly rendered: ArrayBuffer;
}

/** A buffer of which some bytes are read back. */
interface Piece {
  readonly buffer: string;
  readonly offset: number;
  readonly bytes: number;
}

export class CallRunner {
  private readonly owner: WebgpuDevice;
  private readonly buffers: Buffers;
  private readonly sizes: FieldSizes;
  private readonly staging: GPUBuffer;
  /** Parts that are encoded: as many as any call on this grid has needed. */
  private parts = 1;

  constructor(owner: WebgpuDevice, buffers: Buffers, sizes: FieldSizes) {
    this.owner = owner;
    this.buffers = buffers;
    this.sizes = sizes;
    const most = Math.max(...[trainingPieces(sizes), renderingPieces(sizes.rays)].map(bytesOf));
    this.staging = owner.device.createBuffer({ label: 'results', size: most, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget });
  }

  /** After the grid has changed. */
  forgetParts(): void {
    this.parts = 1;
  }

  dispose(): void {
    this.staging.destroy();
  }

  /**
   * @param what for messages
   * @param encode all of the call's dispatches, for so many parts
   */
  run(
    what: string,
    step: Omit<StepUniforms, 'parts'>,
    rendering: boolean,
    encode: (pass: GPUComputePassEncoder, parts: number) => void,
  ): Promise<CallResult> {
    return this.owner.run(what, async () => {
      for (;;) {
        const pieces = rendering ? renderingPieces(step.rayCount) : trainingPieces(this.sizes);
        this.submit({ ...step, parts: this.parts }, pieces, rendering, encode);
        const bytes = await this.readBack(bytesOf(pieces));
        const needed = new Uint32Array(bytes, 0, WORK_WORDS)[WORK.parts];
        if (needed <= this.parts) return this.resultOf(bytes, step.rayCount, rendering);
        this.parts = needed;
      }
    });
  }

  private submit(
    step: StepUniforms,
    pieces: readonly Piece[],
    rendering: boolean,
    encode: (pass: GPUComputePassEncoder, parts: number) => void,
  ): void {
    const { device } = this.owner;
    device.queue.writeBuffer(this.buffers['step'], 0, stepStruct.pack(step));
    const encoder = device.createCommandEncoder();
    encoder.clearBuffer(this.buffers['stats']);
    if (rendering) encoder.clearBuffer(this.buffers['raySpikes'], 0, step.rayCount * 4);
    else encoder.clearBuffer(this.buffers['voxelList'], 0, 8);
    const pass = encoder.beginComputePass();
    encode(pass, step.parts);
    pass.end();
    let target = 0;
    for (const { buffer, offset, bytes } of pieces) {
      encoder.copyBufferToBuffer(this.buffers[buffer], offset, this.staging, target, bytes);
      target += bytes;
    }
    device.queue.submit([encoder.finish()]);
  }

  private async readBack(bytes: number): Promise<ArrayBuffer> {
    await this.staging.mapAsync(1, 0, bytes);
    const copy = this.staging.getMappedRange(0, bytes).slice(0);
    this.staging.unmap();
    return copy;
  }

  private resultOf(bytes: ArrayBuffer, rays: number, rendering: boolean): CallResult {
    const { neuronFloats, width } = this.sizes;
    const counts = countsOf(new Uint32Array(bytes, WORK_WORDS * 4, 2 * STATS.length), rays);
    const floats = new Float32Array(bytes, HEADER_BYTES);
    if (rendering) return { counts, lossSums: NONE, neuronGradients: NONE, potentialSums: NONE, rendered: bytes.slice(HEADER_BYTES) };
    return {
      counts,
      lossSums: floats.subarray(0, LOSS_SUMS),
      neuronGradients: floats.subarray(LOSS_SUMS, LOSS_SUMS + 2 * neuronFloats),
      potentialSums: floats.subarray(LOSS_SUMS + 2 * neuronFloats, LOSS_SUMS + 2 * neuronFloats + 2 * width),
      rendered: bytes.slice(0, 0),
    };
  }
}

/** Floats of the buffer `lossSums`. */
export const LOSS_SUMS = 8;
const HEADER_BYTES = WORK_WORDS * 4 + STATS.length * 8;
const NONE = new Float32Array(0);

const header: readonly Piece[] = [
  { buffer: 'work', offset: 0, bytes: WORK_WORDS * 4 },
  { buffer: 'stats', offset: 0, bytes: STATS.length * 8 },
];

function trainingPieces({ training, width, weightFloats, neuronFloats }: FieldSizes): Piece[] {
  if (!training) return [];
  const pieces = [...header, { buffer: 'lossSums', offset: 0, bytes: LOSS_SUMS * 4 }];
  if (width === 0) return pieces;
  pieces.push({ buffer: 'networkGradients', offset: weightFloats * 4, bytes: neuronFloats * 8 });
  pieces.push({ buffer: 'potentialSums', offset: 0, bytes: width * 8 });
  return pieces.filter(({ bytes }) => bytes > 0);
}

function renderingPieces(rays: number): Piece[] {
  return [...header, { buffer: 'rendered', offset: 0, bytes: rays * 24 }, { buffer: 'raySpikes', offset: 0, bytes: rays * 4 }];
}

function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

function countsOf(words: Uint32Array, rays: number): Counts {
  const { spikes1, spikes2, active1, active2, negative1, negative2, ...sums } = readStats(words);
  return { rays, ...sums, spikes: [spikes1, spikes2], active: [active1, active2], negative: [negative1, negative2] };
}
