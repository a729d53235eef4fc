/** The tensors of a field by name: parameters as variables, their moments, learning-rate factors, occupancy. */
import { voxelCount } from '../../geometry/grid.ts';
import { FIRST_STEP, inputLevels } from '../../model/input-spikes.ts';
import { repeatsTensors } from '../../model/learned-repeats.ts';
import { networkParameters, parametersOf, type ParameterName, type TensorName } from '../../model/tensor-names.ts';
import { neuronTensors } from '../../neurons/settings.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { representationOf } from '../../model/representations/index.ts';
import type { RepresentationTensor } from '../../model/representations/representation.ts';
import { quantisedLayers } from '../../model/quantised-layers.ts';
import { measureState } from '../../quantisers/quantiser.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import { gatherRowsOrZero } from './custom-gradients.ts';
import type { Tensor, TensorFlow, Variable } from './tensorflow.ts';

export class FieldTensors {
  /** [V] 0 or 1 */
  occupancy: Uint8Array;
  /** The parameters that this field has. */
  readonly parameterNames: readonly ParameterName[];
  /** Those of the representation. */
  grids: readonly RepresentationTensor[];
  private readonly tf: TensorFlow;
  private readonly variables = new Map<TensorName, Variable>();
  private readonly withMoments: boolean;

  constructor(tf: TensorFlow, spec: FieldSpec, withMoments: boolean) {
    this.tf = tf;
    this.withMoments = withMoments;
    this.grids = representationOf(spec).tensors(spec);
    this.occupancy = new Uint8Array(voxelCount(spec.grid)).fill(1);
    this.create(parameterShapes(spec));
    this.createRate(spec);
    for (const { name, length, initial } of neuronTensors(spec.network)) this.assign(name, tf.fill([length], initial));
    for (const { name, initial } of repeatsTensors(spec.network)) this.assign(name, tf.fill([1], initial));
    for (const { parameters, states, quantiser, shape } of quantisedLayers(spec)) {
      for (const { name, length, initial } of parameters) this.assign(name, tf.fill([length], initial));
      const zeros = new Float32Array(shape.reduce((a, b) => a * b));
      for (const { name, key } of states)
        this.set(name, tf.tensor1d(measureState(quantiser.states[key], zeros, Float32Array.of(NaN), shape)));
    }
    this.set('inputRange', tf.zeros([2]));
    if (inputLevels(spec.network).features > 0) this.set('inputSteps', tf.fill(tensorShape('inputSteps', spec) as [number], FIRST_STEP));
    this.parameterNames = parametersOf(spec);
  }

  /** The representation's tensors, their moments, rate and occupancy as in a new field of `spec`. */
  resetGrids(spec: FieldSpec): void {
    this.grids = representationOf(spec).tensors(spec);
    this.occupancy = new Uint8Array(voxelCount(spec.grid)).fill(1);
    this.create(gridShapes(spec));
    this.createRate(spec);
  }

  /** Takes the tensors of `spec`, of the same grid in other bricks: row r of them is row `rows[r]` of those before, -1: zeros. */
  rearrangeGrids(spec: FieldSpec, rows: Int32Array): void {
    this.grids = representationOf(spec).tensors(spec);
    for (const { name, shape } of this.grids)
      for (const each of this.withMoments ? [name, `${name}.m`, `${name}.v`] : [name]) {
        const old = this.get(each);
        const columns = shape.slice(4).reduce((a, b) => a * b, 1);
        this.set(
          each,
          this.tf.tidy(() => this.tf.reshape(gatherRowsOrZero(this.tf, this.tf.reshape(old, [-1, columns]), rows), [...shape])),
        );
      }
  }

  get(name: TensorName): Variable {
    const variable = this.variables.get(name);
    if (variable === undefined) throw new RangeError(`this field has no tensor ${name}; it has ${[...this.variables.keys()].join(', ')}`);
    return variable;
  }

  async read(name: TensorName): Promise<Float32Array> {
    return (await this.get(name).data<'float32'>()).slice();
  }

  write(name: TensorName, data: Float32Array): void {
    const variable = this.get(name);
    if (data.length !== variable.size) throw new RangeError(`${name} has ${variable.size} values, ${data.length} were given`);
    this.assign(name, this.tf.tensor(data.slice(), variable.shape));
  }

  /** Takes `value` over; it has the shape of the tensor that it replaces. */
  assign(name: TensorName, value: Tensor): void {
    this.get(name).assign(value);
    value.dispose();
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }

  private create(shapes: Record<ParameterName, number[]>): void {
    for (const [name, shape] of Object.entries(shapes)) {
      this.set(name, this.tf.zeros(shape));
      if (!this.withMoments) continue;
      this.set(`${name}.m`, this.tf.zeros(shape));
      this.set(`${name}.v`, this.tf.zeros(shape));
    }
  }

  private createRate(spec: FieldSpec): void {
    this.set('rate', this.tf.ones([voxelCount(spec.grid)]));
  }

  private set(name: TensorName, value: Tensor): void {
    this.variables.get(name)?.dispose();
    this.variables.set(name, this.tf.variable(value));
    value.dispose();
  }
}

/** Shapes of the parameters, the points of the lattice in one index: [V], [V,C], ... */
export function parameterShapes(spec: FieldSpec): Record<ParameterName, number[]> {
  return { ...gridShapes(spec), ...Object.fromEntries(networkParameters(spec).map((name) => [name, [...tensorShape(name, spec)]])) };
}

function gridShapes(spec: FieldSpec): Record<ParameterName, number[]> {
  return Object.fromEntries(
    representationOf(spec)
      .tensors(spec)
      .map(({ name, shape, onLattice }) => [name, onLattice ? [voxelCount(spec.grid), ...shape.slice(3)] : [...shape]]),
  );
}
