/**
 * A training as TensorBoard shows it: every line of metrics as scalars; a dozen times a picture of the first training view beside its photo, and
 * histograms of how often the neurons of each layer fire on its rays. One event file in RUN/tensorboard; a resumed run writes another. Looking takes none
 * of the training's time limit and changes no bit of it.
 */
import { backgroundColour, compositeView } from '../../datasets/background.ts';
import type { View } from '../../datasets/scene-data.ts';
import type { StepMetrics } from '../base/events.ts';
import type { Config } from '../config/schema.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { Rays } from '../geometry/rays.ts';
import { summaryRecord, versionRecord, type SummaryValue } from '../io/event-file.ts';
import type { ImageCodec } from '../io/files.ts';
import { fieldRays } from '../spaces/index.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { toPixels } from '../../renderer/pixels.ts';
import type { LiveView } from './train-into.ts';

/** How often a training is looked at, at least one of its shares apart. */
const LOOKS = 12;
/** Rays whose neurons are counted. */
const PROBED = 256;

export interface TrainingLogOptions {
  readonly config: Config;
  /** The first training view. */
  readonly view: View;
  readonly codec: Pick<ImageCodec, 'encodePng'>;
  /** Appends to the event file. */
  readonly append: (bytes: Uint8Array) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class TrainingLog implements LiveView {
  spent = 0;
  private readonly options: TrainingLogOptions;
  /** Appends are in order. */
  private writing: Promise<void>;
  private step = 0;
  /** Steps of stages that are over. */
  private before = 0;
  private stage = '';
  private progress = 0;
  private looked = -Infinity;

  constructor(options: TrainingLogOptions) {
    this.options = options;
    this.writing = options.append(versionRecord(options.now() / 1000));
    this.writing.catch(() => undefined);
  }

  measured(metrics: StepMetrics): void {
    if (metrics.stage !== this.stage) {
      this.before = this.stage === '' ? 0 : this.before + this.step;
      this.stage = metrics.stage;
    }
    this.step = metrics.step;
    this.progress = metrics.progress;
    const scalar = (tag: string, value: number): SummaryValue => ({ tag, kind: 'scalar', value });
    this.write([
      scalar('train/loss', metrics.loss),
      scalar('train/psnr', metrics.psnr),
      scalar('train/samples_per_ray', metrics.samplesPerRay),
      scalar('speed/rays_per_second', metrics.raysPerSecond),
      ...(metrics.firingRates ?? []).map((rate, layer) => scalar(`firing_rate/layer_${layer + 1}`, rate)),
    ]);
  }

  async between(engine: FieldEngine): Promise<void> {
    if (this.stage === '' || this.progress - this.looked < 1 / LOOKS) return;
    const began = performance.now();
    this.looked = this.progress;
    this.write([...(await this.pictures(engine)), ...(await this.histograms(engine))]);
    await this.writing;
    this.spent += performance.now() - began;
  }

  /** Throws what hindered writing. */
  finish(): Promise<void> {
    return this.writing;
  }

  private write(values: readonly SummaryValue[]): void {
    const { append, now } = this.options;
    const bytes = summaryRecord(now() / 1000, this.before + this.step, values);
    this.writing = this.writing.then(() => append(bytes));
    // What hinders writing ends training at the next look, or at its end.
    this.writing.catch(() => undefined);
  }

  private async pictures(engine: FieldEngine): Promise<SummaryValue[]> {
    const { view, config, codec } = this.options;
    const background = backgroundColour(config.scene.background);
    const { width, height, rgb } = await renderImage(engine, view, { background, noiseSeed: config.seed });
    const image = async (tag: string, colours: Float32Array): Promise<SummaryValue> => {
      return { tag, kind: 'image', width, height, png: await codec.encodePng(toPixels(colours, width, height)) };
    };
    return [await image('view/field', rgb), await image('view/photo', compositeView(view, background))];
  }

  /** Share of the time steps of some rays in which each neuron fires. */
  private async histograms(engine: FieldEngine): Promise<SummaryValue[]> {
    const { view, config } = this.options;
    const { width, height } = view.intrinsics;
    const rows = Math.max(1, Math.round(Math.sqrt(PROBED)));
    const pixels = Array.from({ length: PROBED }, (_, i) => {
      const [x, y] = [i % rows, Math.floor(i / rows)].map((at, axis) => Math.floor(((at + 0.5) / rows) * (axis === 0 ? width : height)));
      return y * width + x;
    });
    const rays = joined(pixels.map((pixel) => fieldRays(engine.spec.space, view, pixel, 1)));
    const steps = (await engine.probe(rays, { noiseSeed: config.seed })).flatMap((ray) => ray.steps);
    return (steps[0]?.layers ?? []).map(({ potentials }, layer): SummaryValue => {
      const fired = new Float64Array(potentials.length);
      for (const { layers } of steps) for (const neuron of layers[layer].neurons) fired[neuron]++;
      return { tag: `firing_rates/layer_${layer + 1}`, kind: 'histogram', values: Array.from(fired, (count) => count / steps.length) };
    });
  }
}

function joined(rays: readonly Rays[]): Rays {
  const all = (of: (ray: Rays) => Float32Array): Float32Array => Float32Array.from(rays.flatMap((ray) => Array.from(of(ray))));
  const viewed = rays.every(({ viewDirections }) => viewDirections !== undefined);
  return {
    count: rays.length,
    origins: all(({ origins }) => origins),
    directions: all(({ directions }) => directions),
    ...(viewed ? { viewDirections: all(({ viewDirections }) => viewDirections!) } : {}),
  };
}

/** Several who watch one training. */
export function together(views: readonly LiveView[]): LiveView {
  return {
    get spent() {
      return views.reduce((sum, view) => sum + view.spent, 0);
    },
    measured: (metrics) => {
      for (const view of views) view.measured(metrics);
    },
    between: async (engine, step) => {
      for (const view of views) await view.between(engine, step);
    },
    finish: async () => {
      for (const view of views) await view.finish();
    },
  };
}
