/**
 * What `tfjs`, the executable specification, computes of a fixture. Several backends are compared with it, in as many files, and it is the slowest of all: each
 * answer is computed once a run of the tests, by the first that asks.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { FieldEngine, RenderedRays, StepResult, StepSettings } from '../../src/engine/backend.ts';
import type { TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { Margins, TfjsField } from '../../src/backends/tfjs/tfjs-field.ts';
import { parametersOf, type TensorName } from '../../src/model/tensor-names.ts';
import { capacityOf, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { sharedFolder } from '../helpers/shared-folder.ts';
import { createSpecification } from '../helpers/specification.ts';

type Measured<T> = T & { readonly margins: Margins };
type Gradients = Awaited<ReturnType<FieldEngine['gradients']>>;

export interface Training {
  readonly steps: readonly Measured<{ readonly result: StepResult }>[];
  /** What the last step has left. */
  readonly tensors: ReadonlyMap<TensorName, Float32Array>;
}

const RENDERING = { background: [1, 0.5, 0.1], noiseSeed: 5 } as const;

/** Loss, counts and gradients of the fixture's step. */
export function specifiedGradients(fixture: FieldFixture): Promise<Measured<Gradients>> {
  return specified('gradients', fixture, async (engine) => ({ ...(await gradientsOf(engine, fixture)), margins: engine.margins }));
}

/** The fixture's rays, rendered. */
export function specifiedRendering(fixture: FieldFixture): Promise<Measured<{ readonly rendered: RenderedRays }>> {
  return specified('rendering', fixture, async (engine) => ({ rendered: await renderingOf(engine, fixture), margins: engine.margins }));
}

/** Training steps with the fixture's batch, one after the other. */
export function specifiedTraining(fixture: FieldFixture, count: number): Promise<Training> {
  return specified(`training-${count}`, fixture, async (engine) => {
    const steps: Measured<{ result: StepResult }>[] = [];
    for (let step = 1; step <= count; step++)
      steps.push({ result: await engine.trainStep(fixture.batch, stepSettings(fixture, step)), margins: engine.margins });
    const tensors = new Map<TensorName, Float32Array>();
    for (const name of trainedTensors(fixture)) tensors.set(name, await engine.read(name));
    return { steps, tensors };
  });
}

export function gradientsOf(engine: FieldEngine, { batch, settings }: FieldFixture): Promise<Gradients> {
  return engine.gradients(batch, settings);
}

export async function renderingOf(engine: FieldEngine, { batch }: FieldFixture): Promise<RenderedRays> {
  await engine.write('inputRange', Float32Array.of(-4, 4));
  return engine.renderRays(batch, RENDERING);
}

/** @param step from 1 on */
export function stepSettings({ settings }: FieldFixture, step: number): StepSettings {
  return { ...settings, adamStep: step, noiseSeed: settings.noiseSeed + step };
}

/** Parameters, their moments, and the range of the inputs. */
export function trainedTensors({ spec }: FieldFixture): TensorName[] {
  return [...parametersOf(spec).flatMap((name) => [name, `${name}.m`, `${name}.v`] as TensorName[]), 'inputRange'];
}

let backend: Promise<TfjsBackend> | undefined;

async function specified<T>(what: string, fixture: FieldFixture, compute: (engine: TfjsField) => Promise<T>): Promise<T> {
  const key = createHash('sha256').update(serialize(fixture)).digest('hex');
  const folder = await sharedFolder(`${what}-${key}`, async (own) => {
    const engine = await (await (backend ??= createSpecification({ measureMargins: true }))).createField(fixture.spec, capacityOf(fixture));
    try {
      await loadFixture(engine, fixture);
      const answer = serialize(await compute(engine));
      mkdirSync(own);
      writeFileSync(join(own, 'answer'), answer);
    } finally {
      await engine.dispose();
    }
  });
  return deserialize(readFileSync(join(folder, 'answer'))) as T;
}
