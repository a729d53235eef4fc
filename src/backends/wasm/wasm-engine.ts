/** One field on the wasm backend: its tensors and their updates; what the kernels do with rays is ray-calls.ts. */
import { budgetTerm, withBudgetLoss, type BudgetTerm } from '../../model/bit-budget.ts';
import { gridParameters } from '../../model/tensor-names.ts';
import { wasmRepresentation } from './representations/index.ts';
import type { WasmRepresentation } from './representations/representation.ts';
import { voxelCount } from '../../geometry/grid.ts';
import type { ProbedRay } from '../../engine/probe.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { ParameterName, TensorName } from '../../model/tensor-names.ts';
import { type FieldSpec } from '../../model/field-spec.ts';
import { hasVariation } from '../../model/total-variation.ts';
import {
  type Capacity,
  type RenderedRays,
  type RenderSettings,
  type StepResult,
  type StepSettings,
  type Teacher,
  type TrainBatch,
} from '../../engine/backend.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import { checkStep, checkTeacher } from '../shared/check-step.ts';
import { refreshOnHost, scaleOnHost, type HostEngine } from '../shared/host-grids.ts';
import { gridState, layoutState } from './field-state.ts';
import type { KernelPool } from './kernel-pool.ts';
import { checkFits, type MemoryPlan, type Sizes } from './memory-plan.ts';
import { FIRST_STEP } from '../../model/input-spikes.ts';
import { weightTensors, type WeightName } from '../../model/network-layers.ts';
import { networkState } from './network-state.ts';
import { LearnedRepeats } from './learned-repeats.ts';
import { NeuronParameters } from '../shared/neuron-parameters.ts';
import { probeRays } from '../shared/probe-rays.ts';
import { WeightTransforms } from '../shared/weight-transforms.ts';
import { RayCalls } from './ray-calls.ts';
import { writeSignTable } from './sign-table.ts';
import { writeTeacherState } from './teacher-state.ts';
import { TensorStore } from './tensor-store.ts';

export class WasmEngine implements HostEngine {
  private currentSpec: FieldSpec;
  private readonly sizes: Sizes;
  private readonly plan: MemoryPlan;
  private readonly pool: KernelPool;
  private readonly capacity: Capacity;
  private readonly buffer: SharedArrayBuffer;
  private readonly tensors: TensorStore;
  private readonly representation: WasmRepresentation;
  private readonly neurons: NeuronParameters;
  private readonly repeats: LearnedRepeats;
  private readonly transforms: WeightTransforms;
  private readonly calls: RayCalls;
  private readonly weights: readonly WeightName[];
  private readonly fieldNames: readonly ParameterName[];
  private hasTeacher = false;
  private hasRate = false;

  constructor(spec: FieldSpec, sizes: Sizes, plan: MemoryPlan, scratchStride: number, pool: KernelPool, capacity: Capacity) {
    this.currentSpec = spec;
    this.sizes = sizes;
    this.plan = plan;
    this.pool = pool;
    this.capacity = capacity;
    this.weights = weightTensors(spec).map(({ name }) => name);
    this.buffer = pool.memory.buffer as unknown as SharedArrayBuffer;
    this.representation = wasmRepresentation(spec);
    this.fieldNames = gridParameters(spec);
    this.tensors = new TensorStore(this.buffer, plan, sizes, this.representation);
    const values = new Float32Array(this.buffer, plan.offsets['neuronValues'], 2 * sizes.neuronFloats);
    this.neurons = new NeuronParameters(spec.network, values, capacity.trainRays > 0);
    this.repeats = new LearnedRepeats(spec.network, capacity.trainRays > 0);
    this.transforms = new WeightTransforms(spec, capacity.trainRays > 0);
    this.calls = new RayCalls(pool, plan, sizes, this.representation);
    pool.setState({
      threads: pool.threads,
      ...layoutState(plan, sizes, scratchStride),
      ...networkState(spec, capacity, pool),
      ...this.neurons.amplitudes,
      ...this.stepState(),
    });
    this.floats('inputSteps', sizes.featureStride).fill(FIRST_STEP);
    this.applySpec(true);
  }

  get spec(): FieldSpec {
    return this.currentSpec;
  }

  /** Milliseconds spent in each kernel so far. */
  get kernelTimes(): ReadonlyMap<string, number> {
    return this.pool.times;
  }

  async read(name: TensorName): Promise<Float32Array> {
    const own = this.findOnHost(name);
    if (own !== null) return own.slice();
    if (name === 'rate' && this.capacity.trainRays > 0 && !this.hasRate) return new Float32Array(voxelCount(this.spec.grid)).fill(1);
    return name === 'inputRange' ? this.calls.inputRange.slice() : this.tensors.read(name, this.spec);
  }

  async write(name: TensorName, data: Float32Array): Promise<void> {
    if (name === 'inputRange') {
      if (data.length !== 2) throw new RangeError(`inputRange has 2 values, not ${data.length}.`);
      this.calls.inputRange.set(data);
      return;
    }
    const own = this.findOnHost(name);
    if (own !== null) {
      if (data.length !== own.length) throw new RangeError(`${name} has ${own.length} values, not ${data.length}.`);
      own.set(data);
      this.refreshNeurons();
      this.transforms.written(name);
      this.showWeights();
      return;
    }
    if (name === 'rate') {
      const voxels = voxelCount(this.spec.grid);
      if (data.length !== voxels) throw new RangeError(`rate has ${voxels} values, not ${data.length}.`);
      const hasRate = data.some((value) => value !== 1);
      if (hasRate) this.tensors.write(name, this.spec, data);
      this.setHasRate(hasRate);
      return;
    }
    this.tensors.write(name, this.spec, data);
    if (this.fieldNames.includes(name)) this.fieldChanged();
    if (this.weights.includes(name as WeightName)) this.pool.runHere('transposeWeights');
  }

  async readOccupancy(): Promise<Uint8Array> {
    return this.bytes('leap', voxelCount(this.spec.grid)).map((distance) => (distance === 0 ? 1 : 0));
  }

  async writeOccupancy(occupancy: Uint8Array): Promise<void> {
    const voxels = voxelCount(this.spec.grid);
    if (occupancy.length !== voxels) throw new RangeError(`occupancy has ${voxels} values, not ${occupancy.length}.`);
    this.bytes('leap', voxels).set(occupancy);
    this.pool.runHere('buildLeapMap');
  }

  async refreshOccupancy(): Promise<void> {
    await refreshOnHost(this);
  }

  async scaleGrid(to: FieldSpec): Promise<void> {
    await scaleOnHost(this, to);
  }

  async respecify(spec: FieldSpec): Promise<void> {
    const resized = spec.grid.size.some((n, axis) => n !== this.spec.grid.size[axis]);
    checkFits(spec, this.sizes, this.pool.threads);
    if (!resized) {
      this.representation.rearrange?.(this.sizes, this.spec, spec, this.buffer, this.plan.offsets);
      this.tensors.useGrid(spec);
    }
    this.currentSpec = spec;
    this.applySpec(resized);
  }

  async setTeacher(teacher: Teacher | null): Promise<void> {
    if (teacher !== null) {
      checkTeacher(teacher, this.spec, this.capacity);
      this.tensors.writeTeacher(teacher, this.weights);
      const { sizes } = this;
      const floats = (region: string, count: number): Float32Array => this.floats(region, count);
      this.pool.setState(writeTeacherState(teacher, this.spec, this.capacity, { sizes, floats }));
    }
    this.hasTeacher = teacher !== null;
  }

  async trainStep(batch: TrainBatch, settings: StepSettings): Promise<StepResult> {
    const { kernels } = this.representation;
    const budget = await this.budget(settings);
    const behind = this.seenBehind();
    // From here to the update without a break: other calls would change what the kernels work on.
    const result = this.backward(batch, settings, budget);
    if (kernels.update === null || hasVariation(settings.loss.totalVariation)) {
      this.calls.runShared(hasVariation(settings.loss.totalVariation) ? kernels.scatterVaried : kernels.scatter);
      this.pool.run(kernels.apply);
    } else this.pool.run(kernels.update);
    this.fieldChanged();
    if (this.transforms.weights.length > 0)
      this.transforms.update(this.seenGradients(), budget, settings.adam, settings.learningRates.network * biasCorrection(settings));
    this.showWeights();
    if (this.spec.network !== null) this.pool.runHere('transposeWeights');
    if (this.neurons.names.length + behind.size > 0) {
      const rate = settings.learningRates.network * biasCorrection(settings) * (this.spec.network?.neuronRate ?? 1);
      this.neurons.update(this.neuronSums(), budget, settings.adam, rate);
      this.repeats.update(this.repeatsGradients(behind, budget), budget, settings.adam, rate);
      this.refreshNeurons();
    }
    return result;
  }

  async gradients(
    batch: TrainBatch,
    settings: StepSettings,
  ): Promise<{ result: StepResult; gradients: Partial<Record<ParameterName, Float32Array>> }> {
    const budget = await this.budget(settings);
    const inputRange = this.calls.inputRange.slice();
    const result = this.backward(batch, settings, budget);
    this.calls.inputRange.set(inputRange);
    this.calls.runShared(
      hasVariation(settings.loss.totalVariation) ? this.representation.kernels.scatterVaried : this.representation.kernels.scatter,
    );
    this.pool.run('reduceNetwork');
    // The moments' place serves as scratch: it is saved, cleared, filled, read and put back.
    const own = gridParameters(this.spec);
    const saved = own.flatMap((name) => [`${name}.m`, `${name}.v`]).map((name) => [name, this.tensors.read(name, this.spec)] as const);
    const { gradients: written } = this.representation.kernels;
    this.tensors.clearRegions(written.into, this.spec);
    this.pool.run(written.name, ...written.into.map((region) => this.plan.offsets[region]));
    const gradients: Partial<Record<ParameterName, Float32Array>> = {};
    for (const name of own) gradients[name] = this.tensors.readGridGradient(name, this.spec);
    for (const [name, data] of saved) this.tensors.write(name, this.spec, data);
    for (const name of this.weights) gradients[name] = this.tensors.readWeightGradient(name);
    for (const [name, gradient] of this.transforms.gradients(this.seenGradients(), budget)) gradients[name] = gradient;
    for (const [name, gradient] of this.neurons.gradients(this.neuronSums(), budget)) gradients[name] = gradient;
    for (const [name, gradient] of this.repeatsGradients(this.seenBehind(), budget)) gradients[name] = gradient;
    return { result, gradients };
  }

  async renderRays(rays: Rays, settings: RenderSettings): Promise<RenderedRays> {
    return this.calls.render(this.spec, rays, settings, this.repeats.lengths);
  }

  probe(rays: Rays, settings: Omit<RenderSettings, 'background'>): Promise<ProbedRay[]> {
    return probeRays(this, rays, settings);
  }

  async dispose(): Promise<void> {
    await this.pool.dispose();
  }

  private budget({ loss }: StepSettings): Promise<BudgetTerm> {
    return budgetTerm(this.spec, loss.bits, (name) => this.read(name));
  }

  private backward(batch: TrainBatch, settings: StepSettings, budget: BudgetTerm): StepResult {
    checkStep(batch, settings, this.spec, this.capacity, this.hasTeacher);
    this.neurons.raise(settings.thresholdRises);
    try {
      return withBudgetLoss(this.calls.backward(this.spec, batch, settings, this.repeats.lengths), budget);
    } finally {
      this.neurons.raise();
    }
  }

  /** The scans' sums for the neurons' parameters, after the lanes have been added up. */
  private neuronSums(): Float32Array {
    const { networkFloats, neuronFloats } = this.sizes;
    if (this.neurons.names.length === 0) return new Float32Array(0);
    return new Float32Array(this.buffer, this.plan.offsets['networkGradients'] + networkFloats * 4, 2 * neuronFloats);
  }

  /** The matrices behind layers that learn their time steps, as the kernels see them. */
  private seenBehind(): Map<WeightName, Float32Array> {
    return new Map(this.repeats.behind.map((name) => [name, this.tensors.read(name, this.spec)]));
  }

  private repeatsGradients(seen: ReadonlyMap<WeightName, Float32Array>, budget: BudgetTerm): ReturnType<LearnedRepeats['gradients']> {
    return this.repeats.gradients(seen, (name) => this.tensors.readWeightGradient(name), budget);
  }

  /** What lies on the host's side of the kernels. */
  private findOnHost(name: TensorName): Float32Array | null {
    return this.neurons.find(name) ?? this.repeats.find(name) ?? this.transforms.find(name);
  }

  /** Time steps of the hidden layers, where these are learned. */
  private stepState(): Record<string, number> {
    const { lengths } = this.repeats;
    return lengths === null ? {} : { rateSteps1: lengths[0], rateSteps2: lengths[1] };
  }

  /** Gradients of quantised weights as the kernels saw them, after the lanes have been added up. */
  private seenGradients(): Map<WeightName, Float32Array> {
    return new Map(this.transforms.weights.map((name) => [name, this.tensors.readWeightGradient(name)]));
  }

  /** Shows the kernels quantised weights; the others lie in their memory. */
  private showWeights(): void {
    const { columns2, signGroups } = this.sizes;
    const seen = this.transforms.seen();
    for (const [name, values] of seen) {
      this.tensors.writeWeight(name, values);
      if (name === 'w2' && signGroups > 0)
        this.pool.setState({ hasSigns: writeSignTable(this.buffer, this.plan.offsets['signTable'], values, columns2, signGroups) ? 1 : 0 });
    }
    if (seen.length > 0) this.pool.runHere('transposeWeights');
  }

  /** What kernels keep besides the tensors of the representation, which have changed. */
  private fieldChanged(): void {
    const { changed } = this.representation.kernels;
    if (changed !== null) this.pool.runHere(changed);
  }

  private refreshNeurons(): void {
    this.neurons.refresh();
    this.pool.setState({ ...this.neurons.amplitudes, ...this.stepState() });
  }

  private applySpec(resized: boolean): void {
    this.pool.setState({ ...gridState(this.spec), ...this.representation.state(this.sizes, this.spec, this.plan.offsets) });
    if (resized) {
      const voxels = voxelCount(this.spec.grid);
      this.tensors.clearGrid(this.spec);
      // Occupied everywhere.
      this.bytes('leap', voxels).fill(0);
      this.setHasRate(false);
    }
    this.representation.writeTables?.(this.sizes, this.spec, this.buffer, this.plan.offsets);
  }

  /** Says whether the learning-rate factors differ from 1 anywhere; while they do not, nothing is stored of them. */
  private setHasRate(hasRate: boolean): void {
    this.hasRate = hasRate;
    this.pool.setState({ hasRate: hasRate ? 1 : 0 });
  }

  private floats(name: string, count: number): Float32Array {
    return new Float32Array(this.buffer, this.plan.offsets[name], count);
  }

  private bytes(name: string, count: number): Uint8Array {
    return new Uint8Array(this.buffer, this.plan.offsets[name], count);
  }
}
