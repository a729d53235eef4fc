/** One field on a GPU: uploads rays and numbers, makes calls, hands out what the interface promises. */
import { BUFFER_USAGE, type Buffers, type Kernel } from '../../../renderer/wgsl/kernel.ts';
import { gridStruct, type StepUniforms } from '../../../renderer/wgsl/uniforms.ts';
import { BackendError } from '../../errors.ts';
import { densityOf } from '../../model/density.ts';
import { voxelCount, type FieldSpec } from '../../model/field-spec.ts';
import { WEIGHTS } from '../../model/tensor-names.ts';
import { surrogateSettings } from '../../neurons/settings.ts';
import {
  addCounts,
  emptyCounts,
  type FieldEngine,
  type ParameterName,
  type Rays,
  type RenderedRays,
  type RenderSettings,
  type StepResult,
  type StepSettings,
  type Teacher,
  type TensorName,
  type TrainBatch,
} from '../backend.ts';
import { repeatsOf } from '../wasm/memory-plan.ts';
import { spikes } from '../wasm/network-state.ts';
import { NeuronParameters } from '../wasm/neuron-parameters.ts';
import { CallRunner, type CallResult } from './call-runner.ts';
import type { WebgpuDevice } from './device.ts';
import { bindKernel, inspectionKernels, type FieldKernels } from './field-kernels.ts';
import { checkFits, RENDER_RAYS, type FieldSizes } from './field-plan.ts';
import type { NetworkModule } from './network/interface.ts';
import { TensorStore } from './tensor-store.ts';

/** What an engine takes over. */
export interface FieldParts {
  readonly device: WebgpuDevice;
  readonly sizes: FieldSizes;
  readonly buffers: Buffers;
  readonly kernels: FieldKernels;
  readonly network: NetworkModule | null;
}

type CallNumbers = Omit<StepUniforms, 'parts'>;

/** What a call does not need is 0. */
const NO_NUMBERS: CallNumbers = {
  rayCount: 0,
  firstRay: 0,
  noiseSeed: 0,
  weightThreshold: 0,
  backgroundR: 0,
  backgroundG: 0,
  backgroundB: 0,
  photometricScale: 0,
  perSampleScale: 0,
  entropyScale: 0,
  spikeWeight1: 0,
  spikeWeight2: 0,
  surrogateAlpha: 0,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  densityRate: 0,
  featureRate: 0,
  networkRate: 0,
};

export class WebgpuEngine implements FieldEngine {
  private currentSpec: FieldSpec;
  private readonly owner: WebgpuDevice;
  private readonly device: GPUDevice;
  private readonly sizes: FieldSizes;
  private readonly buffers: Buffers;
  private readonly kernels: FieldKernels;
  private readonly network: NetworkModule | null;
  private readonly calls: CallRunner;
  private readonly tensors: TensorStore;
  private readonly neurons: NeuronParameters;
  private readonly neuronValues: Float32Array<ArrayBuffer>;
  private occupancy = new Uint8Array(0);

  constructor(spec: FieldSpec, { device, sizes, buffers, kernels, network }: FieldParts) {
    this.currentSpec = spec;
    this.owner = device;
    this.device = device.device;
    this.sizes = sizes;
    this.buffers = buffers;
    this.kernels = kernels;
    this.network = network;
    this.calls = new CallRunner(device, buffers, sizes);
    this.tensors = new TensorStore(this.device, buffers, sizes);
    this.neuronValues = new Float32Array(2 * sizes.neuronFloats);
    this.neurons = new NeuronParameters(spec.network, this.neuronValues, sizes.training);
    this.writeNeurons();
    this.applySpec(true);
  }

  get spec(): FieldSpec {
    return this.currentSpec;
  }

  async read(name: TensorName): Promise<Float32Array> {
    const own = this.neurons.find(name);
    if (own !== null) return own.slice();
    return this.owner.run(`reading ${name}`, () => this.tensors.read(name, voxelCount(this.spec.grid)));
  }

  async write(name: TensorName, data: Float32Array): Promise<void> {
    const own = this.neurons.find(name);
    if (own === null) return this.tensors.write(name, voxelCount(this.spec.grid), data);
    if (data.length !== own.length) throw new RangeError(`${name} has ${own.length} values, not ${data.length}.`);
    own.set(data);
    this.neurons.refresh();
    this.writeNeurons();
  }

  async readOccupancy(): Promise<Uint8Array> {
    return this.occupancy.slice();
  }

  async writeOccupancy(occupancy: Uint8Array): Promise<void> {
    const voxels = voxelCount(this.spec.grid);
    if (occupancy.length !== voxels) throw new RangeError(`occupancy has ${voxels} values, not ${occupancy.length}.`);
    this.occupancy = Uint8Array.from(occupancy);
    const words = new Uint8Array(Math.ceil(voxels / 4) * 4);
    words.set(occupancy);
    this.device.queue.writeBuffer(this.buffers['leapScratch'], 0, words);
    this.submit((pass) => this.kernels.encodeLeapMap(pass, voxels));
  }

  async respecify(spec: FieldSpec): Promise<void> {
    checkFits(spec, this.sizes);
    const resized = spec.grid.size.some((n, axis) => n !== this.spec.grid.size[axis]);
    this.currentSpec = spec;
    this.applySpec(resized);
  }

  async setTeacher(teacher: Teacher | null): Promise<void> {
    if (teacher !== null) throw new BackendError('The webgpu backend has no teacher.', 'Use the backend wasm or tfjs.');
  }

  async trainStep(batch: TrainBatch, settings: StepSettings): Promise<StepResult> {
    const call = await this.step('training step', batch, settings, (pass) => this.kernels.encodeUpdate(pass));
    if (this.neurons.names.length > 0) {
      const rate = settings.learningRates.network * biasCorrection(settings) * (this.spec.network?.neuronRate ?? 1);
      this.neurons.update(call.neuronGradients, settings.adam, rate);
      this.writeNeurons();
    }
    return this.stepResult(batch.count, settings, call);
  }

  async gradients(
    batch: TrainBatch,
    settings: StepSettings,
  ): Promise<{ result: StepResult; gradients: Partial<Record<ParameterName, Float32Array>> }> {
    const voxels = voxelCount(this.spec.grid);
    const range = await this.read('inputRange');
    const dense: Record<string, GPUBuffer> = {};
    const kernels: Kernel[] = [];
    try {
      for (const [name, bound] of inspectionKernels(this.sizes)) {
        const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySource;
        dense[name] = this.device.createBuffer({ label: `gradient of ${name}`, size: this.buffers[name].size, usage });
        kernels.push(await bindKernel(this.device, bound, { ...this.buffers, gradient: dense[name] }));
      }
      const call = await this.step('gradients', batch, settings, (pass) => {
        for (const kernel of kernels) this.kernels.runTouched(pass, kernel);
      });
      await this.write('inputRange', range);
      const gradients: Partial<Record<ParameterName, Float32Array>> = {};
      for (const name of ['density', 'features'] as const) gradients[name] = await this.tensors.readGridGradient(name, voxels, dense);
      if (this.network) for (const name of WEIGHTS) gradients[name] = await this.tensors.readWeightGradient(name);
      for (const [name, gradient] of this.neurons.gradients(call.neuronGradients)) gradients[name] = gradient;
      return { result: this.stepResult(batch.count, settings, call), gradients };
    } finally {
      for (const buffer of Object.values(dense)) buffer.destroy();
    }
  }

  async renderRays(rays: Rays, settings: RenderSettings): Promise<RenderedRays> {
    const n = rays.count;
    const out = {
      rgb: new Float32Array(n * 3),
      depth: new Float32Array(n),
      opacity: new Float32Array(n),
      samples: new Uint32Array(n),
      spikes: new Uint32Array(n),
      counts: emptyCounts(),
    };
    const [backgroundR, backgroundG, backgroundB] = settings.background;
    const { weightThreshold = this.spec.weightThreshold, noiseSeed = 0 } = settings;
    const numbers = { ...NO_NUMBERS, backgroundR, backgroundG, backgroundB, weightThreshold, noiseSeed };
    for (let first = 0; first < n; first += RENDER_RAYS) {
      const count = Math.min(RENDER_RAYS, n - first);
      this.writeRays(rays, first, count);
      const { rendered, counts } = await this.calls.run(
        'rendering',
        { ...numbers, rayCount: count, firstRay: first },
        true,
        (pass, parts) => this.kernels.encodeRendering(pass, count, parts),
      );
      out.rgb.set(new Float32Array(rendered, 0, 3 * count), 3 * first);
      out.depth.set(new Float32Array(rendered, 12 * count, count), first);
      out.opacity.set(new Float32Array(rendered, 16 * count, count), first);
      out.samples.set(new Uint32Array(rendered, 20 * count, count), first);
      out.spikes.set(new Uint32Array(rendered, 24 * count, count), first);
      addCounts(out.counts, counts);
    }
    return out;
  }

  async dispose(): Promise<void> {
    this.calls.dispose();
    this.network?.dispose();
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }

  /** @param use what to do with the gradients */
  private step(what: string, batch: TrainBatch, settings: StepSettings, use: (pass: GPUComputePassEncoder) => void): Promise<CallResult> {
    const n = batch.count;
    if (n > this.sizes.trainRays)
      throw new RangeError(`A batch of ${n} rays is beyond the capacity of ${this.sizes.trainRays} this engine was made for.`);
    const { network } = this.spec;
    const { adam, learningRates, loss, noiseSeed } = settings;
    if (settings.dropout > 0 || loss.teacherColour !== 0 || loss.teacherPotential !== 0)
      throw new BackendError('The webgpu backend has no teacher and no dropout.', 'Use the backend wasm or tfjs.');
    this.writeRays(batch, 0, n);
    this.writeFloats('targets', batch.target.subarray(0, 3 * n));
    this.writeFloats('backgrounds', batch.background.subarray(0, 3 * n));
    loss.potentials?.forEach((weights, layer) => this.writeFloats('potentialWeights', weights, layer * weights.length));
    const correction = biasCorrection(settings);
    const numbers: CallNumbers = {
      ...NO_NUMBERS,
      ...adam,
      rayCount: n,
      noiseSeed,
      weightThreshold: this.spec.weightThreshold,
      photometricScale: 1 / (3 * n),
      perSampleScale: loss.perSample / n,
      entropyScale: loss.entropy / n,
      spikeWeight1: loss.spikes[0],
      spikeWeight2: loss.spikes[1],
      surrogateAlpha: settings.surrogateAlpha ?? (network ? surrogateSettings(network).alpha : 0),
      densityRate: learningRates.density * correction,
      featureRate: learningRates.features * correction,
      networkRate: learningRates.network * correction,
    };
    return this.calls.run(what, numbers, false, (pass, parts) => {
      this.kernels.encodeStep(pass, n, parts);
      use(pass);
      this.kernels.encodeClear(pass);
    });
  }

  private stepResult(rays: number, { loss }: StepSettings, { counts, lossSums, potentialSums }: CallResult): StepResult {
    const { network } = this.spec;
    const [squared, perSample, entropy] = lossSums;
    const mse = squared / (3 * rays);
    let total = mse + (loss.perSample * perSample + loss.entropy * entropy) / rays;
    // Rows that a mean over samples and repeats goes over.
    const rows = network && spikes(network) ? counts.samples * repeatsOf(network) : 0;
    if (network === null || rows === 0) return { loss: total, mse, counts, meanPotentials: null };
    for (const layer of [0, 1]) total += (loss.spikes[layer] * counts.spikes[layer]) / (rows * network.width);
    if (loss.potentials === null) return { loss: total, mse, counts, meanPotentials: null };
    const means = [0, 1].map((layer) => potentialSums.subarray(layer * network.width, (layer + 1) * network.width).map((h) => h / rows));
    loss.potentials.forEach((weights, layer) => weights.forEach((weight, c) => (total += weight * means[layer][c])));
    return { loss: total, mse, counts, meanPotentials: [means[0], means[1]] };
  }

  private applySpec(resized: boolean): void {
    const { grid, alphaThreshold, interval, densityShift, stepLength, near } = this.spec;
    const [nx, ny, nz] = grid.size;
    const [minX, minY, minZ] = grid.min;
    const [maxX, maxY, maxZ] = grid.max;
    // WGSL knows no infinity.
    const densityThreshold = Math.max(densityOf(alphaThreshold, densityShift, interval), -3e38);
    const numbers = { nx, ny, nz, minX, minY, minZ, maxX, maxY, maxZ, densityShift, interval, stepLength, near, densityThreshold };
    this.device.queue.writeBuffer(this.buffers['grid'], 0, gridStruct.pack(numbers));
    this.calls.forgetParts();
    if (resized) this.resetGrids();
  }

  private resetGrids(): void {
    const voxels = voxelCount(this.spec.grid);
    this.occupancy = new Uint8Array(voxels).fill(1);
    const encoder = this.device.createCommandEncoder();
    for (const [name, buffer] of Object.entries(this.buffers))
      if (/^(density|features\d|leap)[MV]?$/.test(name)) encoder.clearBuffer(buffer);
    this.device.queue.submit([encoder.finish()]);
    if (this.sizes.training) this.writeFloats('rate', new Float32Array(voxels).fill(1));
  }

  private writeRays({ origins, directions }: Rays, first: number, count: number): void {
    this.writeFloats('rays', origins.subarray(3 * first, 3 * (first + count)));
    this.writeFloats('rays', directions.subarray(3 * first, 3 * (first + count)), 3 * count);
  }

  private writeFloats(name: string, data: Float32Array, offset = 0): void {
    this.device.queue.writeBuffer(this.buffers[name], 4 * offset, data as Float32Array<ArrayBuffer>);
  }

  private writeNeurons(): void {
    if (this.neuronValues.length > 0) this.writeFloats('neuronValues', this.neuronValues);
  }

  private submit(encode: (pass: GPUComputePassEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }
}

function biasCorrection({ adam, adamStep }: StepSettings): number {
  return Math.sqrt(1 - adam.beta2 ** adamStep) / (1 - adam.beta1 ** adamStep);
}
