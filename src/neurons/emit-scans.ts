/**
 * The AssemblyScript module of all neurons' scans: `neurons/generated.ts` of the kernels. Each neuron exports a function by which kernels say that
 * they know it (export-name.ts).
 */
import { BACKWARD, backwardName, emitBackward, emitForward } from './emit-assemblyscript.ts';
import { exportName, identifier } from './export-name.ts';
import { emitRateBackward, emitRateStep, rateBackwardName, rateStepName } from './emit-rates.ts';
import { isSpiking, type NeuronDefinition } from './define-neuron.ts';
import { SURROGATE_NAMES, type SurrogateName } from './surrogates.ts';

/** `neuron` variable of the kernels: 0 no network, 1 ReLU, from here on the spiking neurons of the module in their order. */
const FIRST_SPIKING = 2;

const FORWARD =
  'currents: usize, starts: usize, states: usize, lists: usize, counts: usize, minus: usize, saved: usize, values: usize, rows: i32, tally: usize';
const RATE_STEP = 'currents: usize, carried: usize, lists: usize, counts: usize, minus: usize, values: usize, rows: i32, tally: usize';
const RATE_BACKWARD = 'carried: usize, gradients: usize, sums: usize, rows: i32, steps: i32, penalty: f32';

export function emitScans(neurons: readonly NeuronDefinition[]): string {
  const spiking = neurons.filter(isSpiking);
  const names = (list: string): string => list.replace(/: \w+/g, '');
  const forward = spiking.map((neuron, i) => `    case ${i + FIRST_SPIKING}: ${identifier(neuron)}Forward(${names(FORWARD)}); break;`);
  const ofSurrogates = (call: (neuron: NeuronDefinition, surrogate: SurrogateName) => string): string[] =>
    spiking.flatMap((neuron, i) =>
      SURROGATE_NAMES.map(
        (surrogate, k) => `      case ${(i + FIRST_SPIKING) * SURROGATE_NAMES.length + k}: ${call(neuron, surrogate)}; break;`,
      ),
    );
  const backward = (driven: boolean): string[] =>
    ofSurrogates((neuron, surrogate) => `${backwardName(neuron, surrogate, driven)}(${names(BACKWARD)}, surrogateAlpha)`);
  return [
    '// Written by src/neurons/emit-scans.ts.',
    "import { listBytes, neuron, surrogate, surrogateAlpha, width } from '../state';",
    "import { exp4, log4, madd, sigmoid4, splat, tanh4, zeroFloats } from '../simd';",
    "import { sizes } from '../scratch';",
    "import { appendEntry } from '../sparse-rows';",
    "import { appendActive, prependActive } from '../spikes';",
    "import { count } from '../stats';",
    '',
    ...spiking.flatMap((definition, i) => [
      `// ${definition.name}: ${definition.summary} (${definition.source})`,
      emitForward(definition),
      ...backwardScans(definition),
      ...rateScans(definition),
      `export function ${exportName(definition)}(): i32 { return ${i + FIRST_SPIKING}; }`,
      '',
    ]),
    '/** Charge, fire, reset over all rows; currents become potentials. Adds to `tally` (two floats) the neurons that fired, and those with negative spikes. */',
    `export function scanForward(${FORWARD}): void {`,
    '  switch (neuron) {',
    ...forward,
    '  }',
    '}',
    '',
    '/** Back-propagation through time; gradients of the outputs, and those of the potentials (`drives`, [rows, width] or 0), become gradients of the currents. */',
    `export function scanBackward(${BACKWARD}): void {`,
    `  const scan = neuron * ${SURROGATE_NAMES.length} + surrogate;`,
    '  if (drives) {',
    '    switch (scan) {',
    ...backward(true),
    '    }',
    '  } else {',
    '    switch (scan) {',
    ...backward(false),
    '    }',
    '  }',
    '}',
    '',
    '/** A time step of all rows, each with what it carries (carriedRows rows of floats), for back-propagation through rates. */',
    `export function rateStep(${RATE_STEP}): void {`,
    `  switch (neuron * ${SURROGATE_NAMES.length} + surrogate) {`,
    ...ofSurrogates((neuron, surrogate) => `${rateStepName(neuron, surrogate)}(${names(RATE_STEP)}, surrogateAlpha)`),
    '  }',
    '}',
    '',
    '/** Gradients of the mean outputs of some time steps become gradients of the currents. */',
    `export function rateBackward(${RATE_BACKWARD}): void {`,
    '  switch (neuron) {',
    ...spiking.map((neuron, i) => `    case ${i + FIRST_SPIKING}: ${rateBackwardName(neuron)}(${names(RATE_BACKWARD)}); break;`),
    '  }',
    '}',
    '',
  ].join('\n');
}

function rateScans(definition: NeuronDefinition): string[] {
  return [...SURROGATE_NAMES.map((surrogate) => emitRateStep(definition, surrogate)), emitRateBackward(definition)];
}

function backwardScans(definition: NeuronDefinition): string[] {
  return SURROGATE_NAMES.flatMap((surrogate) => [false, true].map((driven) => emitBackward(definition, surrogate, driven)));
}
