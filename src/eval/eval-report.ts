/** What evaluation finds out; `metrics.json` is this as JSON. */
import { z } from 'zod';
import type { Counts } from '../engine/counts.ts';
import type { ValueScale } from '../math/value-scale.ts';
import type { BitReport } from '../energy/bit-report.ts';
import type { EnergyReport } from '../energy/energy-report.ts';
import type { SkipMaskOrigin } from '../energy/subject.ts';

export interface ViewRow {
  readonly name: string;
  readonly psnr: number;
  readonly ssim: number;
  /** Seconds to render it. */
  readonly seconds: number;
  readonly counts: Counts;
}

export interface EvalReport {
  readonly schema: 1;
  readonly split: string;
  /** Name of what was measured in checkpoints/; reports of the command line lack it. */
  readonly checkpoint?: string;
  readonly views: number;
  /** Means over the views, of floating-point images clamped to 0..1 before any rounding to 8 bits. */
  readonly psnr: number;
  readonly ssim: number;
  readonly background: readonly [number, number, number];
  readonly imageSize: { readonly width: number; readonly height: number };
  /** Spikes (or active ReLUs) per neuron and time step, of each hidden layer; null without a network. */
  readonly firingRates: readonly number[] | null;
  readonly counts: {
    readonly total: Counts;
    readonly samplesPerRay: number;
    /** Mean of the rays that have any; absent from reports of older versions. */
    readonly samplesPerActiveRay?: number;
    readonly timeStepsPerRay: number;
    readonly spikesPerSample: readonly number[];
    readonly macsPerRay: number;
    readonly acsPerRay: number;
  };
  /** null without a network. */
  readonly energy: EnergyReport | null;
  /** null without a network; reports of older versions lack it, or have it of networks alone that learn bits. */
  readonly bits?: BitReport | null;
  /** null: nothing was left out; reports of older versions lack it. */
  readonly skipMask?: SkipMaskOrigin | null;
  readonly secondsPerImage: number;
  /** Depth images: metres a unit of the 16-bit value. */
  readonly depthMetresPerUnit: number;
  /** Coloured depth images: metres at the ends of the map, one scale for all views (src/math/value-scale.ts). */
  readonly depthScale: ValueScale;
  readonly perView: readonly ViewRow[];
}

const figure = z.number();
const shares = z.looseObject({ published: figure, executed: figure });
const operations = z.looseObject({ executed: z.looseObject({ macs: figure, acs: figure }) });

/** What is read of a report that a file holds; the rest is passed on as it is. */
export const evalReportSchema = z.looseObject({
  schema: z.literal(1),
  split: z.string(),
  views: z.number().int().min(1),
  psnr: figure,
  ssim: figure,
  imageSize: z.looseObject({ width: figure, height: figure }),
  firingRates: z.array(figure).nullable(),
  counts: z.looseObject({ samplesPerRay: figure }),
  energy: z.looseObject({ operationsPerImage: operations, millijoulesPerImage: shares, shareOfAnn: shares }).nullable(),
  perView: z.array(z.looseObject({ name: z.string(), psnr: figure, ssim: figure })).min(1),
}) as unknown as z.ZodType<EvalReport>;

const layers = z.array(figure);

/** A row that another process wrote: figures that are to be added up. */
export const viewRowSchema: z.ZodType<ViewRow> = z.strictObject({
  name: z.string(),
  // That of no error at all is infinite, which JSON writes as null.
  psnr: figure.nullable().transform((psnr) => psnr ?? Infinity),
  ssim: figure,
  seconds: figure,
  counts: z.strictObject({
    rays: figure,
    activeRays: figure,
    densityEvaluations: figure,
    densitySamples: figure,
    samples: figure,
    timeSteps: figure,
    layerSteps: layers.optional(),
    spannedSteps: figure,
    spikes: layers,
    active: layers,
    negative: layers,
    bits: layers,
    inputSpikes: figure,
    inputBits: figure,
    repeatedViewBits: figure,
  }),
});
