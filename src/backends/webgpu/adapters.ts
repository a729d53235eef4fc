/**
 * GPU adapters: what they are and which one is used. A software adapter (llvmpipe, SwiftShader, WARP) computes on the processor, slower than the
 * backend wasm: it is never chosen, it has to be named.
 */
import { BackendError } from '../../base/errors.ts';

export interface AdapterFacts {
  /** Place in the list; `--gpu INDEX`. */
  readonly index: number;
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly driver: string;
  /** Computes on the processor. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Why it cannot be used here; null where it can. */
  readonly reason: string | null;
}

/** What the plain path of the kernels needs: WebGPU's default limits, which every core adapter has. Bytes where a size is meant. */
export const PLAIN_LIMITS = {
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBufferBindingSize: 64 * 2 ** 10,
  maxComputeWorkgroupStorageSize: 16 * 2 ** 10,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
} as const;

export type LimitName = keyof typeof PLAIN_LIMITS;
export const LIMIT_NAMES = Object.keys(PLAIN_LIMITS) as LimitName[];

/** A GPUAdapter, or what a process that saw one says of it. */
export interface AdapterLike {
  readonly info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'>;
  readonly features: Iterable<string>;
  readonly limits: { readonly [limit in LimitName]: number };
}

/** @param name its maker's name where that is known; browsers give little more than the vendor */
export function describeAdapter({ info, features, limits }: AdapterLike, index: number, name?: string): AdapterFacts {
  const found = Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, Number(limits[limit])]));
  const short = LIMIT_NAMES.filter((limit) => !(found[limit] >= PLAIN_LIMITS[limit]));
  return {
    index,
    name:
      name ?? ([info.device, info.description, `${info.vendor} ${info.architecture}`.trim()].find((text) => text !== '') || 'unnamed GPU'),
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software: info.isFallbackAdapter,
    features: [...features].sort(),
    limits: found,
    reason: short.length === 0 ? null : short.map((limit) => `${limit} is ${found[limit]}, ${PLAIN_LIMITS[limit]} is needed`).join('; '),
  };
}

/** One that Dawn for Node cannot open: it opens the first whose name has a given part. */
export function unreachableAdapter(index: number, name: string): AdapterFacts {
  const reason =
    'another GPU has the same name and only the first can be opened; show this process one GPU alone, for example in a container';
  return { index, name, vendor: '', architecture: '', driver: '', software: false, features: [], limits: {}, reason };
}

/**
 * @param wanted `--gpu`: an index, or part of a name in any case; null: the first real GPU
 * @param remarks of the drivers, for the case that there is no adapter
 * @throws BackendError with the reason if there is none that fits, or several
 */
export function chooseAdapter(adapters: readonly AdapterFacts[], wanted: string | null, remarks = ''): AdapterFacts {
  if (adapters.length === 0) throw new BackendError(`no GPU was found${remarks === '' ? '' : ` (${remarks.split('\n')[0]})`}`, SEE_DOCTOR);
  const chosen = wanted === null ? firstRealGpu(adapters) : namedAdapter(adapters, wanted);
  if (chosen.reason !== null) throw new BackendError(`the GPU ${chosen.name} cannot be used: ${chosen.reason}`, SEE_DOCTOR);
  return chosen;
}

const SEE_DOCTOR = '`spikeray doctor` lists the GPUs and what they lack; docs/webgpu.md says what to install.';

function firstRealGpu(adapters: readonly AdapterFacts[]): AdapterFacts {
  const real = adapters.filter(({ software }) => !software);
  const chosen = real.find(({ reason }) => reason === null) ?? real[0];
  if (chosen !== undefined) return chosen;
  throw new BackendError(
    `no GPU was found, only software adapters (${adapters.map(({ name }) => name).join(', ')})`,
    `A software adapter has to be named: --gpu ${adapters[0].index}. It is slower than the backend wasm. ${SEE_DOCTOR}`,
  );
}

function namedAdapter(adapters: readonly AdapterFacts[], wanted: string): AdapterFacts {
  const exact = adapters.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const matching = /^\d+$/.test(wanted)
    ? adapters.filter(({ index }) => index === Number(wanted))
    : exact.length > 0
      ? exact
      : adapters.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (matching.length === 1) return matching[0];
  const list = adapters.map(({ index, name }) => `${index} ${name}`).join(', ');
  throw new BackendError(
    matching.length === 0
      ? `--gpu ${wanted}: no such GPU; found ${list}`
      : `--gpu ${wanted}: ${matching.length} GPUs have that name: ${matching.map(({ index, name }) => `${index} ${name}`).join(', ')}`,
    matching.length === 0 ? SEE_DOCTOR : 'Give the number in front of the name.',
  );
}
