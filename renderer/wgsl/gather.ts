/**
 * Trilinear interpolation of the feature grid at the network samples of a part: eight corners, plane by plane (feature-planes.ts).
 *
 * Work: one thread a sample and plane, planes fastest, so that a sample's planes are written side by side.
 * Cost of a sample and plane of four channels: 128 bytes of grid, in 16 bits 64, 16 bytes of place, 16 bytes out.
 */
import { planeGroups, planeType, storedPlane, type PlaneFormat } from './feature-planes.ts';
import type { BufferUse, KernelText } from './kernel.ts';
import { gridStruct } from './uniforms.ts';
import { linearWgsl, workWgsl, type DispatchEntry } from './work.ts';

export const GATHER_WORKGROUP = 64;

/** Of a kernel for one group of planes. */
export function gatherEntry(planes: number): DispatchEntry {
  return { name: 'gather', of: 'partSamples', times: planeGroups(planes)[0].length, per: GATHER_WORKGROUP };
}

/** A grid's planes, and where their values at samples go: the buffer `out`, whose element is the values of one plane. */
export interface GatheredPlanes {
  /** The buffers are NAME0, NAME1, ...; */
  readonly name: string;
  readonly format: PlaneFormat;
  /** All of them, and those of this kernel. */
  readonly count: number;
  readonly group: readonly number[];
  readonly out: string;
}

/** The buffers of these planes, and of what comes out. */
export function gatherBuffers({ name, format, group, out }: GatheredPlanes): Record<string, BufferUse> {
  const { type } = storedPlane(format);
  return {
    ...Object.fromEntries(group.map((plane) => [`${name}${plane}`, `read array<${type}>` as const])),
    [out]: `write array<${planeType(format.channels)}>`,
  };
}

/** One kernel a group of planes. Without a network `sampleFeatures` are the logits. */
export function gatherFeatures(format: PlaneFormat, count: number): KernelText[] {
  return planeGroups(count).map((group) => {
    const planes = { name: 'features', format, count, group, out: 'sampleFeatures' };
    return {
      name: 'gatherFeatures',
      buffers: {
        grid: 'uniform Grid',
        work: 'read array<u32>',
        place: 'read array<vec4<u32>>',
        sampleInfo: 'read array<vec4<u32>>',
        ...gatherBuffers(planes),
      },
      code: /* wgsl */ `
${gridStruct.wgsl}${workWgsl}${gatherWgsl(planes, 'grid')}
fn cornerOf(at: vec4<u32>) -> Corner {
  return Corner(at.x, bitcast<vec3<f32>>(at.yzw));
}
`,
    };
  });
}

/**
 * The entry point of such a kernel. `Corner cornerOf(place)`, a base voxel and fractions, is for the kernel to define.
 *
 * @param of the uniform with the grid's size
 */
export function gatherWgsl({ name, format, count, group, out }: GatheredPlanes, of: string): string {
  const size = group.length;
  const cases = group.map((plane, i) => `    case ${i}u: { ${out}[to] = ${name}${plane}At(corner.base, corner.fraction); }\n`);
  return /* wgsl */ `
${linearWgsl(GATHER_WORKGROUP)}
struct Corner { base: u32, fraction: vec3<f32> }

@compute @workgroup_size(${GATHER_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  let sample = index / ${size}u;
  if (sample >= work[WORK_PART_SAMPLES]) { return; }
  let corner = cornerOf(place[sampleInfo[sample].z]);
  let to = sample * ${count}u + index % ${size}u + ${group[0]}u;
  switch (index % ${size}u) {
${cases.join('')}    default: {}
  }
}
${group.map((plane) => interpolationWgsl(`${name}${plane}`, format, of)).join('')}`;
}

/** `NAMEAt(p, f)` in the grid `NAME`, whose size is that of the uniform `of`. */
function interpolationWgsl(grid: string, format: PlaneFormat, of: string): string {
  const type = planeType(format.channels);
  const valuesAt = (point: string): string => storedPlane(format).values(`${grid}[${point}]`);
  return /* wgsl */ `
fn ${grid}At(p: u32, f: vec3<f32>) -> ${type} {
  let row = u32(${of}.nx);
  let q = p + u32(${of}.nx * ${of}.ny);
  let g = 1.0 - f;
  return (g.x * g.y * g.z) * ${valuesAt('p')} + (f.x * g.y * g.z) * ${valuesAt('p + 1u')}
    + (g.x * f.y * g.z) * ${valuesAt('p + row')} + (f.x * f.y * g.z) * ${valuesAt('p + row + 1u')}
    + (g.x * g.y * f.z) * ${valuesAt('q')} + (f.x * g.y * f.z) * ${valuesAt('q + 1u')}
    + (g.x * f.y * f.z) * ${valuesAt('q + row')} + (f.x * f.y * f.z) * ${valuesAt('q + row + 1u')};
}
`;
}
