/** What a forward pass did along its rays, step by step (`probe`). */
import type { ProbedLayer, ProbedRay, ProbedSample, ProbedStep } from '../../engine/probe.ts';
import type { Vec3 } from '../../geometry/vector.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { alphaOf, type PackedSamples } from '../../../renderer/march.ts';
import type { ForwardPass } from './forward.ts';
import type { HiddenActivity } from './network-in-time.ts';
import type { Tensor } from './tensorflow.ts';

export function probedRays(spec: FieldSpec, samples: PackedSamples, { shown, hidden }: ForwardPass, density: Tensor | null): ProbedRay[] {
  const weights = shown?.weights.dataSync<'float32'>() ?? new Float32Array(0);
  const colours = shown?.colours.dataSync<'float32'>() ?? new Float32Array(0);
  const densities = density?.dataSync<'float32'>() ?? new Float32Array(0);
  const { min, max, size } = spec.grid;
  const sampleAt = (i: number): ProbedSample => {
    const row = samples.networkRows[i];
    const along = (axis: number): number => min[axis] + (samples.coordinates[row * 3 + axis] / (size[axis] - 1)) * (max[axis] - min[axis]);
    return {
      stepIndex: samples.stepIndex[row],
      distance: samples.distance[row],
      position: [along(0), along(1), along(2)],
      alpha: alphaOf(spec, densities[row]),
      weight: weights[i],
      colour: [...colours.subarray(i * 3, i * 3 + 3)] as unknown as Vec3,
    };
  };
  const steps = hidden && stepsByRay(samples, hidden);
  return Array.from({ length: samples.rays }, (_, ray) => {
    const [begin, end] = [samples.rayOffsets[ray], samples.rayOffsets[ray + 1]];
    return { samples: Array.from({ length: end - begin }, (_sample, i) => sampleAt(begin + i)), steps: steps?.[ray] ?? [] };
  });
}

/** The rows of the padded tensors [T,R,...] that count, by ray and in the order of time. */
function stepsByRay(samples: PackedSamples, hidden: HiddenActivity): ProbedStep[][] {
  const { layout, repeats } = hidden;
  const { rows, columns, reversed, begins, ends, rayOfColumn, placeOf } = layout;
  const alone = rows === 1;
  const sampleOfPlace = new Map(Array.from(placeOf, (place, i) => [place, i] as const));
  const steps = Array.from({ length: samples.rays }, (): ProbedStep[] => []);
  // A layer that has fewer steps of its own is silent behind them.
  const rowsOf = (tensor: Tensor): ((t: number, column: number) => Float32Array) => {
    const data = tensor.dataSync<'float32'>();
    const width = data.length / (tensor.shape[0] * columns);
    return (t, column) =>
      t < tensor.shape[0] ? data.slice((t * columns + column) * width, (t * columns + column + 1) * width) : new Float32Array(width);
  };
  const { inputs: shown, outputs: out, potentials } = hidden.steps!;
  const inputs = rowsOf(shown);
  const layers = out.map((outputs, layer) => ({ outputs: rowsOf(outputs), potentials: rowsOf(potentials[layer]) }));
  const stepAt = (t: number, column: number): ProbedStep => {
    const place = alone ? column : (reversed ? rows - 1 - t : t) * columns + column;
    const sample = sampleOfPlace.get(place);
    return {
      sample: sample === undefined ? -1 : sample - samples.rayOffsets[rayOfColumn[column]],
      inputs: inputs(t, column),
      layers: layers.map((layer): ProbedLayer => {
        const out = layer.outputs(t, column);
        const neurons = Uint16Array.from([...out.keys()].filter((neuron) => out[neuron] !== 0));
        return { potentials: layer.potentials(t, column), neurons, values: Float32Array.from(neurons, (neuron) => out[neuron]) };
      }),
    };
  };
  for (let column = 0; column < columns; column++) {
    const [first, end] = alone && repeats > 1 ? [0, repeats] : [begins[column], ends[column]];
    for (let t = first; t < end; t++) steps[rayOfColumn[column]].push(stepAt(t, column));
  }
  return steps;
}
