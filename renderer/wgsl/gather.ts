/**
 * Trilinear interpolation of the feature grid at the network samples of a part: eight corners, plane by plane (feature-planes.ts).
 *
 * Work: one thread a sample and plane, planes fastest, so that a sample's planes are written side by side.
 * Cost of a sample and plane of four channels: 128 bytes of grid, in 16 bits 64, 16 bytes of place, 16 bytes out.
 */
import { planeGroups, planeType, storedPlane, type PlaneFormat } from './feature-planes.ts';
import type { KernelText } from './kernel.ts';
import type { PointAddresses } from './points.ts';
import { gridStruct } from './uniforms.ts';
import { linearWgsl, workWgsl, type DispatchEntry } from './work.ts';

const GATHER_WORKGROUP = 64;

/** The dispatch of a kernel for one group of planes. */
export function gatherEntry(planes: number): DispatchEntry {
  return { name: 'gather', of: 'partSamples', times: planeGroups(planes)[0].length, per: GATHER_WORKGROUP };
}

/** What a kernel gathers, and where in the grid. */
export interface Gather {
  readonly name: string;
  /** The buffers of the grid's planes are GRID0, GRID1, ... */
  readonly grid: string;
  /** Takes the values of all planes of one sample after the other. */
  readonly out: string;
  /** Where its points lie. */
  readonly points: PointAddresses;
  /** Uniforms of the type Grid. */
  readonly uniforms: readonly string[];
  /** Defines `cornerOf(place: vec4<u32>) -> Corner`, a base voxel of the grid and fractions. */
  readonly cornerWgsl: string;
}

/** One kernel a group of planes. Without a network `sampleFeatures` are the logits. */
export function gatherFeatures(points: PointAddresses, format: PlaneFormat, count: number): KernelText[] {
  return gatherKernels(
    {
      ...{ name: 'gatherFeatures', grid: 'features', out: 'sampleFeatures', points, uniforms: ['grid'] },
      cornerWgsl: /* wgsl */ `
fn cornerOf(at: vec4<u32>) -> Corner {
  return Corner(at.x, bitcast<vec3<f32>>(at.yzw));
}
`,
    },
    format,
    count,
  );
}

/** @param count of the grid's planes */
export function gatherKernels({ name, grid, out, points, uniforms, cornerWgsl }: Gather, format: PlaneFormat, count: number): KernelText[] {
  const { type } = storedPlane(format);
  return planeGroups(count).map((group) => ({
    name,
    buffers: {
      ...Object.fromEntries(uniforms.map((uniform) => [uniform, 'uniform Grid' as const])),
      work: 'read array<u32>',
      packedPlaces: 'read array<vec4<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      ...Object.fromEntries(group.map((plane) => [`${grid}${plane}`, `read array<${type}>` as const])),
      [out]: `write array<${planeType(format.channels)}>`,
    },
    tables: points.tables,
    code: /* wgsl */ `
${gridStruct.wgsl}${workWgsl}${linearWgsl(GATHER_WORKGROUP)}${points.wgsl}
struct Corner { base: u32, fraction: vec3<f32> }
${cornerWgsl}
@compute @workgroup_size(${GATHER_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  let sample = index / ${group.length}u;
  if (sample >= work[WORK_PART_SAMPLES]) { return; }
  let corner = cornerOf(packedPlaces[sampleInfo[sample].z]);
  let to = sample * ${count}u + index % ${group.length}u + ${group[0]}u;
  switch (index % ${group.length}u) {
${group.map((plane, i) => `    case ${i}u: { ${out}[to] = ${grid}${plane}At(corner.base, corner.fraction); }\n`).join('')}    default: {}
  }
}
${group.map((plane) => interpolationWgsl(`${grid}${plane}`, format)).join('')}`,
  }));
}

/** `NAMEAt(base, f)` in the grid `NAME`. Needs the addresses of its points. */
export function interpolationWgsl(grid: string, format: PlaneFormat): string {
  const type = planeType(format.channels);
  const valuesAt = (point: string): string => storedPlane(format).values(`${grid}[${point}]`);
  return /* wgsl */ `
fn ${grid}At(base: u32, f: vec3<f32>) -> ${type} {
  let at = cornersOf(base);
  let g = 1.0 - f;
  return (g.x * g.y * g.z) * ${valuesAt('at.low.x')} + (f.x * g.y * g.z) * ${valuesAt('at.low.y')}
    + (g.x * f.y * g.z) * ${valuesAt('at.low.z')} + (f.x * f.y * g.z) * ${valuesAt('at.low.w')}
    + (g.x * g.y * f.z) * ${valuesAt('at.high.x')} + (f.x * g.y * f.z) * ${valuesAt('at.high.y')}
    + (g.x * f.y * f.z) * ${valuesAt('at.high.z')} + (f.x * f.y * f.z) * ${valuesAt('at.high.w')};
}
`;
}
