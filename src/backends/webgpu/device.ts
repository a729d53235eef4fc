/**
 * The one owner of a WebGPU device. WebGPU reports errors beside the calls that cause them and goes on with undefined contents, and a lost device
 * answers as if nothing had happened; here both end the operation that runs with a typed error, and every later one too. So no result is used
 * of which the GPU said that it is wrong. Real GPUs of Node do not check commands (launch-node.ts): there it says only that it is lost or has no memory.
 */
import { BackendError, DeviceError, MemoryError } from '../../base/errors.ts';
import { describeAdapter, LIMIT_NAMES, type AdapterFacts, type LimitName } from './adapters.ts';

/** Used where the adapter has them; the kernels run without. */
export const OPTIONAL_FEATURES = ['subgroups', 'timestamp-query'] as const;
export type OptionalFeature = (typeof OPTIONAL_FEATURES)[number];

export interface DeviceOptions {
  /** Default limits and no features, as on the least GPU: for tests of the plain path. Default: all that the adapter has. */
  readonly plain?: boolean;
  /**
   * For openAdapter of launch-node.ts: whether Dawn checks every command, so that what is wrong in one is reported; each indirect dispatch is then preceded
   * by another. Default: on software adapters.
   */
  readonly checked?: boolean;
}

export class WebgpuDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  #failure: DeviceError | undefined;
  #doing = 'starting';
  #disposed = false;

  /** @param device takes it over */
  constructor(device: GPUDevice, adapter: AdapterFacts) {
    this.device = device;
    this.adapter = adapter;
    device.addEventListener('uncapturederror', (event) => {
      // Dawn for Node prints it to stdout otherwise.
      event.preventDefault();
      this.#fail(`reported an error: ${event.error.message.trim()}`);
    });
    void device.lost.then(({ message }) => {
      if (!this.#disposed) this.#fail(`was lost: ${message === '' ? 'no reason given' : message}`);
    });
  }

  get description(): string {
    const { name, software, driver } = this.adapter;
    return `${name}${software ? ', a software adapter' : ''}${driver === '' || driver === name ? '' : ` (${driver})`}`;
  }

  get software(): boolean {
    return this.adapter.software;
  }

  /** Nothing can be computed on it any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  limit(name: LimitName): number {
    return this.device.limits[name];
  }

  has(feature: OptionalFeature): boolean {
    return this.device.features.has(feature);
  }

  /** Throws DeviceError if the GPU was lost or reported an error since the device was opened. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Runs an operation that ends after the GPU has ended, in practice after a mapAsync: errors of earlier commands have been reported by then.
   * @param what "training step", for the message
   * @throws DeviceError if the GPU was lost or reported an error before or during it; the operation's result is then dropped
   */
  async run<T>(what: string, operation: () => Promise<T>): Promise<T> {
    this.check();
    this.#doing = what;
    let result: T;
    try {
      result = await operation();
    } catch (error) {
      // mapAsync of a lost device is refused before `device.lost` has settled, on a busy machine long before.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 2000))]);
      this.check();
      throw error;
    }
    this.check();
    return result;
  }

  /**
   * Runs `create`, which makes buffers of `bytes` in all.
   * @throws MemoryError if the GPU's memory or limits do not allow them; all that `create` made must then be destroyed by the caller
   */
  async allocate<T>(what: string, bytes: number, create: () => T): Promise<T> {
    const { device } = this;
    this.check();
    this.#doing = `allocating ${what}`;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    let made: T;
    let refused: GPUError | null;
    try {
      made = create();
    } finally {
      const [validation, memory] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      refused = memory ?? validation;
    }
    this.check();
    if (refused !== null)
      throw new MemoryError(
        `${this.adapter.name}: ${what} needs ${(bytes / 2 ** 20).toFixed(0)} MiB, which the GPU refused: ${refused.message.trim()}`,
        'Use fewer voxels (--set fine.voxels=...) or fewer rays (--set fine.rays=...), close programs that use the GPU, or use --backend wasm.',
      );
    return made;
  }

  /** Frees everything on the device. It may be called again. */
  dispose(): void {
    this.#disposed = true;
    this.#failure ??= new DeviceError(`The GPU ${this.adapter.name} was used after its backend was disposed of.`);
    this.device.destroy();
  }

  #fail(what: string): void {
    this.#failure ??= new DeviceError(
      `The GPU ${this.adapter.name} ${what} (${this.#doing})`,
      'Nothing it computed since is used. Update its driver, or use --backend wasm.',
    );
  }
}

/** Opens a device on an adapter, which is used up by it. @throws BackendError if the adapter lacks what the kernels need, or refuses */
export async function openDevice(
  adapter: GPUAdapter,
  options: DeviceOptions = {},
  facts = describeAdapter(adapter, 0),
): Promise<WebgpuDevice> {
  if (facts.reason !== null) throw new BackendError(`the GPU ${facts.name} cannot be used: ${facts.reason}`, 'Use --backend wasm.');
  const descriptor: GPUDeviceDescriptor = options.plain
    ? {}
    : {
        requiredLimits: Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, adapter.limits[limit]])),
        requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
      };
  try {
    return new WebgpuDevice(await adapter.requestDevice(descriptor), facts);
  } catch (cause) {
    throw new BackendError(
      `the GPU ${facts.name} could not be opened: ${(cause as Error).message}`,
      'Update its driver, or use --backend wasm.',
      {
        cause,
      },
    );
  }
}
