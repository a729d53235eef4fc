/**
 * Renders held-out views and keeps, view by view, what the kernels counted, how long they took, what the machine's meter says, and the PSNR.
 * The first view is rendered once before anything is measured, so that compiling kernels and filling caches are not charged to it.
 */
import { addCounts, emptyCounts, type Counts } from '../engine/counts.ts';
import { backgroundColour, compositeView } from '../../datasets/background.ts';
import type { View } from '../../datasets/scene-data.ts';
import { renderImage, type RenderedImage } from '../../renderer/render-image.ts';
import { type FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import { meanSquaredError, psnrOf } from '../math/image-metrics.ts';
import type { Reporter } from '../base/events.ts';
import type { EnergyMeterStatus } from './energy-meter.ts';
import { addRaySamples, type RaySamples } from './ray-samples.ts';

export interface ViewMeasurement {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly psnr: number;
  readonly seconds: number;
  /** null where the machine cannot be read. */
  readonly joules: number | null;
  readonly counts: Counts;
}

export interface Measurement {
  readonly views: readonly ViewMeasurement[];
  readonly total: Counts;
  readonly psnr: number;
  readonly raySamples: RaySamples;
  /** The first view, for maps. */
  readonly shown: RenderedImage & { readonly name: string };
  /** [height,width,3] its photo, composited. */
  readonly photo: Float32Array;
}

export interface MeasureOptions {
  readonly engine: FieldEngine;
  readonly config: Config;
  readonly views: readonly View[];
  readonly meter: EnergyMeterStatus;
  readonly report: Reporter;
  /** Goes before the name of the view in progress. */
  readonly label: string;
  readonly now?: () => number;
}

/** @throws InputError if there is no view */
export async function measureViews(options: MeasureOptions): Promise<Measurement> {
  const { engine, config, views, meter, report, label, now = () => performance.now() } = options;
  const [first] = views;
  if (first === undefined) throw new InputError('There are no views to measure on.', 'Choose others with --split or --every.');
  const background = backgroundColour(config.scene.background);
  const settings = { background, noiseSeed: config.seed };
  const shown = { ...(await renderImage(engine, first, settings)), name: first.name };
  const measured: ViewMeasurement[] = [];
  const total = emptyCounts();
  const raySamples: number[] = [];
  for (const view of views) {
    const stop = meter.meter === null ? null : await meter.meter.start();
    const began = now();
    const { width, height, rgb, samples, counts } = await renderImage(engine, view, settings);
    const seconds = (now() - began) / 1000;
    const joules = stop === null ? null : await stop();
    addCounts(total, counts);
    addRaySamples(raySamples, samples);
    const psnr = psnrOf(meanSquaredError(rgb, compositeView(view, background)));
    measured.push({ name: view.name, width, height, psnr, seconds, joules, counts });
    report({ type: 'view', done: measured.length, total: views.length, text: `${label}: ${view.name}` });
  }
  const psnr = measured.reduce((sum, view) => sum + view.psnr, 0) / measured.length;
  return { views: measured, total, psnr, raySamples, shown, photo: compositeView(first, background) };
}
