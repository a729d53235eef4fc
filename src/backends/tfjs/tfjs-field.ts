/** One field as tensors: a training step is forward, loss, automatic differentiation, Adam, each readable in its own file. */
import type { DensityAt } from '../../lattice/place.ts';
import { budgetTerm, withBudgetLoss } from '../../model/bit-budget.ts';
import { readValues } from '../../model/field-values.ts';
import { representationOf } from '../../model/representations/index.ts';
import { tfjsRepresentation, tfjsRepresentations, type TfjsRepresentations } from './representations/index.ts';
import type { TfjsRepresentation } from './representations/representation.ts';
import { voxelCount } from '../../geometry/grid.ts';
import { sliceRays, type Rays } from '../../geometry/rays.ts';
import { emptyRendering } from '../../engine/rendered-rays.ts';
import type { ProbedRay } from '../../engine/probe.ts';
import { marchRays } from '../../../renderer/march.ts';
import { encodeViews } from '../../../renderer/view-encoding.ts';
import { learnsFromRates } from '../../config/backward.ts';
import { hiddenLayers } from '../../model/network-facts.ts';
import type { WeightName } from '../../model/network-layers.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { createNeuron, type TfjsNeuron } from './tfjs-neuron.ts';
import { type FieldSpec } from '../../model/field-spec.ts';
import type { ParameterName, TensorName } from '../../model/tensor-names.ts';
import {
  type Capacity,
  type RenderedRays,
  type RenderSettings,
  type StepResult,
  type StepSettings,
  type Teacher,
  type TrainBatch,
} from '../../engine/backend.ts';
import { checkRays, checkStep, checkTeacher, usesTeacher } from '../shared/check-step.ts';
import { refreshOnHost, scaleOnHost, type HostEngine } from '../shared/host-grids.ts';
import { countActivity } from './activity.ts';
import { boundParameters, fieldParameters } from './bound-parameters.ts';
import { FieldTensors } from './field-tensors.ts';
import { forward, type ForwardInput, type ForwardPass } from './forward.ts';
import { trainingLoss, type Loss } from './loss.ts';
import { RENDER_RAYS } from './memory.ts';
import { probedRays } from './probe-pass.ts';
import { createRateNeuron, type RateNeuron } from './rate-neuron.ts';
import { writeRendered } from './rendered-rays.ts';
import type { InputRange } from './poisson-encoding.ts';
import { createTeacher, disposeTeacher, type TeacherTensors } from './teacher.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { penalisedGradients } from './penalties.ts';
import { measureStates, updateParameters } from './update-parameters.ts';

/**
 * How near the last call was to other discrete decisions: |H - threshold| of the nearest neuron, |u - x'| of the nearest Poisson input or |u - q|
 * of the nearest neuron in dropout, and the margin of marching (`PackedSamples.margin`). Another backend must agree where all of them exceed its rounding.
 */
export interface Margins {
  readonly spike: number;
  readonly noise: number;
  readonly marching: number;
}

export interface TfjsFieldOptions {
  /** Measure `margins` in every call. */
  readonly measureMargins?: boolean;
  /** Representations besides the built-in ones, by kind: registered ones (registerRepresentation). */
  readonly representations?: TfjsRepresentations;
}

interface Evaluation {
  readonly result: StepResult;
  /** Dense, zeros where nothing contributed. */
  readonly gradients: Record<string, Tensor>;
  /** Parameters that a step leaves as they are. */
  readonly resting: ReadonlySet<string>;
  readonly range: InputRange | null;
}

export class TfjsField implements HostEngine {
  /** Margins of the last call; Infinity where nothing could have gone otherwise or nothing was measured. */
  margins: Margins = { spike: Infinity, noise: Infinity, marching: Infinity };

  private readonly tf: TensorFlow;
  private readonly capacity: Capacity;
  private readonly options: TfjsFieldOptions;
  private readonly tensors: FieldTensors;
  private readonly representation: TfjsRepresentation;
  private currentSpec: FieldSpec;
  private neuron: TfjsNeuron | null;
  /** null: gradients pass through every time step. */
  private rates: RateNeuron | null;
  private teacher: TeacherTensors | null = null;

  constructor(tf: TensorFlow, spec: FieldSpec, capacity: Capacity, options: TfjsFieldOptions = {}) {
    this.tf = tf;
    this.capacity = capacity;
    this.options = options;
    this.currentSpec = spec;
    this.neuron = spec.network && createNeuron(spec.network);
    this.rates = ratesOf(spec.network);
    this.representation = tfjsRepresentation(spec, { ...tfjsRepresentations, ...options.representations });
    this.tensors = new FieldTensors(tf, spec, capacity.trainRays > 0);
  }

  get spec(): FieldSpec {
    return this.currentSpec;
  }

  read(name: TensorName): Promise<Float32Array> {
    return this.tensors.read(name);
  }

  async write(name: TensorName, data: Float32Array): Promise<void> {
    this.tensors.write(name, data);
    await measureStates(this.spec, this.tensors, [name as WeightName], true);
  }

  async readOccupancy(): Promise<Uint8Array> {
    return this.tensors.occupancy.slice();
  }

  async writeOccupancy(occupancy: Uint8Array): Promise<void> {
    const expected = this.tensors.occupancy.length;
    if (occupancy.length !== expected) throw new RangeError(`occupancy has ${expected} values, ${occupancy.length} were given`);
    this.tensors.occupancy = occupancy.slice();
  }

  async refreshOccupancy(): Promise<void> {
    await refreshOnHost(this);
  }

  async scaleGrid(to: FieldSpec): Promise<void> {
    await scaleOnHost(this, to);
  }

  async respecify(spec: FieldSpec): Promise<void> {
    const old = this.currentSpec;
    if (shapeOf(spec) !== shapeOf(old))
      throw new RangeError(`scaling keeps representation and network: ${shapeOf(old)}, not ${shapeOf(spec)}`);
    const voxels = voxelCount(spec.grid);
    if (voxels > this.capacity.voxels) throw new RangeError(`${voxels} voxels exceed the capacity of ${this.capacity.voxels}`);
    this.currentSpec = spec;
    this.neuron = spec.network && createNeuron(spec.network);
    this.rates = ratesOf(spec.network);
    if (spec.grid.size.some((points, axis) => points !== old.grid.size[axis])) this.tensors.resetGrids(spec);
    else {
      const rows = representationOf(spec).partial?.rowsBefore(spec, old.representation);
      if (rows !== undefined) this.tensors.rearrangeGrids(spec, rows);
    }
  }

  async setTeacher(teacher: Teacher | null): Promise<void> {
    if (teacher !== null) checkTeacher(teacher, this.spec, this.capacity);
    disposeTeacher(this.teacher);
    this.teacher = teacher && createTeacher(this.tf, teacher, this.spec);
  }

  async trainStep(batch: TrainBatch, settings: StepSettings): Promise<StepResult> {
    const { result, gradients, resting, range } = await this.evaluate(batch, settings);
    await updateParameters(this.tf, this.spec, this.tensors, { gradients, resting }, settings);
    this.tf.dispose(gradients);
    if (range !== null) this.tensors.write('inputRange', Float32Array.from(range));
    return result;
  }

  async gradients(
    batch: TrainBatch,
    settings: StepSettings,
  ): Promise<{ result: StepResult; gradients: Partial<Record<ParameterName, Float32Array>> }> {
    const { result, gradients } = await this.evaluate(batch, settings);
    const arrays: Partial<Record<ParameterName, Float32Array>> = {};
    for (const name of this.tensors.parameterNames) arrays[name] = (await gradients[name].data<'float32'>()).slice();
    this.tf.dispose(gradients);
    return { result, gradients: arrays };
  }

  async renderRays(rays: Rays, settings: RenderSettings): Promise<RenderedRays> {
    checkRays(rays);
    const out = emptyRendering(rays.count, hiddenLayers(this.spec));
    const densityAt = await this.densityAt();
    const [low, high] = await this.read('inputRange');
    for (let first = 0; first < rays.count; first += RENDER_RAYS) {
      const part = sliceRays(rays, first, Math.min(first + RENDER_RAYS, rays.count));
      const samples = marchRays(this.spec, part, densityAt, this.tensors.occupancy, settings.weightThreshold);
      this.tf.tidy(() => {
        const background = this.tf.tile(this.tf.tensor2d([...settings.background], [1, 3]), [part.count, 1]);
        const noise = { seed: settings.noiseSeed ?? 0, firstRay: first, range: [low, high] as const };
        writeRendered(this.tf, out, first, samples, this.forward(part, { samples, background, noise, neuron: this.neuron }));
      });
    }
    return out;
  }

  async probe(rays: Rays, settings: Omit<RenderSettings, 'background'>): Promise<ProbedRay[]> {
    checkRays(rays);
    const [low, high] = await this.read('inputRange');
    const samples = marchRays(this.spec, rays, await this.densityAt(), this.tensors.occupancy, settings.weightThreshold);
    let probed: ProbedRay[] = [];
    this.tf.tidy(() => {
      const noise = { seed: settings.noiseSeed ?? 0, firstRay: 0, range: [low, high] as const };
      const background = this.tf.zeros([rays.count, 3]);
      const pass = this.forward(rays, { samples, background, noise, neuron: this.neuron });
      const field = fieldParameters(this.tensors);
      const density = samples.stepIndex.length > 0 ? this.representation.density(this.tf, this.spec, field, samples) : null;
      probed = probedRays(this.spec, samples, pass, density);
    });
    return probed;
  }

  async dispose(): Promise<void> {
    this.tensors.dispose();
    await this.setTeacher(null);
  }

  /** Loss, counts and the gradient of every parameter. */
  private async evaluate(batch: TrainBatch, settings: StepSettings): Promise<Evaluation> {
    const { tf } = this;
    checkStep(batch, settings, this.spec, this.capacity, this.teacher !== null);
    const { network } = this.spec;
    const { noiseSeed, dropout, surrogateAlpha } = settings;
    const teacher = usesTeacher(settings.loss, this.teacher !== null) ? { tensors: this.teacher!, rays: batch } : null;
    const steep = network && surrogateAlpha !== null ? { ...network, surrogateAlpha } : network;
    const neuron = steep && surrogateAlpha !== null ? createNeuron(steep) : this.neuron;
    const rates = surrogateAlpha === null ? this.rates : ratesOf(steep);
    const samples = marchRays(this.spec, batch, await this.densityAt(), this.tensors.occupancy);
    const names = this.tensors.parameterNames;
    const budget = await budgetTerm(this.spec, settings.loss.bits, (name) => this.read(name));
    let result: StepResult | null = null;
    let range: InputRange | null = null;
    const computeLoss = (): Tensor => {
      const background = tf.tensor2d(batch.background, [batch.count, 3]);
      const noise = { seed: noiseSeed, firstRay: 0, range: null };
      const pass = this.forward(batch, { samples, background, noise, neuron, dropout, teacher, rates }, settings.thresholdRises);
      const loss = trainingLoss(tf, pass, tf.tensor2d(batch.target, [batch.count, 3]), samples, this.spec, settings.loss);
      range = pass.hidden?.poisson?.range ?? null;
      result = {
        loss: loss.total.dataSync()[0],
        mse: loss.mse.dataSync()[0],
        counts: countActivity(samples, pass).counts,
        meanPotentials: this.meanPotentials(loss, settings),
        ...(settings.thresholdRises === undefined ? {} : { meanSpikes: this.meanSpikes(pass) }),
      };
      return loss.total;
    };
    const gradients = tf.tidy(() => {
      const variables = names.map((name) => this.tensors.get(name));
      const found = samples.stepIndex.length > 0 ? tf.variableGrads(computeLoss as () => never, variables).grads : (computeLoss(), {});
      const all = Object.fromEntries(names.map((name, i) => [name, found[variables[i].name] ?? tf.zerosLike(variables[i])]));
      for (const [name, added] of budget.gradients) all[name] = tf.add(all[name], added);
      for (const name of budget.resting) all[name] = tf.zerosLike(all[name]);
      return { ...all, ...penalisedGradients(tf, this.spec, this.representation, this.tensors, all, batch.count, settings.loss) };
    });
    return { result: withBudgetLoss(result!, budget), gradients, resting: budget.resting, range };
  }

  /** Mean potentials of the step; zeros if there was no sample. */
  private meanPotentials({ meanPotentials }: Loss, { loss }: StepSettings): StepResult['meanPotentials'] {
    if (loss.potentials === null || this.neuron?.spikes !== true) return null;
    return hiddenWidths(this.spec.network!).map(
      (width, layer) => meanPotentials?.[layer].dataSync<'float32'>().slice() ?? new Float32Array(width),
    );
  }

  /** Mean spikes of the neurons in the step; zeros if there was no sample. */
  private meanSpikes({ hidden }: ForwardPass): readonly Float32Array[] {
    const events = hidden?.atSamples?.events;
    return hiddenWidths(this.spec.network!).map((width, layer) =>
      events === undefined ? new Float32Array(width) : this.tf.mean(events[layer], [0, 1]).dataSync<'float32'>().slice(),
    );
  }

  private forward(rays: Rays, input: Omit<ForwardInput, 'spec' | 'views'>, rises?: readonly Float32Array[]): ForwardPass {
    const { spec, tf } = this;
    const { samples } = input;
    const views = spec.network && encodeViews(rays.viewDirections ?? rays.directions, spec.network.viewFrequencies);
    const parameters = boundParameters(tf, spec, this.tensors, rises);
    const measureMargins = this.options.measureMargins === true;
    const pass = forward(tf, parameters, { ...input, spec, views, representation: this.representation, measureMargins });
    if (measureMargins) {
      const { hidden } = pass;
      this.margins = {
        marching: samples.margin,
        ...(hidden?.margins() ?? { spike: Infinity, noise: Infinity }),
      };
    }
    return pass;
  }

  /** As the parameters are now. */
  private async densityAt(): Promise<DensityAt> {
    return representationOf(this.spec).densityAt(this.spec, await readValues(this));
  }
}

function ratesOf(network: FieldSpec['network']): RateNeuron | null {
  return network && learnsFromRates(network) ? createRateNeuron(network) : null;
}

function shapeOf({ representation, network }: FieldSpec): string {
  const { kind, features, partial } = representationOf({ representation });
  const field = partial === undefined ? JSON.stringify(representation) : `${kind} with ${features} features`;
  if (network === null) return `${field}, no network`;
  const layers = network.layers?.map(({ kind, width }) => `${kind} ${width}`).join(', ') ?? `two dense layers of ${network.width}`;
  return `${field}, ${layers}, ${network.viewFrequencies} view frequencies`;
}
