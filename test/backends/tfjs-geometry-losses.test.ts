/** Distortion and total variation of the tfjs backend against the sums they are defined by. */
import { interpolated } from '../../src/lattice/place.ts';
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { alphaOf, marchRays } from '../../renderer/march.ts';
import { NO_LOSS_TERMS, type LossWeights, type StepResult } from '../../src/engine/backend.ts';
import { createTfjsBackend, type TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { expectClose } from '../conformance/compare.ts';

let backend: TfjsBackend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

async function gradients(fixture: FieldFixture, loss: LossWeights) {
  const engine = await backend.createField(fixture.spec, {
    voxels: voxelCount(fixture.spec.grid),
    trainRays: 64,
    totalVariation: 'everywhere',
  });
  await loadFixture(engine, fixture);
  const found = await engine.gradients(fixture.batch, { ...fixture.settings, loss });
  await engine.dispose();
  return found;
}

test('distortion is the sum over all pairs of samples', async () => {
  const fixture = fieldFixture({ rays: 20 });
  const { spec, batch, tensors, occupancy } = fixture;
  const samples = marchRays(spec, batch, interpolated(tensors.density!), occupancy);
  const steps = maxStepsPerRay(spec);
  let wanted = 0;
  for (let ray = 0; ray < samples.rays; ray++) {
    const shown: { w: number; s: number }[] = [];
    let transmittance = 1;
    for (let row = samples.densityOffsets[ray]; row < samples.densityOffsets[ray + 1]; row++) {
      let density = 0;
      for (let k = 0; k < 8; k++) density += samples.cornerWeights[row * 8 + k] * tensors.density![samples.corners[row * 8 + k]];
      const alpha = alphaOf(spec, density);
      if (samples.networkRows.includes(row)) shown.push({ w: transmittance * alpha, s: samples.stepIndex[row] / steps });
      transmittance *= 1 - alpha;
    }
    for (const a of shown) for (const b of shown) wanted += a.w * b.w * Math.abs(a.s - b.s);
    for (const { w } of shown) wanted += w ** 2 / 3 / steps;
  }
  const value = ({ loss, mse }: StepResult): number => loss - mse;
  const { result } = await gradients(fixture, { ...NO_LOSS_TERMS, distortion: 0.5 });
  expect(wanted).toBeGreaterThan(1);
  expect(value(result)).toBeCloseTo((0.5 * wanted) / batch.count, 6);
});

describe('total variation', () => {
  const [density, features] = [30, 20];
  const size: Vec3 = [5, 4, 3];
  const fixture = fieldFixture({ network: null, rays: 3, size });
  const scaleOf = (weight: number): number => ((weight / 3) * 5) / 128 / 6;

  /** sum of h(p - q) over neighbours p, q;  h'(d) = clamp(d, -1, 1) */
  function variation(values: Float32Array, channels: number): number {
    const h = (d: number): number => (Math.abs(d) < 1 ? d ** 2 / 2 : Math.abs(d) - 0.5);
    const [nx, ny, nz] = size;
    const strides = [1, nx, nx * ny];
    let sum = 0;
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++)
          for (const [axis, at] of [x, y, z].entries()) {
            if (at === size[axis] - 1) continue;
            const p = x + nx * (y + ny * z);
            for (let c = 0; c < channels; c++) sum += h(values[(p + strides[axis]) * channels + c] - values[p * channels + c]);
          }
    return sum;
  }

  test('dense: the derivative of a sum over neighbours', async () => {
    const plain = await gradients(fixture, NO_LOSS_TERMS);
    const varied = await gradients(fixture, { ...NO_LOSS_TERMS, totalVariation: { density, features, dense: true } });
    expect(varied.result).toEqual(plain.result);
    for (const [name, channels, weight] of [
      ['density', 1, density],
      ['features', 3, features],
    ] as const) {
      const values = fixture.tensors[name]!;
      const added = varied.gradients[name]!.map((g, i) => g - plain.gradients[name]![i]);
      const h = 1 / 64;
      const wanted = values.map((_, i) => {
        const at = (sign: number): number =>
          variation(
            values.map((value, j) => (i === j ? value + sign * h : value)),
            channels,
          );
        return (scaleOf(weight) * (at(1) - at(-1))) / (2 * h);
      });
      // A difference crosses 1 within h here and there.
      expectClose(name, added, wanted, scaleOf(weight) * h);
    }
  });

  test('sparse: the same where the gradient is not 0, nothing elsewhere', async () => {
    const plain = await gradients(fixture, NO_LOSS_TERMS);
    const [sparse, dense] = await Promise.all(
      [false, true].map((isDense) => gradients(fixture, { ...NO_LOSS_TERMS, totalVariation: { density, features, dense: isDense } })),
    );
    for (const name of ['density', 'features'] as const) {
      const wanted = plain.gradients[name]!.map((g, i) => (g === 0 ? 0 : dense.gradients[name]![i]));
      expect(sparse.gradients[name]).toEqual(wanted);
      expect(wanted).toContain(0);
      expect(wanted.some((g) => g !== 0)).toBe(true);
    }
  });
});
