/** What a probe tells of rays: on every backend what tfjs tells, and as many samples and spikes as rendering the same rays counts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import type { TfjsField } from '../../src/backends/tfjs/tfjs-field.ts';
import type { ProbedRay } from '../../src/engine/probe.ts';
import { capacityOf, fieldFixture, loadFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { createSpecification } from '../helpers/specification.ts';
import { EPSILON } from './cases.ts';
import { expectClose } from './compare.ts';
import '../helpers/step-quantiser.ts';

/** Absolute, of values up to 10 or so. */
const TOLERANCE = 5e-5;

const cases: readonly [string, FixtureOptions][] = [
  ['no network', { network: null }],
  ['LIF, condense', {}],
  ['LIF, pad', { network: { temporal: 'pad' } }],
  ['ternary with signs, pad, far to near', { network: { neuron: 'ternary-signed', temporal: 'pad', order: 'far-to-near' } }],
  ['GLIF, condense, far to near', { network: { neuron: 'glif', order: 'far-to-near' } }],
  ['LIF, repeat', { network: { temporal: 'repeat' } }],
  ['learned bits and time steps', { network: { neuron: 'learned-bits', temporal: 'repeat', learnRepeats: true } }],
  ['LIF, Poisson encoding', { rays: 18, network: { temporal: 'repeat', encoding: 'poisson' } }],
  ['ternary, input spikes', { network: { neuron: 'ternary', featureLevels: 3, viewLevels: 4 } }],
  ['ReLU', { network: { neuron: 'relu' } }],
  ['encoded features', { network: { featureFrequencies: 2 } }],
  ['PLIF, quantised', { seed: 2, network: { neuron: 'plif', quantiser: 'steps' } }],
];

const RENDER = { noiseSeed: 5, weightThreshold: 0.03 };

export function describeProbe(name: string, createBackend: () => Promise<Backend>): void {
  describe(`${name} probes rays`, () => {
    let reference: TfjsField;
    let engine: FieldEngine;
    // webgpu has no encoded features and no time steps of single layers, and says so.
    const own = name.startsWith('webgpu')
      ? cases.filter(([, { network: of }]) => (of?.featureFrequencies ?? 0) === 0 && of?.learnRepeats !== true)
      : cases;
    describe.each(own)('%s', (_case, options) => {
      const fixture = fieldFixture({ seed: 1, ...options });
      const { network } = fixture.spec;
      beforeAll(async () => {
        const capacity = { ...capacityOf(fixture), trainRays: 0 };
        reference = await (await createSpecification({ measureMargins: true })).createField(fixture.spec, capacity);
        engine = await (await createBackend()).createField(fixture.spec, capacity);
        // An engine that only renders has no rate.
        const tensors = Object.fromEntries(Object.entries(fixture.tensors).filter(([tensor]) => tensor !== 'rate'));
        for (const each of [reference, engine]) await loadFixture(each, { ...fixture, tensors, teacher: null });
      });
      afterAll(async () => {
        await reference.dispose();
        await engine.dispose();
      });

      test('as tfjs does', async () => {
        const wanted = await reference.probe(fixture.batch, RENDER);
        expect(reference.margins.spike).toBeGreaterThan(EPSILON.spike);
        expect(reference.margins.noise).toBeGreaterThan(EPSILON.noise);
        expect(reference.margins.marching).toBeGreaterThan(EPSILON.marching);
        const got = await engine.probe(fixture.batch, RENDER);
        expect(got).toHaveLength(wanted.length);
        got.forEach((ray, r) => compareRays(ray, wanted[r]));
      });

      test('with the samples and spikes that rendering counts', async () => {
        const rays = await engine.probe(fixture.batch, RENDER);
        const rendered = await engine.renderRays(fixture.batch, { ...RENDER, background: [0, 0, 0] });
        expect(rays.map(({ samples }) => samples.length)).toEqual([...rendered.samples]);
        expect(rays.flatMap(({ samples }) => samples).length).toBeGreaterThan(20);
        const steps = rays.flatMap((ray) => ray.steps);
        expect(steps.length).toBe(rendered.counts.timeSteps);
        expect(steps.filter(({ sample }) => sample < 0).length).toBe(
          network?.temporal === 'pad' ? steps.length - rendered.counts.samples : 0,
        );
        if (network === null) return;
        const active = [0, 1].map((layer) => steps.reduce((sum, { layers }) => sum + layers[layer].neurons.length, 0));
        expect(active).toEqual(rendered.counts.active);
        rays.forEach(({ samples }, ray) => {
          const [r, g, b] = [0, 1, 2].map((c) => samples.reduce((sum, { weight, colour }) => sum + weight * colour[c], 0));
          expectClose('colour of a ray', [r, g, b], rendered.rgb.subarray(ray * 3, ray * 3 + 3), TOLERANCE);
        });
      });
    });

    test('gaps are steps of their own with no input, and what fires in them is told', async () => {
      const fixture = fieldFixture({ network: { temporal: 'pad', neuronParameters: { threshold: 0.3 } } });
      const field = await (await createBackend()).createField(fixture.spec, capacityOf(fixture));
      await loadFixture(field, fixture);
      const rays = await field.probe(fixture.batch, {});
      const gaps = rays.flatMap(({ steps }) => steps.filter(({ sample }) => sample < 0));
      expect(gaps.length).toBeGreaterThan(5);
      for (const { inputs } of gaps) expect(inputs.every((x) => x === 0)).toBe(true);
      for (const { samples, steps } of rays) {
        expect(steps.filter(({ sample }) => sample >= 0).map(({ sample }) => sample)).toEqual(samples.map((_, i) => i));
        if (steps.length > 0) expect(steps.length).toBe(samples.at(-1)!.stepIndex - samples[0].stepIndex + 1);
      }
      await expect(field.probe({ ...fixture.batch, count: 1 }, {})).rejects.toThrow(RangeError);
      await field.dispose();
    });
  });
}

function compareRays(got: ProbedRay, wanted: ProbedRay): void {
  expect(got.samples.map(({ stepIndex }) => stepIndex)).toEqual(wanted.samples.map(({ stepIndex }) => stepIndex));
  got.samples.forEach((sample, i) => {
    const numbers = ({ distance, position, alpha, weight, colour }: typeof sample): number[] => [
      distance,
      ...position,
      alpha,
      weight,
      ...colour,
    ];
    expectClose('a sample', numbers(sample), numbers(wanted.samples[i]), TOLERANCE);
  });
  expect(got.steps.map(({ sample }) => sample)).toEqual(wanted.steps.map(({ sample }) => sample));
  got.steps.forEach(({ inputs, layers }, s) => {
    expectClose('inputs', inputs, wanted.steps[s].inputs, TOLERANCE);
    layers.forEach(({ potentials, neurons, values }, l) => {
      const other = wanted.steps[s].layers[l];
      expectClose('potentials', potentials, other.potentials, TOLERANCE);
      expect(neurons).toEqual(other.neurons);
      expectClose('values', values, other.values, TOLERANCE);
    });
  });
}
