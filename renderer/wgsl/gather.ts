/**
 * Trilinear interpolation of the feature grid at the network samples of a part: eight corners, a vector of four channels a plane.
 *
 * Features lie in planes of four channels, [V] vec4 each, so that no binding outgrows 128 MiB before the grid has 8 million points.
 * Work: one thread a sample and plane, planes fastest, so that a sample's planes are written side by side.
 * Cost of a sample: 128 bytes of grid a plane, 16 bytes of place, 16 bytes out a plane.
 */
import type { KernelText } from './kernel.ts';
import { gridStruct } from './uniforms.ts';
import { linearWgsl, workWgsl, type DispatchEntry } from './work.ts';

export const GATHER_WORKGROUP = 64;

export function gatherEntry(planes: number): DispatchEntry {
  return { name: 'gather', of: 'partSamples', times: planes, per: GATHER_WORKGROUP };
}

/** @param planes 3 with a network; 1 without, and then `sampleFeatures` are the logits */
export function gatherFeatures(planes: number): KernelText {
  const names = Array.from({ length: planes }, (_, plane) => `features${plane}`);
  return {
    name: 'gatherFeatures',
    buffers: {
      grid: 'uniform Grid',
      work: 'read array<u32>',
      place: 'read array<vec4<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      ...Object.fromEntries(names.map((name) => [name, 'read array<vec4<f32>>' as const])),
      sampleFeatures: 'write array<vec4<f32>>',
    },
    code: /* wgsl */ `
${gridStruct.wgsl}${workWgsl}${linearWgsl(GATHER_WORKGROUP)}
@compute @workgroup_size(${GATHER_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  let sample = index / ${planes}u;
  if (sample >= work[WORK_PART_SAMPLES]) { return; }
  let at = place[sampleInfo[sample].z];
  let f = bitcast<vec3<f32>>(at.yzw);
  switch (index % ${planes}u) {
${names.map((name, plane) => `    case ${plane}u: { sampleFeatures[index] = ${name}At(at.x, f); }\n`).join('')}    default: {}
  }
}
${names.map((name) => interpolationWgsl(name)).join('')}`,
  };
}

/** `NAMEAt(p, f)` in the grid `NAME`, whose size is that of the uniform `of`. */
export function interpolationWgsl(grid: string, of = 'grid'): string {
  return /* wgsl */ `
fn ${grid}At(p: u32, f: vec3<f32>) -> vec4<f32> {
  let row = u32(${of}.nx);
  let q = p + u32(${of}.nx * ${of}.ny);
  let g = 1.0 - f;
  return (g.x * g.y * g.z) * ${grid}[p] + (f.x * g.y * g.z) * ${grid}[p + 1u]
    + (g.x * f.y * g.z) * ${grid}[p + row] + (f.x * f.y * g.z) * ${grid}[p + row + 1u]
    + (g.x * g.y * f.z) * ${grid}[q] + (f.x * g.y * f.z) * ${grid}[q + 1u]
    + (g.x * f.y * f.z) * ${grid}[q + row] + (f.x * f.y * f.z) * ${grid}[q + row + 1u];
}
`;
}
