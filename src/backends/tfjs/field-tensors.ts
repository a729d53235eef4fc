/** The tensors of a field by name: parameters as variables, their moments, learning-rate factors, occupancy. */
import { voxelCount } from '../../geometry/grid.ts';
import { parametersOf, type ParameterName, type TensorName } from '../../model/tensor-names.ts';
import { neuronTensors } from '../../neurons/settings.ts';
import { viewInputs, type FieldSpec } from '../../model/field-spec.ts';
import type { Tensor, TensorFlow, Variable } from './tensorflow.ts';

export class FieldTensors {
  /** [V] 0 or 1 */
  occupancy: Uint8Array;
  /** The parameters that this field has. */
  readonly parameterNames: readonly ParameterName[];
  private readonly tf: TensorFlow;
  private readonly variables = new Map<TensorName, Variable>();
  private readonly withMoments: boolean;

  constructor(tf: TensorFlow, spec: FieldSpec, withMoments: boolean) {
    this.tf = tf;
    this.withMoments = withMoments;
    this.occupancy = new Uint8Array(voxelCount(spec.grid)).fill(1);
    this.create(parameterShapes(spec));
    this.createRate(spec);
    for (const { name, length, initial } of neuronTensors(spec.network)) this.assign(name, tf.fill([length], initial));
    this.set('inputRange', tf.zeros([2]));
    this.parameterNames = parametersOf(spec);
  }

  /** Density and features, their moments, rate and occupancy as in a new field of `spec`. */
  resetGrids(spec: FieldSpec): void {
    const { density, features } = parameterShapes(spec);
    this.occupancy = new Uint8Array(voxelCount(spec.grid)).fill(1);
    this.create({ density, features });
    this.createRate(spec);
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

  private create(shapes: Partial<Record<ParameterName, number[]>>): void {
    for (const [name, shape] of Object.entries(shapes) as [ParameterName, number[]][]) {
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

/** Shapes of the parameters, see `TensorName`. */
export function parameterShapes(spec: FieldSpec): { density: number[]; features: number[] } & Partial<Record<ParameterName, number[]>> {
  const voxels = voxelCount(spec.grid);
  const grids = { density: [voxels], features: [voxels, spec.featureChannels] };
  if (spec.network === null) return grids;
  const { width } = spec.network;
  const neurons = Object.fromEntries(neuronTensors(spec.network).map(({ name, length }) => [name, [length]]));
  return { ...grids, ...neurons, w1: [spec.featureChannels + viewInputs(spec.network), width], w2: [width, width], w3: [width, 3] };
}
