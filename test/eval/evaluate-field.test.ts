import { emptyCounts } from '../../src/engine/counts.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { toPixels } from '../../renderer/pixels.ts';
import { renderImage } from '../../renderer/render-image.ts';
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { evaluateField } from '../../src/eval/evaluate-field.ts';
import type { EvalReport } from '../../src/eval/eval-report.ts';
import { openField } from '../../src/eval/open-field.ts';
import { InputError } from '../../src/base/errors.ts';
import type { Files, ImageCodec, PixelBuffer } from '../../src/io/files.ts';
import { psnrOf } from '../../src/math/image-metrics.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';
import { trainingTensors } from '../../src/model/tensor-names.ts';
import type { ProgressEvent } from '../../src/base/events.ts';
import { fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { tinyCamera, tinyConfig, tinyScene } from '../train/tiny-scene.ts';

const background = [1, 1, 1] as const;

/** Files and codec that only remember what was written. */
function recorder(): { written: Map<string, unknown>; files: Files; codec: ImageCodec } {
  const written = new Map<string, unknown>();
  let latest: unknown;
  const mark = (image: unknown): Promise<Uint8Array> => {
    latest = image;
    return Promise.resolve(Uint8Array.of(1));
  };
  const files = {
    writeAtomic: (path: string, chunks: readonly Uint8Array[]) => {
      written.set(path, path.endsWith('.png') ? latest : JSON.parse(new TextDecoder().decode(chunks[0])));
      return Promise.resolve();
    },
  } as Files;
  const codec = {
    encodePng: mark,
    encodePng16: (gray: Uint16Array, width: number, height: number) => mark({ gray, width, height }),
  } as unknown as ImageCodec;
  return { written, files, codec };
}

function checkpointOf(fixture: FieldFixture): Checkpoint {
  const reads: string[] = [];
  return {
    state: {
      stage: 'fine',
      step: 1,
      adamStep: 1,
      scalings: 0,
      random: [1, 2, 3, 4],
      seconds: 0,
      stageStart: 0,
      rays: 0,
      samples: 0,
      feedback: null,
      observers: null,
      rises: null,
    },
    spec: fixture.spec,
    config: tinyConfig(),
    sceneFingerprint: 'x',
    names: trainingTensors(fixture.spec),
    read: (name) => {
      reads.push(name);
      return fixture.tensors[name] ? Promise.resolve(fixture.tensors[name].slice()) : Promise.reject(new Error(`asked for ${name}`));
    },
    readOccupancy: () => Promise.resolve(fixture.occupancy.slice()),
  };
}

describe('rendering and evaluating a field', () => {
  let backend: Backend;
  let engine: FieldEngine;
  const fixture = fieldFixture();
  const camera = tinyCamera(0.4, 0.3, 24);

  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 1 });
    engine = await openField(backend, checkpointOf(fixture));
  });

  it('opens from a checkpoint with the tensors rendering needs and nothing else', async () => {
    const trained = await backend.createField(fixture.spec, { voxels: fixture.occupancy.length, trainRays: 8 });
    await loadFixture(trained, fixture);
    const expected = await renderImage(trained, camera, { background });
    expect(await renderImage(engine, camera, { background })).toEqual(expected);
    expect(expected.counts.samples).toBeGreaterThan(500);
    await trained.dispose();
  });

  it('renders the same image whatever the chunks', async () => {
    const whole = await renderImage(engine, camera, { background });
    const parts = await renderImage(engine, camera, { background }, 100);
    expect(parts).toEqual(whole);
    expect(whole.counts.rays).toBe(24 * 24);
    expect(whole.samples.reduce((sum, n) => sum + n, 0)).toBe(whole.counts.samples);
    expect(whole.spikes.reduce((sum, n) => sum + n, 0)).toBe(whole.counts.spikes[0] + whole.counts.spikes[1]);
    expect(whole.rgb.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('measures nothing where a mask says that the photo means nothing', async () => {
    const { rgb } = await renderImage(engine, camera, { background });
    const { data } = toPixels(rgb, 24, 24);
    const mask = Uint8Array.from({ length: 24 * 24 }, (_, i) => (i % 24 < 16 ? 1 : 0));
    // Ten levels off where it counts, anything elsewhere.
    const rgba = Uint8Array.from({ length: 24 * 24 * 4 }, (_, i) => {
      const pixel = i >> 2;
      if (i % 4 === 3) return 255;
      return mask[pixel] === 1 ? clampShift(data[pixel * 3 + (i % 4)], 10) : (i * 97) % 256;
    });
    const view = { name: 'v', camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics, rgba };
    const psnr = async (masked: Uint8Array | undefined): Promise<number> => {
      const views = [{ ...view, mask: masked }];
      return (await evaluateField({ engine, config: tinyConfig(), views, split: 'test', every: 1, report: () => undefined })).psnr;
    };
    expect(Math.abs((await psnr(mask)) - psnrOf((10 / 255) ** 2))).toBeLessThan(0.1);
    expect(await psnr(undefined)).toBeLessThan(15);
    await expect(psnr(new Uint8Array(24 * 24))).rejects.toThrow('v: the mask leaves no pixel to measure');
  });

  it('finds the error that the photos were given', async () => {
    const [reference] = [await renderImage(engine, camera, { background })];
    const { data } = toPixels(reference.rgb, 24, 24);
    const shifted = (levels: number): Uint8Array =>
      Uint8Array.from({ length: 24 * 24 * 4 }, (_, i) => (i % 4 === 3 ? 255 : clampShift(data[Math.floor(i / 4) * 3 + (i % 4)], levels)));
    const pose = { camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics };
    const views = [10, 20, 30].map((levels) => ({ name: `shift_${levels}`, ...pose, rgba: shifted(levels) }));
    const events: ProgressEvent[] = [];
    const { written, files, codec } = recorder();
    const save = { files, codec, folder: 'eval' };
    const report = await evaluateField({
      engine,
      config: tinyConfig(),
      views,
      split: 'test',
      every: 2,
      save,
      report: (event) => events.push(event),
    });

    expect(report.perView.map(({ name }) => name)).toEqual(['shift_10', 'shift_30']);
    // Rounding to 8 bits adds at most half a level to the shift.
    for (const [row, levels] of [
      [report.perView[0], 10],
      [report.perView[1], 30],
    ] as const) {
      expect(Math.abs(row.psnr - psnrOf((levels / 255) ** 2))).toBeLessThan(0.1);
      expect(row.ssim).toBeLessThan(1);
    }
    expect(report.psnr).toBeCloseTo((report.perView[0].psnr + report.perView[1].psnr) / 2, 12);
    expect(report.views).toBe(2);
    expect(report.counts.total.rays).toBe(2 * 24 * 24);
    expect(report.counts.total.samples).toBe(2 * reference.counts.samples);
    expect(report.counts.samplesPerRay).toBeCloseTo(reference.counts.samples / 576, 12);
    const { executed } = report.energy!.operationsPerImage;
    expect(report.counts.macsPerRay).toBeCloseTo(executed.macs / 576, 9);
    expect(report.firingRates![0]).toBeCloseTo(reference.counts.spikes[0] / (reference.counts.timeSteps * 16), 12);
    expect(events.map((event) => (event.type === 'view' ? [event.done, event.total] : null))).toEqual([
      [1, 2],
      [2, 2],
    ]);

    expect([...written.keys()].sort()).toEqual(
      [
        ...['shift_10', 'shift_30'].flatMap((name) => ['', '.depth', '.depth-colour', '.error'].map((kind) => `eval/${name}${kind}.png`)),
        'eval/metrics.json',
      ].sort(),
    );
    expect((written.get('eval/shift_10.png') as PixelBuffer).data).toEqual(data);
    expect(written.get('eval/metrics.json')).toEqual(JSON.parse(JSON.stringify(report)));
    const { gray } = written.get('eval/shift_10.depth.png') as { gray: Uint16Array };
    const pixel = reference.opacity.findIndex((opacity) => opacity > 0.5);
    expect(gray[pixel] * report.depthMetresPerUnit).toBeCloseTo(reference.depth[pixel], 3);
  });

  it('evaluates a coarse field without a network', async () => {
    const coarse = await openField(backend, checkpointOf(fieldFixture({ network: null })));
    const views = tinyScene().splits.test!;
    const report: EvalReport = await evaluateField({
      engine: coarse,
      config: tinyConfig(),
      views,
      split: 'test',
      every: 1,
      report: () => undefined,
    });
    expect(report).toMatchObject({ firingRates: null, energy: null, counts: { macsPerRay: 0, acsPerRay: 0 } });
    expect(report.psnr).toBeGreaterThan(0);
    await coarse.dispose();
  });

  it('refuses a split without views', async () => {
    const asked = evaluateField({ engine, config: tinyConfig(), views: [], split: 'val', every: 1, report: () => undefined });
    await expect(asked).rejects.toThrow(/"val" has no views/);
  });

  it('refuses images smaller than the window of SSIM before anything is written', async () => {
    const { written, files, codec } = recorder();
    const small = tinyScene({ size: 10 }).splits.test!;
    const save = { files, codec, folder: 'eval' };
    const asked = evaluateField({ engine, config: tinyConfig(), views: small, split: 'test', every: 1, save, report: () => undefined });
    await expect(asked).rejects.toThrow(/v_0: expected at least 11x11 pixels.* found 10x10/);
    await expect(asked).rejects.toThrow(InputError);
    expect(written.size).toBe(0);
  });

  it('counts nothing in images of nothing', async () => {
    await engine.writeOccupancy(new Uint8Array(fixture.occupancy.length));
    onTestFinished(() => engine.writeOccupancy(fixture.occupancy));
    const { rgb, opacity, counts } = await renderImage(engine, camera, { background: [0.25, 0.5, 1] });
    expect([...rgb.subarray(0, 3)]).toEqual([0.25, 0.5, 1]);
    expect(opacity.every((value) => value === 0)).toBe(true);
    expect(counts).toEqual({ ...emptyCounts(), rays: 576 });
  });
});

/** Adds or, near white, subtracts: never clips. */
function clampShift(value: number, levels: number): number {
  return value + levels <= 255 ? value + levels : value - levels;
}
