/** What is said of a ray agrees with what rendering it counts, and with what makes neurons fire; what is drawn agrees with what is said. */
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { liveliestNeurons, describeRay, rayFigure } from '../../src/frames/ray-figure.ts';
import { probeRay, type ProbeRequest, type RayProbe } from '../../src/frames/ray-probe.ts';
import { ShownField } from '../../src/frames/shown-field.ts';
import { energyReport } from '../../src/energy/energy-report.ts';
import { drawnFixture, fieldFixture, loadFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const camera = tinyCamera(0.4, 0.3, 24);
const request = (pixel: readonly [number, number]): ProbeRequest => ({ camera, pixel, background: [0.2, 0.4, 0.6], crop: null });

async function probeFixture(network: FixtureOptions['network']): Promise<{ found: RayProbe; field: ShownField }> {
  const fixture = fieldFixture({ network });
  const backend = await createWasmBackend({ threads: 1 });
  const engine = await backend.createField(fixture.spec, { voxels: fixture.occupancy.length, trainRays: 0 });
  await loadFixture(engine, drawnFixture(fixture));
  const field = new ShownField(engine, 7, 3);
  return { found: await probeRay(field, request([12, 12])), field };
}

describe.each(['lif', 'ternary', 'ternary-signed', 'three-bit', 'ltmd', 'relu'])('a ray of %s', (neuron) => {
  it('has the counts, the colour and the energy of rendering it, and neurons that fire where they reach their thresholds', async () => {
    const { found, field } = await probeFixture({ neuron });
    const { samples, steps, counts, thresholds, energy } = found;
    expect(samples.length).toBeGreaterThan(2);
    expect([counts.rays, counts.samples, counts.timeSteps]).toEqual([1, samples.length, steps.length]);
    const active = [0, 1].map((layer) => steps.reduce((sum, { layers }) => sum + layers[layer].neurons.length, 0));
    expect(active).toEqual(counts.active);
    const shown = [0, 1, 2].map((c) => samples.reduce((sum, { weight, colour }) => sum + weight * colour[c], 0));
    found.colour.forEach((value, c) => expect(value).toBeCloseTo(shown[c] + (1 - found.opacity) * [0.2, 0.4, 0.6][c], 3));
    const report = energyReport(counts, 1, field.spec.network!, 12);
    expect(energy!.synapses / (report.millijoulesPerImage.executed * 1e6)).toBeCloseTo(1, 6);
    expect(energy!.twinSkipping / (report.millijoulesPerImage.annSkipping * 1e6)).toBeCloseTo(1, 6);
    for (const { layers } of steps)
      layers.forEach(({ potentials, neurons }, layer) => {
        const fires = potentials.map((h, neuron) => {
          const [nearest, ...more] = thresholds[layer].map((of) => of[neuron]);
          if (nearest === undefined) return h > 0;
          // Both signs of a signed neuron, or one step after the other.
          return nearest < 0 ? h <= nearest || h >= more[0] : h >= nearest;
        });
        expect(neurons).toEqual([...fires.keys()].filter((neuron) => fires[neuron]));
      });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    await field.engine.dispose();
  });
});

it('distances and places are those of the world, near to far, and a ray beside the scene has none', async () => {
  const { found, field } = await probeFixture({});
  const eye = [3, 7, 11].map((at) => camera.camToWorld[at]);
  for (const { position, distance } of found.samples)
    expect(Math.hypot(...position.map((value, axis) => value - eye[axis]))).toBeCloseTo(distance, 3);
  expect(found.steps.map(({ sample }) => sample)).toEqual(found.samples.map((_, i) => i));
  expect(found.steps.map(({ begins }) => begins)).toEqual(found.samples.map((_, i) => i === 0));
  const empty = await probeRay(field, { ...request([12, 12]), crop: { min: [50, 50, 50], max: [51, 51, 51] } });
  expect([empty.samples.length, empty.steps.length, empty.opacity, empty.energy!.synapses]).toEqual([0, 0, 0, 0]);
  expect(rayFigure(empty)).toContain('meets nothing');
  await expect(probeRay(field, request([24, 0]))).rejects.toThrow(RangeError);
  await field.engine.dispose();
});

it('samples that are shown by themselves begin from empty membranes', async () => {
  const { found, field } = await probeFixture({ temporal: 'repeat', repeats: 3 });
  expect(found.steps.map(({ begins }) => begins)).toEqual(found.steps.map((_, i) => i % 3 === 0));
  await field.engine.dispose();
});

it('the picture has a mark for every active neuron, the potentials of those that were chosen, and their thresholds', async () => {
  const { found, field } = await probeFixture({ neuron: 'ternary' });
  const marks = [...rayFigure(found, []).matchAll(/<path d="([^"]*)" [^>]*pointer-events/g)].map(([, path]) => path.split('z').length - 1);
  expect(marks.reduce((sum, of) => sum + of, 0)).toBe(found.counts.active[0] + found.counts.active[1]);
  const [first] = liveliestNeurons(found);
  const fired = found.steps.filter(({ layers }) => layers[first.layer].neurons.includes(first.neuron)).length;
  const one = rayFigure(found, [first]);
  expect(one.match(/<circle/g)).toHaveLength(fired);
  expect(one.match(/stroke-dasharray/g)!.length).toBeGreaterThan(0);
  expect(one).toContain(`neuron ${first.neuron}<`);
  expect(one.match(/data-layer=/g)).toHaveLength(2);
  expect(rayFigure(found, [first], true)).toContain('fill="#ffffff"');
  expect(describeRay(found).join()).toMatch(
    /^Pixel 12, 12 · \d+ samples · \d+ time steps · \d+ spikes?,synapses [\d.]+ [pnµ]J, an ANN as sparse/,
  );
  await field.engine.dispose();
});
