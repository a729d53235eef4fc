/**
 * A compute kernel and the buffers it names. Bindings are generated from the names, a bind group is made once: a step creates nothing. Textures that
 * are written, which pictures alone have, are bound for one run. Tables are looked up as textures, for a kernel may bind no more than 8 buffers.
 * Usage flags are those of the WebGPU specification; Node has no global for them.
 */

export const BUFFER_USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128, indirect: 256 } as const;
const COMPUTE_STAGE = 4;

/** How a kernel uses a buffer, and its WGSL type: `read array<f32>`. A uniform's struct is part of `code`. */
export type BufferUse = `${'read' | 'write' | 'uniform'} ${string}`;

export interface KernelText {
  readonly name: string;
  /** By name, in the order of their bindings; at most 8 besides uniforms. */
  readonly buffers: Readonly<Record<string, BufferUse>>;
  /** Names of the tables that it reads (tables.ts); bound behind the buffers. */
  readonly tables?: readonly string[];
  /** Textures that it writes, by name. */
  readonly textures?: Readonly<Record<string, GPUTextureFormat>>;
  /** Whether it uses operations of subgroups, which the device then needs to have. */
  readonly subgroups?: boolean;
  /** WGSL without the bindings; the entry point is `main`. */
  readonly code: string;
}

export type Buffers = Readonly<Record<string, GPUBuffer>>;
export type Textures = Readonly<Record<string, GPUTexture>>;

const ADDRESS_SPACE = { read: 'var<storage, read>', write: 'var<storage, read_write>', uniform: 'var<uniform>' } as const;
const BINDING_TYPE = { read: 'read-only-storage', write: 'storage', uniform: 'uniform' } as const;

/** The whole WGSL of a kernel. */
function kernelSource({ buffers, tables = [], textures = {}, subgroups = false, code }: KernelText): string {
  const bindings = Object.entries(buffers).map(([name, use], i) => {
    const [access, type] = splitUse(use);
    return `@group(0) @binding(${i}) ${ADDRESS_SPACE[access]} ${name}: ${type};\n`;
  });
  for (const name of tables) bindings.push(`@group(0) @binding(${bindings.length}) var ${name}: texture_2d<u32>;\n`);
  for (const [i, [name, format]] of Object.entries(textures).entries())
    bindings.push(`@group(1) @binding(${i}) var ${name}: texture_storage_2d<${format}, write>;\n`);
  return (subgroups ? 'enable subgroups;\n' : '') + bindings.join('') + code;
}

export class Kernel {
  readonly name: string;
  private readonly pipeline: GPUComputePipeline;
  private readonly group: GPUBindGroup;
  private readonly textures: readonly string[];

  constructor({ name, textures = {} }: KernelText, pipeline: GPUComputePipeline, group: GPUBindGroup) {
    this.name = name;
    this.textures = Object.keys(textures);
    this.pipeline = pipeline;
    this.group = group;
  }

  run(pass: GPUComputePassEncoder, x: number, y = 1): void {
    this.bind(pass);
    pass.dispatchWorkgroups(x, y);
  }

  /** Writes to these textures. */
  runOnto(pass: GPUComputePassEncoder, device: GPUDevice, textures: Textures, x: number): void {
    const entries = this.textures.map((name, binding) => ({ binding, resource: textures[name].createView() }));
    pass.setBindGroup(1, device.createBindGroup({ label: this.name, layout: this.pipeline.getBindGroupLayout(1), entries }));
    this.run(pass, x);
  }

  /** The number of workgroups is the `entry`-th triple of u32 in `dispatch`. */
  runIndirect(pass: GPUComputePassEncoder, dispatch: GPUBuffer, entry: number): void {
    this.bind(pass);
    pass.dispatchWorkgroupsIndirect(dispatch, entry * 12);
  }

  private bind(pass: GPUComputePassEncoder): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.group);
  }
}

interface Compiled {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

/** By the whole WGSL: fields on one device share their kernels. */
const compiled = new WeakMap<GPUDevice, Map<string, Promise<Compiled>>>();

/** Compiles a kernel, unless the device has it already, and binds it. Rejects with GPUPipelineError if the WGSL is wrong. */
export async function createKernel(device: GPUDevice, text: KernelText, buffers: Buffers, tables: Textures = {}): Promise<Kernel> {
  const source = kernelSource(text);
  let kernels = compiled.get(device);
  if (kernels === undefined) compiled.set(device, (kernels = new Map()));
  let kernel = kernels.get(source);
  if (kernel === undefined) kernels.set(source, (kernel = compile(device, text, source)));
  const { layout, pipeline } = await kernel;
  const resources = [
    ...Object.keys(text.buffers).map((name) => ({ buffer: existing(text, name, buffers) })),
    ...(text.tables ?? []).map((name) => existing(text, name, tables).createView()),
  ];
  const entries = resources.map((resource, binding) => ({ binding, resource }));
  return new Kernel(text, pipeline, device.createBindGroup({ label: text.name, layout, entries }));
}

function existing<T>({ name: kernel }: KernelText, name: string, all: Readonly<Record<string, T | undefined>>): T {
  const found = all[name];
  if (found === undefined) throw new RangeError(`kernel ${kernel} names ${name}, which does not exist`);
  return found;
}

async function compile(device: GPUDevice, { name: label, buffers, tables = [], textures }: KernelText, code: string): Promise<Compiled> {
  const kinds = [
    ...Object.values(buffers).map((use) => ({ buffer: { type: BINDING_TYPE[splitUse(use)[0]] } })),
    ...tables.map(() => ({ texture: { sampleType: 'uint' as const } })),
  ];
  const layout = device.createBindGroupLayout({
    label,
    entries: kinds.map((kind, binding) => ({ binding, visibility: COMPUTE_STAGE, ...kind })),
  });
  const bindGroupLayouts = [layout];
  if (textures !== undefined) {
    const written = Object.values(textures).map((format, binding) => ({ binding, visibility: COMPUTE_STAGE, storageTexture: { format } }));
    bindGroupLayouts.push(device.createBindGroupLayout({ label, entries: written }));
  }
  const pipeline = await device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts }),
    compute: { module: device.createShaderModule({ label, code }) },
  });
  return { layout, pipeline };
}

function splitUse(use: BufferUse): [keyof typeof ADDRESS_SPACE, string] {
  const space = use.indexOf(' ');
  return [use.slice(0, space) as keyof typeof ADDRESS_SPACE, use.slice(space + 1)];
}
