/** What a GPU can do at most, measured by two kernels that do nothing else: bytes moved and fused multiply-adds a second. */
import type { WebgpuDevice } from '../../src/backends/webgpu/device.ts';

export interface GpuLimits {
  /** Bytes a second, read and written ones added up. */
  readonly bandwidth: number;
  /** Floating-point operations a second, two for a fused multiply-add, in f32. */
  readonly arithmetic: number;
}

const WORKGROUP = 256;
const ITERATIONS = 256;
/** Independent chains of a thread, as vectors of four. */
const CHAINS = 8;

const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4f>;
@compute @workgroup_size(${WORKGROUP}) fn main(@builtin(global_invocation_id) id: vec3u) { target_[id.x] = source[id.x]; }`;

const chain = (line: (i: number) => string): string => Array.from({ length: CHAINS }, (_, i) => line(i)).join('\n');

const MULTIPLY = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4f>;
@compute @workgroup_size(${WORKGROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = source[id.x % 1024u];
  ${chain((i) => `var x${i} = a + ${i}.0;`)}
  for (var n = 0u; n < ${ITERATIONS}u; n++) {
    ${chain((i) => `x${i} = fma(x${i}, a, a);`)}
  }
  target_[id.x % 1024u] = ${Array.from({ length: CHAINS }, (_, i) => `x${i}`).join(' + ')};
}`;

/** The best of some repeats. */
export async function measureLimits(owner: WebgpuDevice): Promise<GpuLimits> {
  const { maxStorageBufferBindingSize, maxBufferSize } = owner.device.limits;
  // Several times what a GPU keeps in its caches, where it allows.
  const most = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / (16 * WORKGROUP));
  const groups = owner.software ? 256 : Math.min(65_535, most);
  const bytes = WORKGROUP * groups * 16;
  const copy = await bestSeconds(owner, COPY, bytes, groups);
  const busy = Math.ceil(groups / 8);
  const multiply = await bestSeconds(owner, MULTIPLY, bytes, busy);
  return {
    bandwidth: (2 * bytes) / copy,
    arithmetic: (busy * WORKGROUP * ITERATIONS * CHAINS * 4 * 2) / multiply,
  };
}

const REPEATS = 5;
/** Dispatches between two looks at the clock, so that the submission is a small part. */
const BATCH = 8;

async function bestSeconds({ device }: WebgpuDevice, code: string, bytes: number, groups: number): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const buffers = [0, 1].map(() => device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE }));
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  let best = Infinity;
  for (let i = 0; i <= REPEATS; i++) {
    const began = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let j = 0; j < BATCH; j++) pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    // The first one warms up.
    if (i > 0) best = Math.min(best, (performance.now() - began) / 1000 / BATCH);
  }
  for (const buffer of buffers) buffer.destroy();
  return best;
}
