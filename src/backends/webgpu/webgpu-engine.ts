/** One field on a GPU: its tensors, and its training steps; what it renders is field-rendering.ts. */
import { budgetTerm, withBudgetLoss, type BudgetTerm } from '../../model/bit-budget.ts';
import { gridParameters } from '../../model/tensor-names.ts';
import { bindKernel } from './kernels/bound-text.ts';
import { voxelCount } from '../../geometry/grid.ts';
import type { ProbedRay } from '../../engine/probe.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { Counts } from '../../engine/counts.ts';
import { BUFFER_USAGE, type Buffers, type Textures } from '../../../renderer/wgsl/kernel.ts';
import { DISPATCH_WIDTH } from '../../../renderer/wgsl/work.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { weightTensors, type WeightName } from '../../model/network-layers.ts';
import { representationOf } from '../../model/representations/index.ts';
import type { ParameterName, TensorName } from '../../model/tensor-names.ts';
import { hasVariation, variationReach } from '../../model/total-variation.ts';
import {
  type Capacity,
  type PaintRequest,
  type RenderedRays,
  type RenderSettings,
  type StepResult,
  type StepSettings,
  type Teacher,
  type TrainBatch,
} from '../../engine/backend.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import { checkStep, checkTeacher, usesTeacher } from '../shared/check-step.ts';
import { FIRST_STEP } from '../../model/input-spikes.ts';
import { isSpikingNetwork } from '../../model/network-facts.ts';
import { refreshOnHost, scaleOnHost, type HostEngine } from '../shared/host-grids.ts';
import { NeuronParameters } from '../shared/neuron-parameters.ts';
import { probeRays } from '../shared/probe-rays.ts';
import { WeightTransforms } from '../shared/weight-transforms.ts';
import { BrickTables } from './brick-tables.ts';
import { CallRunner, type Call } from './call-runner.ts';
import type { WebgpuDevice } from './device.ts';
import type { FieldKernels } from './field-kernels.ts';
import { checkFits, type FieldSizes } from './field-plan.ts';
import { FieldRendering } from './field-rendering.ts';
import { FieldUploads, firstView } from './field-uploads.ts';
import { packAxes } from './kernels/scale-grid.ts';
import type { NetworkModule } from './network/interface.ts';
import type { TeacherModule } from './network/teacher.ts';
import { readBuffer, TensorStore } from './tensor-store.ts';
import { stepNumbers, stepPieces, stepResult, stepSums, type StepSums } from './training-call.ts';

/** What an engine takes over. */
export interface FieldParts {
  readonly device: WebgpuDevice;
  readonly capacity: Capacity;
  readonly sizes: FieldSizes;
  readonly buffers: Buffers;
  readonly tables: Textures;
  readonly kernels: FieldKernels;
  readonly network: NetworkModule | null;
  readonly teacher: TeacherModule | null;
}

export class WebgpuEngine implements HostEngine {
  private currentSpec: FieldSpec;
  private readonly owner: WebgpuDevice;
  private readonly device: GPUDevice;
  private readonly capacity: Capacity;
  private readonly sizes: FieldSizes;
  private readonly buffers: Buffers;
  private readonly tables: Textures;
  private readonly kernels: FieldKernels;
  private readonly network: NetworkModule | null;
  private readonly teacher: TeacherModule | null;
  private hasTeacher = false;
  private readonly calls: CallRunner;
  private readonly uploads: FieldUploads;
  private readonly rendering: FieldRendering;
  private readonly tensors: TensorStore;
  private readonly neurons: NeuronParameters;
  private readonly transforms: WeightTransforms;
  private readonly neuronValues: Float32Array<ArrayBuffer>;
  /** Where the representation holds only some points: the host decides which, whenever it refreshes or scales. */
  private readonly bricks: BrickTables | null;
  /** Whether the occupancy may ask for points that the field does not have. */
  private occupancyGiven = true;

  constructor(spec: FieldSpec, { device, capacity, sizes, buffers, tables, kernels, network, teacher }: FieldParts) {
    this.currentSpec = spec;
    this.owner = device;
    this.device = device.device;
    this.capacity = capacity;
    this.sizes = sizes;
    this.buffers = buffers;
    this.tables = tables;
    this.kernels = kernels;
    this.network = network;
    this.teacher = teacher;
    this.calls = new CallRunner(this.device, buffers);
    this.uploads = new FieldUploads(this.device, buffers);
    this.rendering = new FieldRendering({ owner: device, sizes, buffers, kernels, calls: this.calls, uploads: this.uploads });
    this.tensors = new TensorStore(this.device, buffers, sizes);
    this.neuronValues = new Float32Array(2 * sizes.neuronFloats);
    this.neurons = new NeuronParameters(spec.network, this.neuronValues, sizes.training);
    this.transforms = new WeightTransforms(spec, sizes.training);
    this.bricks = representationOf(spec).partial === undefined ? null : new BrickTables(this.device, buffers, tables, sizes);
    this.writeNeurons();
    this.uploads.grid('grid', spec);
    this.bricks?.show(spec);
    if (spec.network !== null) this.uploads.floats('inputSteps', new Float32Array(4 * Math.ceil(sizes.channels / 4)).fill(FIRST_STEP));
    this.writeUnitRates();
  }

  get spec(): FieldSpec {
    return this.currentSpec;
  }

  async read(name: TensorName): Promise<Float32Array> {
    const own = this.neurons.find(name) ?? this.transforms.find(name);
    if (own !== null) return own.slice();
    if (this.isUnitRate(name)) return new Float32Array(voxelCount(this.spec.grid)).fill(1);
    return this.owner.run(`reading ${name}`, () => this.tensors.read(name, this.spec));
  }

  async write(name: TensorName, data: Float32Array): Promise<void> {
    const own = this.neurons.find(name) ?? this.transforms.find(name);
    if (this.isUnitRate(name)) {
      if (data.some((rate) => rate !== 1)) throw new RangeError(`Points in ${this.spec.representation.kind} have no ${name} of their own.`);
      return;
    }
    if (own === null) return this.tensors.write(name, this.spec, data);
    if (data.length !== own.length) throw new RangeError(`${name} has ${own.length} values, not ${data.length}.`);
    own.set(data);
    this.neurons.refresh();
    this.writeNeurons();
    this.transforms.written(name);
    this.showWeights();
  }

  async readOccupancy(): Promise<Uint8Array> {
    const voxels = voxelCount(this.spec.grid);
    const leap = await this.owner.run('reading the occupancy', () =>
      readBuffer(this.device, this.buffers['leap'], 0, 4 * Math.ceil(voxels / 4)),
    );
    // The distance to the nearest occupied point is 0 where one is.
    return new Uint8Array(leap, 0, voxels).map((distance) => (distance === 0 ? 1 : 0));
  }

  async writeOccupancy(occupancy: Uint8Array): Promise<void> {
    const voxels = voxelCount(this.spec.grid);
    if (occupancy.length !== voxels) throw new RangeError(`occupancy has ${voxels} values, not ${occupancy.length}.`);
    const words = new Uint8Array(Math.ceil(voxels / 4) * 4);
    words.set(occupancy);
    this.device.queue.writeBuffer(this.buffers['leapScratch'], 0, words);
    this.submit((pass) => this.kernels.encodeLeapMap(pass, voxels));
    this.occupancyGiven = true;
  }

  async refreshOccupancy(): Promise<void> {
    this.checkTrains();
    if (this.bricks === null) this.submit((pass) => this.kernels.encodeRefresh(pass, this.spec.grid));
    else {
      await refreshOnHost(this);
      this.occupancyGiven = false;
    }
  }

  async scaleGrid(to: FieldSpec): Promise<void> {
    this.checkTrains();
    if (this.bricks !== null) {
      await scaleOnHost(this, to);
      this.occupancyGiven = false;
      return;
    }
    checkFits(to, this.sizes);
    const from = this.spec;
    this.uploads.grid('fromGrid', from);
    this.uploads.grid('grid', { ...to, densityShift: from.densityShift });
    this.device.queue.writeBuffer(this.buffers['axes'], 0, packAxes(from.grid, to.grid));
    const encoder = this.device.createCommandEncoder();
    this.kernels.encodeScaling(encoder, to.grid);
    this.device.queue.submit([encoder.finish()]);
    this.uploads.grid('grid', to);
    this.neurons.clearMoments();
    this.transforms.clearMoments();
    this.calls.forgetParts();
    this.currentSpec = to;
    this.writeUnitRates();
  }

  async respecify(to: FieldSpec): Promise<void> {
    this.checkTrains();
    checkFits(to, this.sizes);
    const from = this.spec;
    const encoder = this.device.createCommandEncoder();
    if (to.grid.size.some((points, axis) => points !== from.grid.size[axis])) {
      this.kernels.encodeReset(encoder);
      this.calls.forgetParts();
    } else {
      this.bricks?.writeMoves(from, to);
      this.kernels.encodeRearranging(encoder, to.grid);
    }
    this.device.queue.submit([encoder.finish()]);
    this.uploads.grid('grid', to);
    this.bricks?.show(to);
    this.occupancyGiven = true;
    this.currentSpec = to;
    this.writeUnitRates();
  }

  async setTeacher(teacher: Teacher | null): Promise<void> {
    if (teacher !== null) {
      checkTeacher(teacher, this.spec, this.capacity);
      this.teacher?.write(teacher);
    }
    this.hasTeacher = teacher !== null;
  }

  async trainStep(batch: TrainBatch, settings: StepSettings): Promise<StepResult> {
    const varied = hasVariation(settings.loss.totalVariation);
    // The GPU begins before anything is waited for, so that the caller can go on meanwhile.
    const [sums, budget] = await Promise.all([
      this.step('training step', batch, settings, (pass) => this.kernels.encodeUpdate(pass, this.spec.grid, varied)),
      this.budget(settings),
    ]);
    if (this.transforms.weights.length > 0) {
      const rate = settings.learningRates.network * biasCorrection(settings);
      this.transforms.update(await this.seenGradients(), budget, settings.adam, rate);
      this.showWeights();
    }
    if (this.neurons.names.length > 0) {
      const rate = settings.learningRates.network * biasCorrection(settings) * (this.spec.network?.neuronRate ?? 1);
      this.neurons.update(sums.neurons, budget, settings.adam, rate);
      this.writeNeurons();
    }
    return withBudgetLoss(stepResult(this.spec, batch.count, settings, sums), budget);
  }

  async gradients(
    batch: TrainBatch,
    settings: StepSettings,
  ): Promise<{ result: StepResult; gradients: Partial<Record<ParameterName, Float32Array>> }> {
    const { grid } = this.spec;
    const { representation } = this.sizes;
    const range = await this.read('inputRange');
    const budget = await this.budget(settings);
    const own: Record<string, GPUBuffer> = {};
    try {
      for (const { name } of representation.buffers(this.sizes)) {
        const label = `${name}Gradient`;
        if (label in this.buffers) continue;
        own[label] = this.device.createBuffer({
          label,
          size: this.buffers[name].size,
          usage: BUFFER_USAGE.storage | BUFFER_USAGE.copySource,
        });
      }
      const all = { ...this.buffers, ...own };
      const { gradients: stages } = representation.stages(this.sizes, DISPATCH_WIDTH);
      const kernels = await Promise.all(
        stages.map(async (stage) => [await bindKernel(this.device, stage, all, this.tables), stage.over] as const),
      );
      const sums = await this.step('gradients', batch, settings, (pass) => {
        for (const [kernel, over] of kernels) this.kernels.runStage(pass, kernel, over, grid);
      });
      await this.write('inputRange', range);
      const gradients: Partial<Record<ParameterName, Float32Array>> = {};
      for (const name of gridParameters(this.spec)) gradients[name] = await this.tensors.readGridGradient(name, this.spec, all);
      for (const { name } of weightTensors(this.spec)) gradients[name] = await this.tensors.readWeightGradient(name, this.spec);
      for (const [name, gradient] of this.transforms.gradients(await this.seenGradients(), budget)) gradients[name] = gradient;
      for (const [name, gradient] of this.neurons.gradients(sums.neurons, budget)) gradients[name] = gradient;
      return { result: withBudgetLoss(stepResult(this.spec, batch.count, settings, sums), budget), gradients };
    } finally {
      for (const buffer of Object.values(own)) buffer.destroy();
    }
  }

  renderRays(rays: Rays, settings: RenderSettings): Promise<RenderedRays> {
    return this.rendering.renderRays(this.spec, rays, settings);
  }

  paint(request: PaintRequest, settings: RenderSettings): Promise<Counts> {
    return this.rendering.paint(this.spec, request, settings);
  }

  probe(rays: Rays, settings: Omit<RenderSettings, 'background'>): Promise<ProbedRay[]> {
    return probeRays(this, rays, settings);
  }

  async dispose(): Promise<void> {
    this.calls.dispose();
    this.network?.dispose();
    this.teacher?.dispose();
    for (const each of [...Object.values(this.buffers), ...Object.values(this.tables)]) each.destroy();
  }

  /** @param use what to do with the gradients */
  private async step(
    what: string,
    batch: TrainBatch,
    settings: StepSettings,
    use: (pass: GPUComputePassEncoder) => void,
  ): Promise<StepSums> {
    checkStep(batch, settings, this.spec, this.capacity, this.hasTeacher);
    if (this.bricks !== null && this.occupancyGiven) {
      this.bricks.showSamples(this.spec, await this.readOccupancy());
      this.occupancyGiven = false;
    }
    const n = batch.count;
    const { network } = this.spec;
    const { loss } = settings;
    const { grid } = this.spec;
    const everywhere = variationReach(loss.totalVariation) === 'everywhere';
    const scratch = Object.entries(this.sizes.representation.scratch(this.sizes));
    const cleared = scratch.flatMap(([name, { cleared: bytes = 0 }]) => (bytes > 0 ? [[this.buffers[name], bytes] as const] : []));
    const teacher = usesTeacher(loss, this.hasTeacher) ? this.teacher : null;
    const call: Call = {
      numbers: { ...stepNumbers(this.spec, n, settings), firstView: firstView(batch, n) },
      cleared: [...cleared, ...(teacher ? [[teacher.errors, teacher.errors.size] as const] : [])],
      results: stepPieces(this.sizes),
      encode: (pass, parts) => {
        this.kernels.encodeStep(pass, n, parts, { grid, everywhere, teacher });
        use(pass);
        this.kernels.encodeFinish(pass, grid);
      },
    };
    const { thresholdRises } = settings;
    if (thresholdRises !== undefined) this.raiseThresholds(thresholdRises);
    try {
      return await this.owner.run(what, async () => {
        for (;;) {
          this.uploads.rays(batch, 0, n);
          this.uploads.floats('colours', batch.target);
          this.uploads.floats('colours', batch.background, 3 * n);
          if (network) this.uploads.potentialWeights(isSpikingNetwork(network) ? loss.potentials : null, network.width);
          const sums = await this.calls.run(call, (counted, bytes, offset) => stepSums(this.sizes, counted, bytes, offset));
          if (sums !== null) return sums;
        }
      });
    } finally {
      if (thresholdRises !== undefined) this.raiseThresholds();
    }
  }

  private budget({ loss }: StepSettings): Promise<BudgetTerm> {
    return budgetTerm(this.spec, loss.bits, (name) => this.read(name));
  }

  private checkTrains(): void {
    if (!this.sizes.training) throw new RangeError('This engine was made for rendering only; its grids stay as they are.');
  }

  /** Gradients of quantised weights as the kernels saw them. */
  private async seenGradients(): Promise<Map<WeightName, Float32Array>> {
    const gradients = new Map<WeightName, Float32Array>();
    for (const name of this.transforms.weights)
      gradients.set(name, await this.owner.run(`reading the gradient of ${name}`, () => this.tensors.readWeightGradient(name, this.spec)));
    return gradients;
  }

  /** Shows the kernels quantised weights; the others lie in their buffers. */
  private showWeights(): void {
    for (const [name, values] of this.transforms.seen()) this.tensors.write(name, this.spec, values);
  }

  /** Learning-rate factors of 1. */
  private writeUnitRates(): void {
    if (this.sizes.training && this.sizes.representation.rates)
      this.uploads.floats('rate', new Float32Array(voxelCount(this.spec.grid)).fill(1));
  }

  /** Whether a tensor is that of learning-rate factors, of points that have none. */
  private isUnitRate(name: TensorName): boolean {
    return name === 'rate' && this.sizes.training && !this.sizes.representation.rates;
  }

  /** Missing: not at all. */
  private raiseThresholds(rises?: readonly Float32Array[]): void {
    this.neurons.raise(rises);
    this.writeNeurons();
  }

  private writeNeurons(): void {
    if (this.neuronValues.length > 0) this.uploads.floats('neuronValues', this.neuronValues);
  }

  private submit(encode: (pass: GPUComputePassEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }
}
