/** A curve of quality over minutes as a table and a chart. */
import { scatterChart, LEAST_DECIBELS, type Point } from '../../src/energy/report/charts.ts';
import type { Html } from '../../src/energy/report/html.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Clock, CurvePoint } from './curve.ts';
import { table } from './table.ts';

export interface Curve {
  readonly schema: 2;
  readonly spikeray: string;
  /** Commit of the program that wrote it; null outside its repository. */
  readonly commit: string | null;
  readonly created: string;
  /** The command that repeats it. */
  readonly command: string;
  /** Processor, cores, Node. */
  readonly machine: string;
  readonly scene: { readonly name: string; readonly fingerprint: string };
  readonly clock: Clock;
  /** Names of the lines, what computed, and the settings but for the time limit. */
  readonly trainers: readonly { readonly name: string; readonly backend: string; readonly config: Config }[];
  readonly split: string | null;
  readonly every: number;
  readonly points: readonly CurvePoint[];
}

/** @param chart path to the picture */
export function curveMarkdown(curve: Curve, chart: string): string {
  const { scene, clock, trainers, split, every, points, machine, command } = curve;
  const several = trainers.length > 1;
  const rows = points.map(({ trainer, minutes, step, psnr, ssim, samplesPerRay }) => [
    String(minutes),
    ...(several ? [trainer] : []),
    String(step),
    psnr.toFixed(2),
    ssim.toFixed(4),
    samplesPerRay.toFixed(2),
  ]);
  const head = [`${clock} minutes`, ...(several ? ['trained'] : []), 'fine steps', 'PSNR, dB', 'SSIM', 'network samples a ray'];
  const views = `${every === 1 ? 'every view' : `every ${every}th view`} of ${split ?? 'test, or else val'}`;
  const { downscale } = trainers[0].config.scene;
  const lines = trainers.map(
    ({ name, backend, config }) =>
      `- ${name}: preset ${config.preset}, neuron ${config.network.neuron}, field ${config.field.kind}, seed ${config.seed}; ${backend}\n`,
  );
  return [
    `# ${scene.name}: quality for the time\n\n`,
    `Downscale ${downscale}; ${views}. Each time limit is a training of its own, loading included. ${machine}.\n\n`,
    ...lines,
    '\n',
    `![Quality for the time](${chart})\n\n`,
    table(head, rows),
    `\n    ${command}\n`,
  ].join('');
}

/** Of the lines, in turn. */
export const COLOURS = ['run', 'other', 'twin'] as const;

export function curveChart({ scene, clock, trainers, points }: Curve): Html {
  const curves = trainers.flatMap(({ name }, i) => {
    const own = points.filter(({ trainer }) => trainer === name);
    const curve = own.map(({ minutes, psnr }, at): Point => {
      const value = psnr.toFixed(2);
      return { x: minutes, y: psnr, colour: COLOURS[i], label: at === own.length - 1 ? `${name}: ${value}` : value };
    });
    return curve.length === 0 ? [] : [curve];
  });
  return scatterChart({
    description: `${scene.name}: PSNR after minutes of training`,
    points: curves.flat(),
    curves,
    xTitle: `${clock} minutes of training`,
    yTitle: 'PSNR, dB',
    leastSpan: LEAST_DECIBELS,
    height: 440,
    logarithmic: true,
  });
}
