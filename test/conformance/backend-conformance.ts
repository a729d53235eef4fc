/**
 * One model, several machines: the same cases on a backend and on `tfjs`, the executable specification. Compared are the counts (exactly),
 * loss, rendered values, every gradient, and ten training steps.
 *
 * Tolerances are for single precision with another order of summation; the comments give what was measured between tfjs and wasm.
 */
import { representationOf, representations } from '../../src/model/representations/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, FieldEngine, StepResult } from '../../src/engine/backend.ts';
import type { Margins } from '../../src/backends/tfjs/tfjs-field.ts';
import { parametersOf, type ParameterName, type TensorName } from '../../src/model/tensor-names.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { conformanceCases, EPSILON, type ConformanceCase } from './cases.ts';
import { factorCases } from './field-cases.ts';
import { expectClose, expectCloseToMax } from './compare.ts';
import { gradientsOf, renderingOf, specifiedGradients, specifiedRendering, specifiedTraining, stepSettings } from './specified.ts';

/** Relative to the largest entry of a gradient; measured 7e-6. */
const GRADIENT_TOLERANCE = 2e-4;
/** Absolute, of colours, opacities and metres; measured 2e-6. */
const RENDER_TOLERANCE = 2e-5;
/** Relative; measured 8e-7. */
const LOSS_TOLERANCE = 1e-5;
/** Difference of parameters after ten steps, in learning rates; measured 8e-4. */
const STEP_TOLERANCE = 5e-3;
/** Difference of the moments after ten steps, relative to the largest entry; measured 8e-5. */
const MOMENT_TOLERANCE = 5e-4;

const TRAINING_STEPS = 10;
/** Adam amplifies gradients far below epsilon, rounding included; here gradients are 1e-5 to 1e-2. */
const TRAINING_ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };

/**
 * With every representation that the backend has: all cases with dense grids, with others those that are theirs.
 *
 * @param name begins with the backend's
 */
export function describeConformance(name: string, createBackend: () => Promise<Backend>, cases = conformanceCases): void {
  for (const { kind } of representations().filter(({ backends }) => backends.some((backend) => name.startsWith(backend)))) {
    const own = kind === 'dense' ? cases : cases === conformanceCases ? (OWN_CASES[kind] ?? cases) : [];
    const run = name.startsWith('webgpu') ? own.filter(({ onGpu }) => onGpu !== false) : own;
    if (run.length > 0) describeWith(kind, name, createBackend, run);
  }
}

/** Bricks have the cases of bricks.test.ts: there the same field in dense grids gives the same numbers. */
const OWN_CASES: Readonly<Record<string, readonly ConformanceCase[]>> = { vm: factorCases, bricks: [] };

function describeWith(
  representation: string,
  name: string,
  createBackend: () => Promise<Backend>,
  cases: readonly ConformanceCase[],
): void {
  describe(`${name} agrees with tfjs: ${representation}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await createBackend();
    });

    for (const conformanceCase of cases) {
      describe(conformanceCase.name, () => {
        const fixture = fieldFixture({ representation, ...conformanceCase.options });
        let engine: FieldEngine;
        beforeAll(async () => {
          engine = await load(backend, fixture);
        });
        afterAll(() => engine.dispose());

        test('loss, counts and every gradient', () => compareGradients(engine, fixture));
        test('rendered rays', () => compareRendering(engine, fixture));
      });
      if (conformanceCase.trainSeed !== undefined) {
        test(`${conformanceCase.name}: ${TRAINING_STEPS} training steps`, () =>
          compareTraining(backend, { ...conformanceCase, options: { representation, ...conformanceCase.options } }));
      }
    }
  });
}

async function load(backend: Backend, fixture: FieldFixture): Promise<FieldEngine> {
  const engine = await backend.createField(fixture.spec, capacityOf(fixture));
  await loadFixture(engine, fixture);
  return engine;
}

async function compareGradients(engine: FieldEngine, fixture: FieldFixture): Promise<void> {
  const wanted = await specifiedGradients(fixture);
  expectSafe(wanted.margins);
  const got = await gradientsOf(engine, fixture);
  expect(got.result.counts).toEqual(wanted.result.counts);
  expectCloseToMax('loss', [got.result.loss], [wanted.result.loss], LOSS_TOLERANCE);
  expectCloseToMax('mse', [got.result.mse], [wanted.result.mse], LOSS_TOLERANCE);
  compareMeanPotentials(got.result, wanted.result);
  compareMeanSpikes(got.result, wanted.result);
  expect(Object.keys(got.gradients).sort()).toEqual(Object.keys(wanted.gradients).sort());
  for (const [name, gradient] of Object.entries(wanted.gradients)) {
    expectCloseToMax(`gradient of ${name}`, got.gradients[name as ParameterName]!, gradient!, GRADIENT_TOLERANCE);
  }
}

function compareMeanPotentials({ meanPotentials: got }: StepResult, { meanPotentials: wanted }: StepResult): void {
  expect(got === null).toBe(wanted === null);
  wanted?.forEach((layer, l) => expectCloseToMax(`mean potentials of layer ${l + 1}`, got![l], layer, LOSS_TOLERANCE));
}

function compareMeanSpikes({ meanSpikes: got }: StepResult, { meanSpikes: wanted }: StepResult): void {
  expect(got === undefined).toBe(wanted === undefined);
  wanted?.forEach((layer, l) => expectCloseToMax(`mean spikes of layer ${l + 1}`, got![l], layer, LOSS_TOLERANCE));
}

async function compareRendering(engine: FieldEngine, fixture: FieldFixture): Promise<void> {
  const { rendered: wanted, margins } = await specifiedRendering(fixture);
  expectSafe(margins);
  const got = await renderingOf(engine, fixture);
  expect(got.counts).toEqual(wanted.counts);
  expect(got.samples).toEqual(wanted.samples);
  expect(got.spikes).toEqual(wanted.spikes);
  for (const name of ['rgb', 'opacity'] as const) expectClose(name, got[name], wanted[name], RENDER_TOLERANCE);
  // Rays through contracted space reach further than those through a box.
  const reach = Math.max(1, ...wanted.depth.map((depth) => depth / 10));
  expectClose('depth', got.depth, wanted.depth, RENDER_TOLERANCE * reach);
}

async function compareTraining(backend: Backend, { options, trainSeed, trainRays }: ConformanceCase): Promise<void> {
  const fixture = fieldFixture({
    ...options,
    rays: trainRays ?? options.rays,
    seed: trainSeed,
    emptyFaces: true,
    settings: { ...options.settings, adam: TRAINING_ADAM },
  });
  const wanted = await specifiedTraining(fixture, TRAINING_STEPS);
  const engine = await load(backend, fixture);
  for (const [i, { result, margins }] of wanted.steps.entries()) {
    expectSafe(margins);
    const got = await engine.trainStep(fixture.batch, stepSettings(fixture, i + 1));
    expect(got.counts, `step ${i + 1}`).toEqual(result.counts);
    expectCloseToMax(`loss of step ${i + 1}`, [got.loss], [result.loss], LOSS_TOLERANCE);
    compareMeanPotentials(got, result);
  }
  for (const name of parametersOf(fixture.spec)) {
    expectClose(name, await engine.read(name), wanted.tensors.get(name)!, STEP_TOLERANCE * learningRate(fixture, name));
    for (const moment of [`${name}.m`, `${name}.v`] as TensorName[])
      expectCloseToMax(moment, await engine.read(moment), wanted.tensors.get(moment)!, MOMENT_TOLERANCE);
  }
  expectCloseToMax('inputRange', await engine.read('inputRange'), wanted.tensors.get('inputRange')!, LOSS_TOLERANCE);
  await engine.dispose();
}

function learningRate({ spec, settings: { learningRates } }: FieldFixture, name: ParameterName): number {
  const tensor = representationOf(spec)
    .tensors(spec)
    .find((each) => each.name === name);
  return learningRates[tensor?.group ?? 'network'];
}

/** The fixture leaves no discrete decision to rounding; if this fails after a change of the fixture, take another seed. */
function expectSafe({ spike, noise, marching }: Margins): void {
  expect(spike, 'least |H - threshold|').toBeGreaterThan(EPSILON.spike);
  expect(noise, 'least distance to a random number').toBeGreaterThan(EPSILON.noise);
  expect(marching, 'margin of marching').toBeGreaterThan(EPSILON.marching);
}
