/**
 * A call is one submission: what a step or a batch of rendered rays needs, up to the few numbers that are read back at its end. The host learns
 * there how many parts the call needed (renderer/wgsl/work.ts); if it had encoded fewer, the GPU changed nothing and the call is made again.
 */
import type { Counts } from '../../engine/counts.ts';
import { BUFFER_USAGE, type Buffers } from '../../../renderer/wgsl/kernel.ts';
import { readStats, STATS } from '../../../renderer/wgsl/stats.ts';
import { stepStruct, type StepUniforms } from '../../../renderer/wgsl/uniforms.ts';
import { WORK, WORK_WORDS } from '../../../renderer/wgsl/work.ts';

export type CallNumbers = Omit<StepUniforms, 'parts'>;

/** What a call does not need is 0. */
export const NO_NUMBERS: CallNumbers = {
  rayCount: 0,
  firstView: 0,
  firstRay: 0,
  noiseSeed: 0,
  weightThreshold: 0,
  backgroundR: 0,
  backgroundG: 0,
  backgroundB: 0,
  photometricScale: 0,
  perSampleScale: 0,
  entropyScale: 0,
  distortionScale: 0,
  distortionStep: 0,
  spikeWeight1: 0,
  spikeWeight2: 0,
  surrogateAlpha: 0,
  densityVariation: 0,
  featureVariation: 0,
  denseVariation: 0,
  densityL1: 0,
  dropout: 0,
  teacherColourScale: 0,
  teacherPotentialScale: 0,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  densityRate: 0,
  featureRate: 0,
  networkRate: 0,
};

export interface Call {
  readonly numbers: CallNumbers;
  /** Buffers, and bytes of them, that have to be 0 at the beginning, besides `stats`. */
  readonly cleared: readonly (readonly [buffer: GPUBuffer, bytes: number])[];
  /** What is read back of which buffers. */
  readonly results: readonly ResultPiece[];
  /** All of the call's dispatches, for so many parts. */
  encode(pass: GPUComputePassEncoder, parts: number): void;
}

export interface ResultPiece {
  readonly buffer: string;
  readonly offset?: number;
  readonly bytes: number;
}

const HEADER: readonly ResultPiece[] = [
  { buffer: 'work', bytes: WORK_WORDS * 4 },
  { buffer: 'stats', bytes: STATS.length * 8 },
];
const HEADER_BYTES = bytesOf(HEADER);

export interface Counted {
  readonly counts: Counts;
  /** Spikes of each hidden layer but for those in gaps; counted in training, where there are gaps. */
  readonly shownSpikes: readonly number[];
}

export class CallRunner {
  private readonly device: GPUDevice;
  private readonly buffers: Buffers;
  /** Buffers to read back through that no call waits for. */
  private readonly idle: GPUBuffer[] = [];
  /** Parts that are encoded: as many as any call on this grid has needed. */
  private parts = 1;

  constructor(device: GPUDevice, buffers: Buffers) {
    this.device = device;
    this.buffers = buffers;
  }

  /** After the grid has changed. */
  forgetParts(): void {
    this.parts = 1;
  }

  dispose(): void {
    for (const staging of this.idle.splice(0)) staging.destroy();
  }

  /**
   * Submits a call at once, and gives what `use` makes of its counts and results; null if its parts did not suffice: then it has to be made
   * again, with all that was uploaded for it. Calls may overlap: they run one after the other.
   *
   * @param use must not keep the bytes
   */
  async run<T>(call: Call, use: (counted: Counted, results: ArrayBuffer, offset: number) => T): Promise<T | null> {
    const { parts } = this;
    const pieces = [...HEADER, ...call.results];
    const bytes = bytesOf(pieces);
    const staging = this.takeStaging(bytes);
    this.submit(call, parts, pieces, staging);
    await staging.mapAsync(1, 0, bytes);
    const mapped = staging.getMappedRange(0, bytes);
    const needed = new Uint32Array(mapped, 0, WORK_WORDS)[WORK.parts];
    const counted = countedIn(new Uint32Array(mapped, WORK_WORDS * 4, 2 * STATS.length), call.numbers.rayCount);
    const result = needed > parts ? null : use(counted, mapped, HEADER_BYTES);
    staging.unmap();
    this.idle.push(staging);
    this.parts = Math.max(this.parts, needed);
    return result;
  }

  private submit({ numbers, cleared, encode }: Call, parts: number, pieces: readonly ResultPiece[], staging: GPUBuffer): void {
    const { device, buffers } = this;
    device.queue.writeBuffer(buffers['step'], 0, stepStruct.pack({ ...numbers, parts }));
    const encoder = device.createCommandEncoder();
    encoder.clearBuffer(buffers['stats']);
    for (const [buffer, bytes] of cleared) encoder.clearBuffer(buffer, 0, bytes);
    const pass = encoder.beginComputePass();
    encode(pass, parts);
    pass.end();
    let target = 0;
    for (const { buffer, offset = 0, bytes } of pieces) {
      encoder.copyBufferToBuffer(buffers[buffer], offset, staging, target, bytes);
      target += bytes;
    }
    device.queue.submit([encoder.finish()]);
  }

  private takeStaging(bytes: number): GPUBuffer {
    const staging = this.idle.pop();
    if (staging !== undefined && staging.size >= bytes) return staging;
    staging?.destroy();
    return this.device.createBuffer({ label: 'results', size: bytes, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget });
  }
}

function bytesOf(pieces: readonly ResultPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

function countedIn(words: Uint32Array, rays: number): Counted {
  const { spikes1, spikes2, active1, active2, negative1, negative2, bits1, bits2, shownSpikes1, shownSpikes2, ...sums } = readStats(words);
  const layers = { spikes: [spikes1, spikes2], active: [active1, active2], negative: [negative1, negative2], bits: [bits1, bits2] };
  return { counts: { rays, ...sums, ...layers }, shownSpikes: [shownSpikes1, shownSpikes2] };
}
