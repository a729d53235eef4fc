/**
 * Neurons as WGSL against tfjs: outputs over time and, by the adjoint step, d loss / d inputs and d loss / d learned values, for every neuron and
 * surrogate. The loss is sum_t weight_t S_t + PENALTY sum_t spikes_t + DRIVE sum_t H_t.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { BUFFER_USAGE, createKernel, type KernelText } from '../../renderer/wgsl/kernel.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import type { WebgpuDevice } from '../../src/backends/webgpu/device.ts';
import { Random } from '../../src/math/random.ts';
import { learnedParameters, type NeuronDefinition } from '../../src/neurons/define-neuron.ts';
import { derivative } from '../../src/neurons/differentiate.ts';
import { emitWgsl, wgslSizes } from '../../src/neurons/emit-wgsl.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { rawLeaf } from '../../src/neurons/parameters.ts';
import { parameterPlaces } from '../../src/neurons/scan-layout.ts';
import { SURROGATE_NAMES, surrogateOf, type SurrogateName } from '../../src/neurons/surrogates.ts';
import { runNeurons, tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { expectCloseToMax } from '../conformance/compare.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';

const STEPS = 12;
const NEURONS = 8;
const PENALTY = 0.3;
const DRIVE = 0.2;

interface Result {
  /** [STEPS,NEURONS] */
  readonly outputs: Float32Array;
  readonly inputGradients: Float32Array;
  /** Gradients of the raw values, summed over the neurons, in the order of learnedParameters. */
  readonly learned: readonly number[];
}

/** A neuron an invocation: all steps, then all adjoint steps in reverse. */
function kernelText(definition: NeuronDefinition, surrogate: SurrogateName): KernelText {
  const { learned } = wgslSizes(definition, surrogate);
  return {
    name: `${definition.name}, ${surrogate}`,
    buffers: {
      inputs: 'read array<f32>',
      weights: 'read array<f32>',
      parameters: 'read array<f32>',
      outputs: 'write array<f32>',
      gradients: 'write array<f32>',
      sums: 'write array<f32>',
    },
    code: `${emitWgsl(definition, surrogate)}
@compute @workgroup_size(${NEURONS})
fn main(@builtin(local_invocation_index) j: u32) {
  var p: NeuronParameters;
  for (var i = 0u; i < ${parameterPlaces(definition).length}u; i++) { p[i] = parameters[i + 1u]; }
  let neuron = bindNeuron(p, parameters[0]);
  var states: States;
  var potentials: array<f32, ${STEPS}>;
  var kept: array<Kept, ${STEPS}>;
  for (var t = 0u; t < ${STEPS}u; t++) {
    let fired = stepNeuron(neuron, inputs[t * ${NEURONS}u + j], &states, &kept[t]);
    potentials[t] = fired.potential;
    outputs[t * ${NEURONS}u + j] = fired.output;
  }
  var carry: States;
  var shares: Shares;
  for (var t = ${STEPS}u; t > 0u;) {
    t--;
    let at = Adjoints(weights[t * ${NEURONS}u + j], ${PENALTY}, ${DRIVE});
    gradients[t * ${NEURONS}u + j] = adjointStep(neuron, potentials[t], kept[t], at, &carry, &shares);
  }
  for (var i = 0u; i < ${Math.max(1, learned)}u; i++) { sums[i * ${NEURONS}u + j] = shares[i]; }
}
`,
  };
}

async function byGpu(
  device: GPUDevice,
  definition: NeuronDefinition,
  surrogate: SurrogateName,
  inputs: Float32Array,
  weights: Float32Array,
): Promise<Result> {
  const learned = learnedParameters(definition);
  const values = parameterPlaces(definition).map(({ name }) => definition.parameters[name].initial);
  const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copyTarget | BUFFER_USAGE.copySource;
  const buffer = (data: Float32Array): GPUBuffer => {
    const made = device.createBuffer({ size: data.byteLength, usage });
    device.queue.writeBuffer(made, 0, data as Float32Array<ArrayBuffer>);
    return made;
  };
  const buffers = {
    inputs: buffer(inputs),
    weights: buffer(weights),
    parameters: buffer(Float32Array.of(surrogateOf(surrogate).alpha, ...values)),
    outputs: buffer(new Float32Array(inputs.length)),
    gradients: buffer(new Float32Array(inputs.length)),
    sums: buffer(new Float32Array(NEURONS * Math.max(1, learned.length))),
  };
  const kernel = await createKernel(device, kernelText(definition, surrogate), buffers);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  kernel.run(pass, 1);
  pass.end();
  const copies = [buffers.outputs, buffers.gradients, buffers.sums].map((from) => {
    const to = device.createBuffer({ size: from.size, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget });
    encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    return to;
  });
  device.queue.submit([encoder.finish()]);
  const [outputs, inputGradients, sums] = await Promise.all(
    copies.map(async (copy) => {
      await copy.mapAsync(1);
      return new Float32Array(copy.getMappedRange().slice(0));
    }),
  );
  return {
    outputs,
    inputGradients,
    learned: learned.map(([name, { learned: transform }], i) => {
      const raw = transform.raw(definition.parameters[name].initial);
      const sum = sums.subarray(i * NEURONS, (i + 1) * NEURONS).reduce((a, b) => a + b);
      return sum * evaluate(derivative(transform.value(rawLeaf), rawLeaf), { raw });
    }),
  };
}

function byAutodiff(
  tf: TensorFlow,
  definition: NeuronDefinition,
  surrogate: SurrogateName,
  inputs: Float32Array,
  weights: Float32Array,
): Result {
  const values = Object.fromEntries(Object.entries(definition.parameters).map(([name, { initial }]) => [name, initial]));
  const neuron = tfjsNeuron(definition, values, { name: surrogate, alpha: surrogateOf(surrogate).alpha });
  const learned = learnedParameters(definition);
  const start = learned.map(([name, { learned: transform }]) => tf.tensor1d([transform.raw(values[name])]));
  let found: Tensor;
  const loss = (x: Tensor, ...raw: Tensor[]): Tensor => {
    const bound = neuron.bind(tf, Object.fromEntries(learned.map(([name], i) => [name, raw[i]])));
    const { outputs, events, potentials } = runNeurons(tf, neuron, x, bound);
    found = outputs;
    const weighted = tf.sum(tf.mul(outputs, tf.tensor3d(weights, [STEPS, 1, NEURONS])));
    if (!neuron.spikes) return weighted;
    return tf.add(weighted, tf.add(tf.mul(PENALTY, tf.sum(events)), tf.mul(DRIVE, tf.sum(potentials))));
  };
  const x = tf.tensor3d(inputs, [STEPS, 1, NEURONS]);
  const [dx, ...draw] = tf.grads(loss as never)([x, ...start] as never) as Tensor[];
  loss(x, ...start);
  return {
    outputs: found!.dataSync<'float32'>(),
    inputGradients: dx.dataSync<'float32'>(),
    learned: draw.map((gradient) => gradient.dataSync<'float32'>()[0]),
  };
}

describe.each(builtInNeurons.map((definition) => ({ name: definition.name, definition })))('$name as WGSL', ({ definition }) => {
  let tf: TensorFlow;
  let gpu: WebgpuDevice;
  beforeAll(async () => {
    ({ tf } = await loadTensorFlow());
    gpu = await openTestDevice();
  });

  test.each(SURROGATE_NAMES)('steps and adjoint, %s, are those of tfjs', async (surrogate) => {
    const random = new Random(11);
    const numbers = (scale: number, offset: number): Float32Array =>
      Float32Array.from({ length: STEPS * NEURONS }, () => scale * random.float() + offset);
    const [inputs, weights] = [numbers(4, -1.2), numbers(1, -0.5)];
    const wanted = byAutodiff(tf, definition, surrogate, inputs, weights);
    const got = await gpu.run('a neuron', () => byGpu(gpu.device, definition, surrogate, inputs, weights));
    expectCloseToMax('outputs', got.outputs, wanted.outputs, 1e-5);
    expectCloseToMax('d / d inputs', got.inputGradients, wanted.inputGradients, 1e-4);
    wanted.learned.forEach((value, i) => expect(Math.abs(got.learned[i] - value)).toBeLessThan(1e-4 * (1 + Math.abs(value))));
  });
});
