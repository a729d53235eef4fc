/**
 * Times every dispatch of a device with timestamp queries: each becomes a compute pass of its own. Installed from outside, so that the engine
 * knows nothing of it; a profiled step is a little slower than a real one, and only the shares of its kernels are of interest.
 */

/** Two timestamps a dispatch. */
const MOST_DISPATCHES = 2048;

export interface KernelTime {
  readonly name: string;
  readonly dispatches: number;
  readonly microseconds: number;
}

export class PassProfiler {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readable: GPUBuffer;
  #names: string[] = [];

  /** @param device with the feature timestamp-query; from now on all its compute passes are timed */
  constructor(device: GPUDevice) {
    this.#device = device;
    const size = MOST_DISPATCHES * 2 * BigUint64Array.BYTES_PER_ELEMENT;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: MOST_DISPATCHES * 2 });
    this.#resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.#readable = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    const createCommandEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const encoder = createCommandEncoder(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => this.#splitPass(begin);
      return encoder;
    };
  }

  /** Times of all dispatches since the last call, by the label of their pipelines, longest first. */
  async take(): Promise<KernelTime[]> {
    const names = this.#names;
    this.#names = [];
    if (names.length === 0) return [];
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, names.length * 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readable, 0, names.length * 16);
    this.#device.queue.submit([encoder.finish()]);
    await this.#readable.mapAsync(GPUMapMode.READ);
    const nanoseconds = new BigUint64Array(this.#readable.getMappedRange(0, names.length * 16).slice(0));
    this.#readable.unmap();
    const times = new Map<string, { dispatches: number; microseconds: number }>();
    names.forEach((name, i) => {
      const time = times.get(name) ?? { dispatches: 0, microseconds: 0 };
      time.dispatches++;
      time.microseconds += Number(nanoseconds[2 * i + 1] - nanoseconds[2 * i]) / 1000;
      times.set(name, time);
    });
    return [...times].map(([name, time]) => ({ name, ...time })).sort((a, b) => b.microseconds - a.microseconds);
  }

  #splitPass(begin: (descriptor?: GPUComputePassDescriptor) => GPUComputePassEncoder): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | undefined;
    const groups = new Map<number, GPUBindGroup>();
    const timed = (dispatch: (pass: GPUComputePassEncoder) => void): void => {
      const index = this.#names.push(pipeline!.label) - 1;
      if (index >= MOST_DISPATCHES) throw new RangeError(`more than ${MOST_DISPATCHES} dispatches between two calls of take`);
      const pass = begin({
        timestampWrites: { querySet: this.#queries, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 },
      });
      pass.setPipeline(pipeline!);
      for (const [slot, group] of groups) pass.setBindGroup(slot, group);
      dispatch(pass);
      pass.end();
    };
    const split: Pick<GPUComputePassEncoder, 'setPipeline' | 'setBindGroup' | 'dispatchWorkgroups' | 'dispatchWorkgroupsIndirect' | 'end'> =
      {
        setPipeline: (next) => {
          pipeline = next;
          return undefined;
        },
        setBindGroup: (slot: number, group: GPUBindGroup | null | undefined) => {
          if (group) groups.set(slot, group);
          return undefined;
        },
        dispatchWorkgroups: (x, y, z) => {
          timed((pass) => pass.dispatchWorkgroups(x, y, z));
          return undefined;
        },
        dispatchWorkgroupsIndirect: (buffer, offset) => {
          timed((pass) => pass.dispatchWorkgroupsIndirect(buffer, offset));
          return undefined;
        },
        end: () => undefined,
      };
    return split as GPUComputePassEncoder;
  }
}
