/** The WebGPU backend's colour network alone, without an engine around it: random samples in packed rays, and what the kernels make of them. */
import { encodeViews } from '../../renderer/view-encoding.ts';
import { NO_BUDGET } from '../../src/model/bit-budget.ts';
import type { PackedSamples } from '../../renderer/march.ts';
import { BUFFER_USAGE } from '../../renderer/wgsl/kernel.ts';
import { networkShape } from '../../renderer/wgsl/network/shape.ts';
import { readStats, STATS } from '../../renderer/wgsl/stats.ts';
import { stepStruct } from '../../renderer/wgsl/uniforms.ts';
import { WORK, WORK_WORDS } from '../../renderer/wgsl/work.ts';
import { NeuronParameters } from '../../src/backends/shared/neuron-parameters.ts';
import {
  createNetworkBuffers,
  createNetworkModule,
  needsRowOffsets,
  networkBuffers,
  type NetworkFieldSpec,
} from '../../src/backends/webgpu/network/network-module.ts';
import { gradientFloats } from '../../src/backends/webgpu/network/weight-gradients.ts';
import { Random } from '../../src/math/random.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { fieldFixture, normals, type FixtureOptions } from './field-fixtures.ts';

const NOISE_SEED = 77;

export interface NetworkProblem {
  readonly spec: NetworkFieldSpec;
  readonly samples: PackedSamples;
  /** [N,3] */
  readonly directions: Float32Array;
  /** [N,I-12] */
  readonly views: Float32Array;
  /** [M,12] */
  readonly features: Float32Array;
  /** [I,W], [W,W], [W,3] */
  readonly weights: Readonly<Record<'w1' | 'w2' | 'w3', Float32Array>>;
  /** Raw values of what the neurons learn, by tensor name. */
  readonly learned: ReadonlyMap<string, Float32Array>;
  /** [M,3] d loss / d logits */
  readonly logitGradients: Float32Array;
  /** Weights of the mean spikes and of the mean potentials [W] of both layers. */
  readonly spikes: readonly [number, number];
  readonly potentials: readonly [Float32Array, Float32Array];
  readonly noiseSeed: number;
}

/** Rays of 0 to 24 samples, one of 70, with gaps of up to two steps. */
export function networkProblem(network: FixtureOptions['network'] & object, rays: number, seed = 1): NetworkProblem {
  const { spec, tensors } = fieldFixture({ network });
  const random = new Random(seed);
  const networkSpec = spec as NetworkFieldSpec;
  const { width } = networkSpec.network;
  const rayOffsets = new Int32Array(rays + 1);
  const steps: number[] = [];
  for (let ray = 0; ray < rays; ray++) {
    const length = ray === 3 ? 70 : Math.max(0, Math.floor(28 * random.float()) - 4);
    let step = Math.floor(20 * random.float());
    for (let i = 0; i < length; i++) steps.push((step += 1 + Math.floor(2.2 * random.float() ** 2)));
    rayOffsets[ray + 1] = steps.length;
  }
  const directions = normals(random, 3 * rays, 1);
  const learned = new Map(Object.entries(tensors).filter((entry): entry is [string, Float32Array] => /^n[12]\./.test(entry[0])));
  return {
    spec: networkSpec,
    samples: packed(rayOffsets, steps),
    directions,
    views: encodeViews(directions, networkSpec.network.viewFrequencies),
    features: normals(random, 12 * steps.length, 1.5),
    weights: { w1: tensors.w1!, w2: tensors.w2!, w3: tensors.w3! },
    learned,
    logitGradients: normals(random, 3 * steps.length, 0.2),
    spikes: [3, -2],
    potentials: [normals(random, width, 1), normals(random, width, 1)],
    noiseSeed: NOISE_SEED,
  };
}

/** All of them network samples; nothing of them is a place in a grid. */
function packed(rayOffsets: Int32Array, steps: readonly number[]): PackedSamples {
  const stepIndex = Int32Array.from(steps);
  return {
    rays: rayOffsets.length - 1,
    densityOffsets: rayOffsets,
    stepIndex,
    coordinates: new Float32Array(),
    corners: new Int32Array(),
    cornerWeights: new Float32Array(),
    distance: new Float32Array(),
    rayOffsets,
    networkRows: stepIndex.map((_, i) => i),
    exitDistance: new Float32Array(),
    densityEvaluations: 0,
    margin: Infinity,
  };
}

export interface NetworkResult {
  /** [M,3] */
  readonly logits: Float32Array;
  /** [N]; zeros unless rendering */
  readonly raySpikes: Uint32Array;
  readonly stats: ReturnType<typeof readStats>;
  /** null when rendering */
  readonly gradients: Readonly<Record<string, Float32Array>> | null;
  /** [2W] sums */
  readonly potentialSums: Float32Array;
  readonly inputRange: Float32Array;
}

/** @param partSamples samples (with gaps: rows) of a part */
export async function runNetwork(
  device: GPUDevice,
  problem: NetworkProblem,
  rendering: boolean,
  partSamples = 1 << 14,
): Promise<NetworkResult> {
  const { spec, samples, weights } = problem;
  const { network } = spec;
  const { width } = network;
  const rays = samples.rays;
  const total = samples.networkRows.length;
  const shape = networkShape(spec, device.limits.maxComputeWorkgroupStorageSize);
  const inputs = 12 + viewInputs(network);
  const values = new Float32Array(2 * shape.neuronFloats);
  const parameters = new NeuronParameters(network, values, true);
  for (const [name, raw] of problem.learned) parameters.find(name as 'n1.tau')!.set(raw);
  parameters.refresh();

  const made: GPUBuffer[] = [];
  const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget;
  const make = (data: Float32Array | Uint32Array | ArrayBuffer, kind: number = usage): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(16, data.byteLength), usage: kind });
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    made.push(buffer);
    return buffer;
  };
  const rowOffsets = rowOffsetsOf(samples);
  const w3 = new Float32Array(4 * width);
  for (let i = 0; i < width; i++) w3.set(weights.w3.subarray(3 * i, 3 * i + 3), 4 * i);
  const step = stepStruct.pack({
    ...(Object.fromEntries(stepFields().map((name) => [name, 0])) as Parameters<typeof stepStruct.pack>[0]),
    rayCount: rays,
    firstView: rays,
    noiseSeed: problem.noiseSeed,
    spikeWeight1: problem.spikes[0],
    spikeWeight2: problem.spikes[1],
    surrogateAlpha: network.surrogateAlpha ?? shape.neuron.surrogate.alpha,
  });
  const infos = new Uint32Array(4 * total);
  for (let ray = 0; ray < rays; ray++)
    for (let i = samples.rayOffsets[ray]; i < samples.rayOffsets[ray + 1]; i++) infos.set([ray, samples.stepIndex[i]], 4 * i);
  const buffers = {
    step: make(step, BUFFER_USAGE.uniform | BUFFER_USAGE.copyTarget),
    work: make(new Uint32Array(WORK_WORDS)),
    rays: make(Float32Array.of(...new Float32Array(3 * rays), ...problem.directions)),
    rayOffsets: make(Uint32Array.from({ length: 2 * rays + 2 }, (_, i) => (i % 2 === 0 ? 0 : samples.rayOffsets[(i - 1) / 2]))),
    sampleInfo: make(new Uint32Array(4 * partSamples)),
    ...(needsRowOffsets(spec) ? { rowOffsets: make(rowOffsets) } : {}),
    sampleFeatures: make(new Float32Array(12 * partSamples)),
    logits: make(new Float32Array(4 * partSamples)),
    logitGradients: make(new Float32Array(4 * partSamples)),
    featureGradients0: make(new Float32Array(4 * total)),
    featureGradients1: make(new Float32Array(4 * total)),
    featureGradients2: make(new Float32Array(4 * total)),
    weights: make(Float32Array.of(...weights.w1, ...weights.w2, ...w3)),
    neuronValues: make(values),
    potentialWeights: make(Float32Array.of(...problem.potentials[0], ...problem.potentials[1])),
    networkGradients: make(new Float32Array(gradientFloats(shape)).fill(NaN)),
    potentialSums: make(new Float32Array(2 * width).fill(NaN)),
    inputRange: make(Float32Array.of(-4, 4)),
    raySpikes: make(new Uint32Array(rays)),
    stats: make(new Uint32Array(2 * STATS.length)),
  };
  const use = rendering ? 'rendering' : 'training';
  const own = createNetworkBuffers(device, networkBuffers(spec, device.limits, { partSamples, rays }, use));
  const module = await createNetworkModule(device, spec, buffers, own, use);
  const submit = (encode: (pass: GPUComputePassEncoder) => void): void => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const enter = ({ firstRay, endRay }: Part): { first: number; end: number } => {
    const [first, end] = [samples.rayOffsets[firstRay], samples.rayOffsets[endRay]];
    const work = new Uint32Array(WORK_WORDS);
    work[WORK.rays] = rays;
    work[WORK.samples] = total;
    work[WORK.firstRay] = firstRay;
    work[WORK.partRays] = endRay - firstRay;
    work[WORK.firstSample] = first;
    work[WORK.partSamples] = end - first;
    device.queue.writeBuffer(buffers.work, 0, work);
    device.queue.writeBuffer(buffers.sampleInfo, 0, infos.slice(4 * first, 4 * end));
    device.queue.writeBuffer(buffers.sampleFeatures, 0, problem.features.slice(12 * first, 12 * end) as Float32Array<ArrayBuffer>);
    return { first, end };
  };

  const parts = partsOf(shape.gaps ? rowOffsets : Uint32Array.from(samples.rayOffsets), partSamples);
  const logits = new Float32Array(3 * total);
  submit((pass) => module.encodeBegin(pass));
  if (shape.poisson && !rendering)
    for (const part of parts) {
      enter(part);
      submit((pass) => module.encodeRange(pass));
    }
  for (const part of parts) {
    const { first, end } = enter(part);
    submit((pass) => module.encodeForward(pass, rendering));
    const found = new Float32Array(await readBack(device, buffers.logits));
    const gradients = new Float32Array(4 * (end - first));
    for (let i = first; i < end; i++) {
      logits.set(found.subarray(4 * (i - first), 4 * (i - first) + 3), 3 * i);
      gradients.set(problem.logitGradients.subarray(3 * i, 3 * i + 3), 4 * (i - first));
    }
    device.queue.writeBuffer(buffers.logitGradients, 0, gradients);
    if (!rendering) submit((pass) => module.encodeBackward(pass));
  }
  if (!rendering) submit((pass) => module.encodeGradients(pass));

  const floats = async (buffer: GPUBuffer): Promise<Float32Array> => new Float32Array(await readBack(device, buffer));
  const result = {
    logits,
    raySpikes: new Uint32Array(await readBack(device, buffers.raySpikes)).slice(0, rays),
    stats: readStats(new Uint32Array(await readBack(device, buffers.stats))),
    gradients: rendering ? null : await gradientsByName(),
    potentialSums: await floats(buffers.potentialSums),
    inputRange: (await floats(buffers.inputRange)).slice(0, 2),
  };
  module.dispose();
  for (const buffer of made) buffer.destroy();
  return result;

  async function gradientsByName(): Promise<Record<string, Float32Array>> {
    const all = await floats(buffers.networkGradients);
    const features = new Float32Array(12 * total);
    for (const [plane, buffer] of [buffers.featureGradients0, buffers.featureGradients1, buffers.featureGradients2].entries()) {
      const data = await floats(buffer);
      for (let i = 0; i < total; i++) features.set(data.subarray(4 * i, 4 * i + 4), 12 * i + 4 * plane);
    }
    const [w2, w3At, sums] = [inputs * width, (inputs + width) * width, (inputs + width + 4) * width];
    return {
      features,
      w1: all.slice(0, w2),
      w2: all.slice(w2, w3At),
      w3: Float32Array.from({ length: 3 * width }, (_, i) => all[w3At + 4 * Math.floor(i / 3) + (i % 3)]),
      ...Object.fromEntries(parameters.gradients(all.slice(sums), NO_BUDGET)),
    };
  }
}

interface Part {
  readonly firstRay: number;
  readonly endRay: number;
}

/** Runs of whole rays that fit. */
function partsOf(offsets: Uint32Array, room: number): Part[] {
  const parts: Part[] = [];
  for (let firstRay = 0; firstRay < offsets.length - 1;) {
    let endRay = firstRay + 1;
    while (endRay < offsets.length - 1 && offsets[endRay + 1] - offsets[firstRay] <= room) endRay++;
    parts.push({ firstRay, endRay });
    firstRay = endRay;
  }
  return parts;
}

/** Rows up to each ray, where gaps are rows. */
function rowOffsetsOf({ rays, rayOffsets, stepIndex }: PackedSamples): Uint32Array {
  const offsets = new Uint32Array(rays + 1);
  for (let ray = 0; ray < rays; ray++) {
    const [first, end] = [rayOffsets[ray], rayOffsets[ray + 1]];
    offsets[ray + 1] = offsets[ray] + (end > first ? stepIndex[end - 1] - stepIndex[first] + 1 : 0);
  }
  return offsets;
}

function stepFields(): string[] {
  return [...stepStruct.wgsl.matchAll(/(\w+): \w+,/g)].map(([, name]) => name);
}

async function readBack(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const copy = device.createBuffer({ size: buffer.size, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  const data = copy.getMappedRange().slice(0);
  copy.destroy();
  return data;
}
