/**
 * Around the network of a teacher (teacher.ts): its features at the student's samples, and what its answers add to the student's gradients
 * (docs/model.md, section 4). w: the sample's weight, Z: inputs of the teacher's ReLUs.
 *
 *     d loss / d logits += 2 teacherColour w (rgb - rgbT) rgb (1 - rgb)          d loss / d H += 2 teacherPotential w (H - Z)
 *
 * Every workgroup keeps its own sums of the errors in `teacherErrors`, colours in x and potentials in y, which are added in a fixed order. Compared
 * with tfjs through the cases with a teacher of test/conformance.
 */
import { sigmoidWgsl } from '../../../../renderer/wgsl/composite-rays.ts';
import type { PlaneFormat } from '../../../../renderer/wgsl/feature-planes.ts';
import { gatherKernels } from '../../../../renderer/wgsl/gather.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { potentialAt, taughtValue } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { densePoints } from '../../../../renderer/wgsl/points.ts';
import { stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';

/** Workgroups of the kernels that sum errors. */
export const ERROR_GROUPS = 1024;

/** As `gatherFeatures`. Positions outside the teacher's box are moved to its faces. */
export function gatherTeacher(format: PlaneFormat, count: number): KernelText[] {
  return gatherKernels(
    {
      ...{
        name: 'teacher gather',
        grid: 'teacherFeatures',
        out: 'teacherInputs',
        points: densePoints('teacherGrid'),
        uniforms: ['teacherGrid', 'grid'],
      },
      cornerWgsl: /* wgsl */ `
fn lowOf(g: Grid) -> vec3<f32> { return vec3<f32>(g.minX, g.minY, g.minZ); }
fn extentOf(g: Grid) -> vec3<f32> { return vec3<f32>(g.maxX, g.maxY, g.maxZ) - lowOf(g); }
fn lastOf(g: Grid) -> vec3<f32> { return vec3<f32>(f32(g.nx - 1), f32(g.ny - 1), f32(g.nz - 1)); }

fn cornerOf(at: vec4<u32>) -> Corner {
  let size = vec2<u32>(u32(grid.nx), u32(grid.ny));
  let corner = vec3<f32>(vec3<u32>(at.x % size.x, (at.x / size.x) % size.y, at.x / (size.x * size.y)));
  let position = lowOf(grid) + (corner + bitcast<vec3<f32>>(at.yzw)) * (extentOf(grid) / lastOf(grid));
  let last = lastOf(teacherGrid);
  let g = clamp((position - lowOf(teacherGrid)) * (last / extentOf(teacherGrid)), vec3<f32>(0.0), last);
  let base = min(vec3<u32>(g), vec3<u32>(last) - 1u);
  return Corner(base.x + u32(teacherGrid.nx) * (base.y + u32(teacherGrid.ny) * base.z), g - vec3<f32>(base));
}
`,
    },
    format,
    count,
  );
}

/** Adds each invocation's `error` to the workgroup's sum. */
const sumErrorsWgsl = (threads: number, component: 'x' | 'y'): string => /* wgsl */ `
  errors[thread] = error;
  workgroupBarrier();
  for (var reach = 128u; reach > 0u; reach /= 2u) {
    if (thread < reach && thread + reach < ${threads}u) { errors[thread] += errors[thread + reach]; }
    workgroupBarrier();
  }
  if (thread == 0u) { teacherErrors[group.x].${component} += errors[0]; }
`;

/** After the student's own losses: a thread a sample, 80 bytes. */
export const teachColours: KernelText = {
  name: 'teacher colours',
  buffers: {
    step: 'uniform Step',
    work: 'read array<u32>',
    sampleInfo: 'read array<vec4<u32>>',
    logits: 'read array<vec4<f32>>',
    teacherLogits: 'read array<vec4<f32>>',
    logitGradients: 'write array<vec4<f32>>',
    teacherErrors: 'write array<vec2<f32>>',
  },
  code: /* wgsl */ `
${stepStruct.wgsl}${workWgsl}${sigmoidWgsl}
var<workgroup> errors: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  var error = 0.0;
  for (var sample = group.x * 64u + thread; sample < work[WORK_PART_SAMPLES]; sample += ${64 * ERROR_GROUPS}u) {
    let rgb = sigmoid(logits[sample].xyz);
    let offset = rgb - sigmoid(teacherLogits[sample].xyz);
    let weight = bitcast<f32>(sampleInfo[sample].w);
    error += weight * dot(offset, offset);
    logitGradients[sample] += vec4<f32>(2.0 * step.teacherColourScale * weight * offset * rgb * (1.0 - rgb), 0.0);
  }
${sumErrorsWgsl(64, 'x')}}
`,
};

/** A workgroup takes rows, an invocation is a neuron; 24 W bytes a row. What it adds to d loss / d H lies beside the potential. */
export function teachPotentials(shape: NetworkShape): KernelText {
  const { width } = shape;
  const layer = (of: 0 | 1): string => /* wgsl */ `
    let difference${of} = potentials[${potentialAt(shape, 'r', of, 0)}] - teacherPotentials[(2u * row.x + ${of}u) * W + j];
    error += weight * difference${of} * difference${of};
    potentials[${potentialAt(shape, 'r', of, taughtValue(shape))}] = 2.0 * step.teacherPotentialScale * weight * difference${of};`;
  return {
    name: 'teacher potentials',
    buffers: {
      step: 'uniform Step',
      rows: 'read array<vec2<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      potentials: 'write array<f32>',
      teacherPotentials: 'read array<f32>',
      teacherErrors: 'write array<vec2<f32>>',
    },
    code: /* wgsl */ `
${stepStruct.wgsl}${constantsWgsl(shape)}
var<workgroup> errors: array<f32, ${width}>;

@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let j = thread;
  var error = 0.0;
  for (var r = group.x; r < rows[0].x; r += ${ERROR_GROUPS}u) {
    let row = rows[FIRST_ROW + r];
    if (row.x == GAP) { continue; }
    let weight = bitcast<f32>(sampleInfo[row.x].w);${layer(0)}${layer(1)}
  }
${sumErrorsWgsl(width, 'y')}}
`,
  };
}

/** To `lossSums`, behind the losses of the rays. One workgroup. */
export const sumTeacherErrors: KernelText = {
  name: 'teacher errors',
  buffers: { teacherErrors: 'read array<vec2<f32>>', lossSums: 'write array<f32>' },
  code: /* wgsl */ `
var<workgroup> sums: array<vec2<f32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = vec2<f32>(0.0);
  for (var group = thread; group < ${ERROR_GROUPS}u; group += 256u) { sum += teacherErrors[group]; }
  sums[thread] = sum;
  workgroupBarrier();
  for (var reach = 128u; reach > 0u; reach /= 2u) {
    if (thread < reach) { sums[thread] += sums[thread + reach]; }
    workgroupBarrier();
  }
  if (thread == 0u) {
    lossSums[4] = sums[0].x;
    lossSums[5] = sums[0].y;
  }
}
`,
};
