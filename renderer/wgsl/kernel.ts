/**
 * A compute kernel and the buffers it names. Bindings are generated from the names, a bind group is made once: a step creates nothing.
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
  /** WGSL without the bindings; the entry point is `main`. */
  readonly code: string;
}

export type Buffers = Readonly<Record<string, GPUBuffer>>;

const ADDRESS_SPACE = { read: 'var<storage, read>', write: 'var<storage, read_write>', uniform: 'var<uniform>' } as const;
const BINDING_TYPE = { read: 'read-only-storage', write: 'storage', uniform: 'uniform' } as const;

/** The whole WGSL of a kernel. */
export function kernelSource({ buffers, code }: KernelText): string {
  const bindings = Object.entries(buffers).map(([name, use], i) => {
    const [access, type] = splitUse(use);
    return `@group(0) @binding(${i}) ${ADDRESS_SPACE[access]} ${name}: ${type};\n`;
  });
  return bindings.join('') + code;
}

export class Kernel {
  readonly name: string;
  private readonly pipeline: GPUComputePipeline;
  private readonly group: GPUBindGroup;

  constructor(name: string, pipeline: GPUComputePipeline, group: GPUBindGroup) {
    this.name = name;
    this.pipeline = pipeline;
    this.group = group;
  }

  run(pass: GPUComputePassEncoder, x: number, y = 1): void {
    this.bind(pass);
    pass.dispatchWorkgroups(x, y);
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
export async function createKernel(device: GPUDevice, text: KernelText, buffers: Buffers): Promise<Kernel> {
  const source = kernelSource(text);
  let kernels = compiled.get(device);
  if (kernels === undefined) compiled.set(device, (kernels = new Map()));
  let kernel = kernels.get(source);
  if (kernel === undefined) kernels.set(source, (kernel = compile(device, text, source)));
  const { layout, pipeline } = await kernel;
  const entries = Object.keys(text.buffers).map((name, binding) => {
    const buffer = buffers[name];
    if (buffer === undefined) throw new RangeError(`kernel ${text.name} names the buffer ${name}, which does not exist`);
    return { binding, resource: { buffer } };
  });
  return new Kernel(text.name, pipeline, device.createBindGroup({ label: text.name, layout, entries }));
}

async function compile(device: GPUDevice, { name: label, buffers }: KernelText, code: string): Promise<Compiled> {
  const layout = device.createBindGroupLayout({
    label,
    entries: Object.values(buffers).map((use, binding) => ({
      binding,
      visibility: COMPUTE_STAGE,
      buffer: { type: BINDING_TYPE[splitUse(use)[0]] },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ label, code }) },
  });
  return { layout, pipeline };
}

function splitUse(use: BufferUse): [keyof typeof ADDRESS_SPACE, string] {
  const space = use.indexOf(' ');
  return [use.slice(0, space) as keyof typeof ADDRESS_SPACE, use.slice(space + 1)];
}
