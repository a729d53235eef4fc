/**
 * Density and appearance of vector-matrix factors (model/representations/vm.ts) where they are asked for.
 *
 *     s(p) = sum_i sum_r M_i,r(p) v_i,r(p)          f(p) = [ M_i,r(p) v_i,r(p) ]_(i,r) B
 *
 * Compared with tfjs through the cases with factors of test/conformance.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import type { DensityField } from '../../../../renderer/wgsl/march.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl, workWgsl, type DispatchEntry } from '../../../../renderer/wgsl/work.ts';
import { rankSum, type Ranks } from '../../../model/representations/factors.ts';
import { byPair, factorValuesWgsl, placesWgsl } from './factors.ts';

const PAIRS = [0, 1, 2];

function quarters(ranks: Ranks): number[] {
  return ranks.map((rank) => rank / 4);
}

/** Six vectors of four read for four components: 24 bytes a component, mostly from the cache. */
export function factorDensity(ranks: Ranks): DensityField {
  const sums = PAIRS.map(
    (i) => `  for (var k = 0u; k < ${ranks[i] / 4}u; k++) { sum += dot(densityPlaneAt${i}(k, at, f), densityLineAt${i}(k, at, f)); }\n`,
  );
  return {
    buffers: { densityFactors: 'read array<vec4<f32>>' },
    tables: [],
    wgsl: `${placesWgsl('density', ranks)}${factorValuesWgsl('density', ranks, 'densityFactors', 'vec4<f32>')}
fn densityAt(corner: vec3<i32>, f: vec3<f32>) -> f32 {
  let at = vec3<u32>(corner);
  var sum = 0.0;
${sums.join('')}  return sum;
}
`,
  };
}

const POINT_WORKGROUP = 64;

export function pointDensitiesDispatch(voxels: number): [x: number, y: number] {
  return dispatchOf(voxels, POINT_WORKGROUP);
}

/** `pointDensity` [V]: at the points themselves nothing has to be interpolated. One thread a point, 8 bytes a component. */
export function pointDensities(ranks: Ranks): KernelText {
  const place = { plane: ['at.y * n.x + at.x', 'at.z * n.x + at.x', 'at.z * n.y + at.y'], line: ['at.z', 'at.y', 'at.x'] };
  const sums = PAIRS.map(
    (i) => `  let plane${i} = densityPlane${i}() + (${place.plane[i]}) * ${ranks[i] / 4}u;
  let line${i} = densityLine${i}() + ${place.line[i]} * ${ranks[i] / 4}u;
  for (var k = 0u; k < ${ranks[i] / 4}u; k++) { sum += dot(densityFactors[plane${i} + k], densityFactors[line${i} + k]); }
`,
  );
  return {
    name: 'pointDensities',
    buffers: { grid: 'uniform Grid', densityFactors: 'read array<vec4<f32>>', pointDensity: 'write array<f32>' },
    code: `${gridStruct.wgsl}${linearWgsl(POINT_WORKGROUP)}${placesWgsl('density', ranks)}
@compute @workgroup_size(${POINT_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let point = linearIndex(id, groups);
  let n = vec3<u32>(u32(grid.nx), u32(grid.ny), u32(grid.nz));
  if (point >= n.x * n.y * n.z) { return; }
  let at = vec3<u32>(point % n.x, (point / n.x) % n.y, point / (n.x * n.y));
  var sum = 0.0;
${sums.join('')}  pointDensity[point] = sum;
}
`,
  };
}

/** Samples of a workgroup, and its invocations. */
const [GATHER_SAMPLES, GATHER_WORKGROUP] = [8, 64];

export const factorGatherEntry: DispatchEntry = { name: 'gather', of: 'partSamples', times: 1, per: GATHER_SAMPLES };

/**
 * Features of the network samples of a part. A workgroup takes 8 samples: first their products, four components an invocation, then the rows of B, four
 * features an invocation. Cost of a sample: 24 bytes and 8 multiply-adds a component, then the basis, from the cache.
 *
 * @param vectors of four features, the last filled up
 */
export function gatherFactors(ranks: Ranks, vectors: number): KernelText {
  const components = rankSum(ranks) / 4;
  return {
    name: 'gatherFactors',
    buffers: {
      grid: 'uniform Grid',
      work: 'read array<u32>',
      packedPlaces: 'read array<vec4<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      featureFactors: 'read array<vec4<f32>>',
      basis: 'read array<vec4<f32>>',
      sampleFeatures: 'write array<vec4<f32>>',
    },
    code: `${gridStruct.wgsl}${workWgsl}${placesWgsl('feature', ranks)}${factorValuesWgsl('feature', ranks, 'featureFactors', 'vec4<f32>')}
const COMPONENTS = ${components}u;
const VECTORS = ${vectors}u;
var<workgroup> products: array<vec4<f32>, ${GATHER_SAMPLES * components}>;

fn productAt(k: u32, at: vec3<u32>, f: vec3<f32>) -> vec4<f32> {
  ${byPair('k', quarters(ranks), (i, k) => `return featurePlaneAt${i}(${k}, at, f) * featureLineAt${i}(${k}, at, f);`)}
}

@compute @workgroup_size(${GATHER_WORKGROUP})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (group.x + group.y * groups.x) * ${GATHER_SAMPLES}u;
  let count = min(${GATHER_SAMPLES}u, max(work[WORK_PART_SAMPLES], first) - first);
  for (var item = lane; item < count * COMPONENTS; item += ${GATHER_WORKGROUP}u) {
    let place = packedPlaces[sampleInfo[first + item / COMPONENTS].z];
    let plane = u32(grid.nx) * u32(grid.ny);
    let at = vec3<u32>(place.x % u32(grid.nx), (place.x % plane) / u32(grid.nx), place.x / plane);
    products[item] = productAt(item % COMPONENTS, at, bitcast<vec3<f32>>(place.yzw));
  }
  workgroupBarrier();
  for (var item = lane; item < count * VECTORS; item += ${GATHER_WORKGROUP}u) {
    let firstProduct = (item / VECTORS) * COMPONENTS;
    var sum = vec4<f32>(0.0);
    for (var k = 0u; k < COMPONENTS; k++) {
      let p = products[firstProduct + k];
      let row = 4u * k * VECTORS + item % VECTORS;
      sum += p.x * basis[row] + p.y * basis[row + VECTORS] + p.z * basis[row + 2u * VECTORS] + p.w * basis[row + 3u * VECTORS];
    }
    sampleFeatures[first * VECTORS + item] = sum;
  }
}
`,
  };
}
