/**
 * What happens along the ray of one pixel: its samples, what every neuron does at every time step, and what that costs. Plain data, as JSON has it.
 *
 * Samples, potentials and spikes are the engine's `probe`, colour and counts its `renderRays`, of a call with this ray alone: with Poisson encoding the
 * noise is another draw than the picture's.
 */
import { firingThresholds, spikeUnits } from '../model/firing-thresholds.ts';
import type { RenderSettings } from '../engine/backend.ts';
import type { Counts } from '../engine/counts.ts';
import type { ProbedStep } from '../engine/probe.ts';
import { horowitz45nmFp32 } from '../energy/hardware/horowitz-45nm-fp32.ts';
import { price } from '../energy/hardware/price.ts';
import { ledgerOf, skippingZeros, twinLedger, type Ledger, type Stage } from '../energy/work/ledger.ts';
import type { Camera } from '../geometry/camera.ts';
import type { Rays } from '../geometry/rays.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { hasMemory } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';
import { fieldRays, spaceOf } from '../spaces/index.ts';
import type { CropBox } from './crop-occupancy.ts';
import type { ShownField } from './shown-field.ts';

/** The ray to be looked at. Data alone: it travels to workers and servers. */
export interface ProbeRequest {
  /** At the resolution that `pixel` counts in. */
  readonly camera: Camera;
  /** Column and row from the top left. */
  readonly pixel: readonly [x: number, y: number];
  readonly background: Vec3;
  readonly crop: CropBox | null;
}

export interface RaySample {
  /** Index of its step on the ray. */
  readonly stepIndex: number;
  /** Metres along the ray. */
  readonly distance: number;
  /** World. */
  readonly position: Vec3;
  readonly alpha: number;
  /** Share of its colour in that of the pixel. */
  readonly weight: number;
  /** 0..1 */
  readonly colour: Vec3;
}

export interface RayLayer {
  /** [W] before reset. */
  readonly potentials: readonly number[];
  /** Those with an output, ascending, and what they give to the next layer. */
  readonly neurons: readonly number[];
  readonly values: readonly number[];
}

export interface RayStep {
  /** Index among the samples; -1: a gap between two of them. */
  readonly sample: number;
  /** Membranes begin at 0 here. */
  readonly begins: boolean;
  readonly inputs: readonly number[];
  readonly layers: readonly RayLayer[];
}

/** Nanojoules of the arithmetic, Horowitz 45 nm fp32, as executed. */
export interface RayEnergy {
  readonly model: string;
  readonly byStage: Readonly<Partial<Record<Stage, number>>>;
  readonly synapses: number;
  /** Synapses of an ANN of the same shape on the same samples: on hardware that skips inactive ReLUs, and multiplying all. */
  readonly twinSkipping: number;
  readonly twin: number;
}

export interface RayProbe {
  readonly pixel: readonly [x: number, y: number];
  /** Training step that the field stands at. */
  readonly step: number;
  /** Composited over the background, not clamped. */
  readonly colour: Vec3;
  /** Metres. */
  readonly depth: number;
  readonly opacity: number;
  /** null: a field of the coarse stage has no colour network. */
  readonly neuron: string | null;
  /** From near to far. */
  readonly samples: readonly RaySample[];
  /** In the order of time. */
  readonly steps: readonly RayStep[];
  /** [W] of each step that makes up the spikes, of each hidden layer. */
  readonly thresholds: readonly (readonly (readonly number[])[])[];
  /** What a spike of size 1 gives to the next layer, of each hidden layer; without meaning for ReLUs. */
  readonly spikeUnits: readonly number[];
  readonly counts: Counts;
  readonly energy: RayEnergy | null;
}

/** @throws RangeError for a pixel outside of the picture */
export async function probeRay(field: ShownField, { camera, pixel, background, crop }: ProbeRequest): Promise<RayProbe> {
  const { engine, spec, seed, step } = field;
  const { width, height } = camera.intrinsics;
  const [x, y] = pixel;
  if (!(Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < width && y < height))
    throw new RangeError(`pixel ${x},${y}: expected whole numbers from 0,0 to ${width - 1},${height - 1}`);
  await field.show(crop);
  const rays = fieldRays(spec.space, camera, y * width + x, 1);
  const settings: RenderSettings = { background, noiseSeed: seed };
  const rendered = await engine.renderRays(rays, settings);
  const space = spaceOf(spec.space);
  space.depthToMetres(spec.grid, camera, rays, rendered);
  const [{ samples, steps }] = await engine.probe(rays, { noiseSeed: seed });
  const distances = metresAlong(
    field,
    camera,
    rays,
    samples.map(({ distance }) => distance),
  );
  const { network } = spec;
  const thresholds = await firingThresholds(engine);
  return {
    pixel,
    step,
    colour: [rendered.rgb[0], rendered.rgb[1], rendered.rgb[2]],
    depth: rendered.depth[0],
    opacity: rendered.opacity[0],
    neuron: network && network.neuron,
    samples: samples.map((sample, i) => ({ ...sample, distance: distances[i], position: space.toWorld(sample.position) })),
    steps: steps.map((one, i) => stepOf(one, network !== null && beginsAt(steps, i, field))),
    thresholds: thresholds.map((layer) => layer.map((of) => Array.from(of))),
    spikeUnits: await spikeUnits(engine),
    counts: rendered.counts,
    energy: network && energyOf(rendered.counts, field),
  };
}

function stepOf({ sample, inputs, layers }: ProbedStep, begins: boolean): RayStep {
  return {
    sample,
    begins,
    inputs: Array.from(inputs),
    layers: layers.map(({ potentials, neurons, values }) => ({
      potentials: Array.from(potentials),
      neurons: Array.from(neurons),
      values: Array.from(values),
    })),
  };
}

/** Whether a time step is the first of its sequence: of the ray, or of a sample where samples are shown by themselves. */
function beginsAt(steps: readonly ProbedStep[], i: number, { spec }: ShownField): boolean {
  const network = spec.network!;
  const alone = network.temporal === 'repeat' || !hasMemory(neuronNamed(network.neuron));
  return i === 0 || (alone && steps[i].sample !== steps[i - 1].sample);
}

/** Metres of places on a ray. */
function metresAlong({ spec }: ShownField, camera: Camera, ray: Rays, distances: readonly number[]): Float32Array {
  const repeat = (of: Float32Array): Float32Array => Float32Array.from({ length: distances.length * 3 }, (_, i) => of[i % 3]);
  const rays: Rays = { count: distances.length, origins: repeat(ray.origins), directions: repeat(ray.directions) };
  const depth = Float32Array.from(distances);
  spaceOf(spec.space).depthToMetres(spec.grid, camera, rays, { depth, opacity: new Float32Array(distances.length).fill(1) });
  return depth;
}

function energyOf(counts: Counts, { spec }: ShownField): RayEnergy {
  const nanojoules = (ledger: Ledger, spiking: boolean) => price(horowitz45nmFp32, { spiking, counts, spec, ledger })!;
  const nano = 1e6;
  const mine = nanojoules(ledgerOf(counts, spec, 'executed'), spec.network!.neuron !== 'relu');
  const twin = twinLedger(counts, spec, 'executed');
  return {
    model: horowitz45nmFp32.name,
    byStage: Object.fromEntries((Object.entries(mine.byStage) as [Stage, number][]).map(([stage, energy]) => [stage, energy * nano])),
    synapses: mine.synapses * nano,
    twinSkipping: nanojoules(skippingZeros(twin), false).synapses * nano,
    twin: nanojoules(twin, false).synapses * nano,
  };
}
