/**
 * Tensors of the Backend contract as they lie in the kernels' memory: those of the representation as its module says (representations/); weights with zero rows (w1) or a zero column (w3), the network's moments one behind the other.
 */
import { voxelCount } from '../../geometry/grid.ts';
import type { PlacedField, RegionPlace, WasmRepresentation } from './representations/representation.ts';
import type { Teacher } from '../../engine/backend.ts';
import { summedParts } from '../../model/layers/hetsyn-factors.ts';
import type { WeightName } from '../../model/network-layers.ts';
import { splitTensorName, type ParameterName, type TensorName } from '../../model/tensor-names.ts';
import type { MemoryPlan, Sizes } from './memory-plan.ts';

/** Row r of a tensor's `columns` values lies at float `base + r*stride`; the rest of a row belongs to others or stays zero. */
interface Placement {
  readonly rows: number;
  readonly columns: number;
  readonly base: number;
  readonly stride: number;
}

/** Where the tensors of layers lie. */
const REGIONS: Readonly<Record<string, string>> = { w1: 'w1', w2: 'w2', w3: 'w3', 'w1.decay': 'decays1', 'w2.decay': 'decays2' };

function teachers(region: string): string {
  return `teacher${region[0].toUpperCase()}${region.slice(1)}`;
}

export class TensorStore {
  private readonly floats: Float32Array;
  /** The same as bits, in which 0 and -0 differ, and NaN equals itself. */
  private readonly words: Int32Array;
  private readonly sizes: Sizes;
  private readonly plan: MemoryPlan;
  private readonly representation: WasmRepresentation;
  /** Floats of a region's beginning that may have been written since memory was new, and zero. */
  private readonly used = new Map<string, number>();

  /** @param buffer new: nothing but zeros */
  constructor(buffer: SharedArrayBuffer, plan: MemoryPlan, sizes: Sizes, representation: WasmRepresentation) {
    this.representation = representation;
    this.floats = new Float32Array(buffer);
    this.words = new Int32Array(buffer);
    this.plan = plan;
    this.sizes = sizes;
  }

  /** @param field the present one */
  read(name: TensorName, field: PlacedField): Float32Array {
    return this.readAt(this.place(name, field));
  }

  write(name: TensorName, field: PlacedField, data: Float32Array): void {
    const place = this.place(name, field);
    const { rows, columns } = place;
    if (data.length !== rows * columns) throw new RangeError(`${name} has ${rows * columns} values, not ${data.length}.`);
    this.writeAt(place, data);
  }

  /** Writes a weight matrix: its place does not depend on the grid. */
  writeWeight(name: WeightName, data: Float32Array): void {
    this.writeAt(this.weightPlace(name, null), data);
  }

  /** Writes only what differs: a new page, all zeros, takes memory as soon as it is written, and most moments are of points that no ray has met. */
  private writeAt({ rows, columns, base, stride }: Placement, data: Float32Array): void {
    const { words } = this;
    const given = new Int32Array(data.buffer, data.byteOffset, data.length);
    for (let r = 0, i = 0; r < rows; r++)
      for (let at = base + r * stride, end = at + columns; at < end; at++, i++) if (words[at] !== given[i]) words[at] = given[i];
  }

  /** The gradient of a weight matrix, after the lanes have been added up. */
  readWeightGradient(name: WeightName): Float32Array {
    const place = this.weightPlace(name, null);
    return this.readAt({ ...place, base: this.offset('networkGradients') + place.base - this.offset('w1') });
  }

  /** Its weights lie as the student's do; those of several sums added up where it has ReLUs and no time. */
  writeTeacher({ features, weights, spiking }: Teacher, names: readonly WeightName[]): void {
    const { channels, featureStride, width, parts1, parts2 } = this.sizes;
    this.writeAt(
      { rows: features.length / channels, columns: channels, base: this.offset('teacherFeatures'), stride: featureStride },
      features,
    );
    if (spiking !== null) {
      for (const [i, name] of names.entries()) {
        const [place, region] = [this.weightPlace(name, null), REGIONS[name]];
        this.writeAt({ ...place, base: place.base + this.offset(teachers(region)) - this.offset(region) }, weights[i]);
      }
      return;
    }
    const [w1, w2, w3] = (['w1', 'w2', 'w3'] as const).map((name) => weights[names.indexOf(name)]);
    this.floats.set(summedParts(w1, Math.max(1, parts1), width), this.offset('teacherW1'));
    this.floats.set(summedParts(w2, Math.max(1, parts2), width), this.offset('teacherW2'));
    const at = this.offset('teacherW3');
    w3.forEach((value, i) => (this.floats[at + 4 * Math.floor(i / 3) + (i % 3)] = value));
  }

  /** Zeroes what belongs to the grid. */
  clearGrid(field: PlacedField): void {
    this.clearRegions(
      this.representation
        .cleared(this.sizes, field)
        .map(([name]) => name)
        .filter((name) => name in this.plan.offsets),
      field,
    );
  }

  /** What others have moved into the regions of the grid is zeroed with it. */
  useGrid(field: PlacedField): void {
    for (const [name, count] of this.representation.cleared(this.sizes, field))
      this.used.set(name, Math.max(count, this.used.get(name) ?? 0));
  }

  /** Zeroes what a grid uses of these regions of its representation. Pages that were never written stay so: they take no memory. */
  clearRegions(names: readonly string[], field: PlacedField): void {
    for (const [name, count] of this.representation.cleared(this.sizes, field)) {
      if (!names.includes(name)) continue;
      const used = this.used.get(name) ?? 0;
      this.floats.fill(0, this.offset(name), this.offset(name) + Math.min(count, used));
      this.used.set(name, Math.max(count, used));
    }
  }

  /** The gradient of a parameter of the representation, after its kernel has written it. */
  readGridGradient(name: ParameterName, field: PlacedField): Float32Array {
    return this.readAt(this.at(this.representation.gradientPlace(this.sizes, field, name)));
  }

  private at({ region, offset, ...place }: RegionPlace): Placement {
    return { ...place, base: this.offset(region) + offset };
  }

  private readAt({ rows, columns, base, stride }: Placement): Float32Array {
    const { floats } = this;
    if (stride === columns) return floats.slice(base, base + rows * columns);
    const data = new Float32Array(rows * columns);
    for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[i++] = floats[base + r * stride + c];
    return data;
  }

  private offset(name: string): number {
    const bytes = this.plan.offsets[name];
    if (bytes === undefined)
      throw new RangeError(`This engine has no ${name}: it was made for rendering only, or fields of this kind have none.`);
    return bytes / 4;
  }

  private place(name: TensorName, field: PlacedField): Placement {
    const { parameter, moment } = splitTensorName(name);
    const own = this.representation.place(this.sizes, field, parameter, moment);
    if (own !== null) return this.at(own);
    if (parameter === 'rate') return { rows: voxelCount(field.grid), columns: 1, base: this.offset('rate'), stride: 1 };
    return this.weightPlace(parameter, moment);
  }

  private weightPlace(parameter: string, moment: 'm' | 'v' | null): Placement {
    const { channels, width, inputs, columns1, columns2, parts1, parts2, networkFloats, basisFloats } = this.sizes;
    if (parameter === 'inputSteps') return { rows: 1, columns: channels, base: this.offset('inputSteps'), stride: channels };
    const second = moment === 'v' ? 1 : 0;
    const name = moment === null ? parameter : `${parameter}.${moment}`;
    if (networkFloats === basisFloats) throw new RangeError(`A field without a network has no ${name}.`);
    const region = REGIONS[parameter];
    if (region === undefined) throw new RangeError(`This field has no ${name}.`);
    const base = this.offset(region) + (moment ? this.offset('networkMoments') + second * networkFloats - this.offset('w1') : 0);
    const whole = (rows: number, columns: number): Placement => ({ rows, columns, base, stride: columns });
    if (parameter === 'w1') return whole(inputs, columns1);
    if (parameter === 'w2') return whole(width, columns2);
    if (parameter === 'w1.decay') return whole(parts1 || inputs, width);
    if (parameter === 'w2.decay') return whole(parts2 || width, width);
    return { rows: width, columns: 3, base, stride: 4 };
  }
}
