/**
 * Renders held-out views and compares them with the photos: PSNR and SSIM (means of the views' values), firing rates, exact operation counts
 * and the energy they stand for.
 *
 * Quality is measured on the floating-point image clamped to 0..1, as in the papers; saved PNGs are rounded to 8 bits afterwards.
 */
import type { SkipMaskOrigin } from '../energy/subject.ts';
import { featureInputs } from '../model/feature-encoding.ts';
import { hiddenLayers } from '../model/network-facts.ts';
import { bitReport } from '../energy/bit-report.ts';
import { addCounts, emptyCounts, type Counts, firingRates } from '../engine/counts.ts';
import { backgroundColour, compositeView } from '../../datasets/background.ts';
import type { View } from '../../datasets/scene-data.ts';
import { spaceOf } from '../spaces/index.ts';
import { depthUnit } from '../../renderer/pixels.ts';
import { renderImage, type RenderedImage } from '../../renderer/render-image.ts';
import { type FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { energyReport } from '../energy/energy-report.ts';
import { InputError } from '../base/errors.ts';
import { meanSquaredError, psnrOf, ssim, SSIM_WINDOW } from '../math/image-metrics.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import type { Reporter } from '../base/events.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import type { EvalReport, ViewRow } from './eval-report.ts';
import { inPart, type Part } from './part.ts';
import { writeColour, writeDepth, writeError, type ImageFolder } from './image-writer.ts';

/** What is measured. */
export interface MeasuredViews {
  readonly config: Config;
  readonly views: readonly View[];
  readonly split: string;
  /** Takes views 0, every, 2 every, ... */
  readonly every: number;
  /** Name of the checkpoint, to be told in the report. */
  readonly checkpoint?: string;
  /** The mask that the field is rendered with; default: none */
  readonly skipMask?: SkipMaskOrigin | null;
}

export interface EvaluateOptions extends MeasuredViews {
  readonly engine: FieldEngine;
  /** Where images and `metrics.json` go; nothing is written without it. */
  readonly save?: ImageFolder;
  /** Looked at between two views; its reason is thrown. */
  readonly signal?: AbortSignal;
  readonly report: Reporter;
  readonly now?: () => number;
}

/** @throws InputError if there is no view to evaluate, or one is too small for SSIM; nothing is rendered or written then */
export async function evaluateField(options: EvaluateOptions): Promise<EvalReport> {
  const result = await reportOf(options, options.engine, await measureViews(options));
  if (options.save) await writeReport(options.save, result);
  return result;
}

/** Measures the views, or those of one part, and writes their images. Throws as `evaluateField` does. */
export async function measureViews(options: EvaluateOptions & { readonly part?: Part }): Promise<ViewRow[]> {
  const { engine, config, save, part, signal, report, now = () => performance.now() } = options;
  const chosen = chosenViews(options);
  const { background, depthMetresPerUnit, depthScale } = shownAs(engine.spec, config, chosen);
  const views = inPart(chosen, part);
  const rows: ViewRow[] = [];
  for (const view of views) {
    signal?.throwIfAborted();
    const began = now();
    const image = await renderImage(engine, view, { background, noiseSeed: config.seed });
    const seconds = (now() - began) / 1000;
    const truth = compositeView(view, background);
    const counted = ignoreMasked(view, image.rgb, truth);
    const row = compare(view.name, image, truth, counted, seconds);
    rows.push(row);
    if (save) {
      await writeColour(save, view.name, image);
      await writeDepth(save, view.name, image, depthMetresPerUnit, depthScale);
      await writeError(save, view.name, image, truth);
    }
    const text = `${view.name}: ${row.psnr.toFixed(2)} dB, SSIM ${row.ssim.toFixed(4)}`;
    report({ type: 'view', done: rows.length, total: views.length, text });
  }
  return rows;
}

/**
 * @param field an engine, or the checkpoint that it was opened from
 * @param rows of all views, in their order
 */
export async function reportOf(measured: MeasuredViews, field: MeasuredField, rows: readonly ViewRow[]): Promise<EvalReport> {
  const views = chosenViews(measured);
  const shown = shownAs(field.spec, measured.config, views);
  const total = emptyCounts(hiddenLayers(field.spec));
  for (const row of rows) addCounts(total, row.counts);
  const bits = await bitReport(field.spec, (name) => field.read(name), total, rows.length);
  const { split, checkpoint, skipMask = null } = measured;
  const found = summarise(split, field.spec, views[0], rows, total, { ...shown, bits, skipMask });
  return { ...found, ...(checkpoint !== undefined && { checkpoint }) };
}

type MeasuredField = Pick<Checkpoint, 'spec' | 'read'>;

export async function writeReport({ files, folder }: Pick<ImageFolder, 'files' | 'folder'>, report: EvalReport): Promise<void> {
  await files.writeAtomic(`${folder}/metrics.json`, [new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`)]);
}

/** Throws InputError if there is none, or one cannot be measured. */
export function chosenViews({ views, every, split }: MeasuredViews): readonly View[] {
  const chosen = views.filter((_, i) => i % every === 0);
  if (chosen.length === 0) throw new InputError(`The split "${split}" has no views.`, 'Choose another with --split.');
  for (const view of chosen) checkSize(view);
  return chosen;
}

/** All views alike, whoever measures them. */
function shownAs(
  { space, grid }: FieldSpec,
  config: Config,
  views: readonly View[],
): Pick<EvalReport, 'background' | 'depthMetresPerUnit' | 'depthScale'> {
  const { distances, depthScale } = spaceOf(space);
  return {
    background: backgroundColour(config.scene.background),
    depthMetresPerUnit: depthUnit(distances(grid, views)[1]),
    depthScale: depthScale(grid, views),
  };
}

function checkSize({ name, intrinsics: { width, height } }: View): void {
  if (Math.min(width, height) >= SSIM_WINDOW) return;
  throw new InputError(
    `${name}: expected at least ${SSIM_WINDOW}x${SSIM_WINDOW} pixels, the window of SSIM, found ${width}x${height}`,
    'Evaluate a run that was trained on larger images: a smaller --downscale, or larger photos.',
  );
}

/** Makes the truth equal to the image where the view's mask says that it means nothing; returns the share of the pixels that count. */
function ignoreMasked({ name, mask }: View, rgb: Float32Array, truth: Float32Array): number {
  if (mask === undefined) return 1;
  let counted = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 1) counted++;
    else for (let c = i * 3; c < i * 3 + 3; c++) truth[c] = rgb[c];
  }
  if (counted === 0) throw new InputError(`${name}: the mask leaves no pixel to measure`, 'Leave the view out, or correct its mask.');
  return counted / mask.length;
}

/** @param counted share of the pixels that can differ */
function compare(name: string, image: RenderedImage, truth: Float32Array, counted: number, seconds: number): ViewRow {
  const { width, height, rgb, counts } = image;
  return {
    name,
    psnr: psnrOf(meanSquaredError(rgb, truth) / counted),
    ssim: ssim({ width, height, data: rgb }, { width, height, data: truth }),
    seconds,
    counts,
  };
}

function summarise(
  split: string,
  spec: FieldSpec,
  first: View,
  perView: readonly ViewRow[],
  total: Counts,
  more: Pick<EvalReport, 'background' | 'depthMetresPerUnit' | 'depthScale' | 'bits' | 'skipMask'>,
): EvalReport {
  const energy = spec.network && energyReport(total, perView.length, spec.network, featureInputs(spec));
  const { width, height } = first.intrinsics;
  return {
    schema: 1,
    split,
    views: perView.length,
    psnr: mean(perView.map((row) => row.psnr)),
    ssim: mean(perView.map((row) => row.ssim)),
    imageSize: { width, height },
    firingRates: spec.network && firingRates(total, spec.network),
    counts: perRay(total, energy ? energy.operationsPerImage.executed : { macs: 0, acs: 0 }, perView.length),
    energy,
    secondsPerImage: mean(perView.map((row) => row.seconds)),
    ...more,
    perView,
  };
}

function perRay(total: Counts, executed: { macs: number; acs: number }, images: number): EvalReport['counts'] {
  const samples = Math.max(1, total.samples);
  return {
    total,
    samplesPerRay: total.samples / total.rays,
    samplesPerActiveRay: total.samples / Math.max(1, total.activeRays),
    timeStepsPerRay: total.timeSteps / total.rays,
    spikesPerSample: total.spikes.map((spikes) => spikes / samples),
    macsPerRay: (executed.macs * images) / total.rays,
    acsPerRay: (executed.acs * images) / total.rays,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
