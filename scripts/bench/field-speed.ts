/**
 * Training and rendering of the shell by the wasm backend, in processor time of all threads: other programs on the machine take none of it. Even so
 * they slow memory and caches down, so that engines which are compared take turns, a few steps each, and the best turn counts.
 */
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import type { WasmEngine } from '../../src/backends/wasm/wasm-engine.ts';
import { processorSeconds } from './processor-time.ts';
import { DENSE_160, fillShell, shellBatches, shellCapacity, shellSettings, shellSpec, type ShellNeuron } from './shell-field.ts';

export const BATCH_RAYS = 2048;

/** Turns of an engine, and steps in each. */
const [TURNS, STEPS] = [12, 2];

const batches = shellBatches(BATCH_RAYS);

/** An engine with the filled shell that takes part. */
export interface Contestant {
  readonly neuron: ShellNeuron;
  readonly threads: number;
  readonly engine: WasmEngine;
  /** Bytes that `train` would reserve at most. */
  readonly estimate: number;
}

export interface Turn {
  /** Processor time, microseconds a network sample. */
  readonly training: number;
  readonly rendering: number;
  /** Rays a second by the clock. */
  readonly trainRays: number;
  readonly renderRays: number;
  /** Share of the clock in kernels, and what each took, processor microseconds a sample if nothing else ran. */
  readonly kernelShare: number;
  readonly phases: ReadonlyMap<string, number>;
}

export interface FieldSpeed extends Contestant {
  readonly turns: readonly Turn[];
  readonly samplesPerRay: number;
  /** Share of neurons that fire, of both layers. */
  readonly firing: readonly number[];
}

export async function enter(
  backend: Backend,
  neuron: ShellNeuron,
  threads: number,
  rays = BATCH_RAYS,
  kind = DENSE_160,
): Promise<Contestant> {
  const spec = shellSpec(neuron, kind),
    capacity = shellCapacity(rays, kind);
  const engine = (await backend.createField(spec, capacity)) as WasmEngine;
  await fillShell(engine);
  return { neuron, threads, engine, estimate: backend.estimateBytes(spec, capacity) };
}

/** Whether two engines that are alike so far train and draw the same bits. */
export async function sameSteps(a: FieldEngine, b: FieldEngine): Promise<boolean> {
  const [seen, other] = await Promise.all(
    [a, b].map(async (engine) => {
      const losses: number[] = [];
      for (const batch of batches) losses.push((await engine.trainStep(batch, shellSettings)).loss);
      return [...losses, ...(await engine.renderRays(batches[0], { background: [1, 1, 1] })).rgb];
    }),
  );
  return seen.every((value, i) => Object.is(value, other[i]));
}

/** Lets all take their turns, and disposes of their engines. */
export async function timeFields(contestants: readonly Contestant[]): Promise<FieldSpeed[]> {
  const speeds = contestants.map((each) => ({ ...each, turns: [] as Turn[], samplesPerRay: 0, firing: [0, 0] }));
  for (const { engine } of contestants) await turnOf(engine, 1);
  for (let turn = 0; turn < TURNS; turn++) {
    // Who comes first changes, because the one behind finds the caches warmer.
    for (const speed of turn % 2 === 0 ? speeds : [...speeds].reverse()) {
      const { counts, ...times } = await turnOf(speed.engine, speed.threads);
      speed.turns.push(times);
      speed.samplesPerRay = counts.samples / counts.rays;
      speed.firing = counts.active.map((active) => active / (counts.samples * 128));
    }
  }
  for (const { engine } of contestants) await engine.dispose();
  return speeds;
}

/** The least of a figure over an engine's turns. */
export function least({ turns }: FieldSpeed, figure: (turn: Turn) => number): number {
  return Math.min(...turns.map(figure));
}

export function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1];
}

/** Median of the ratios of two engines' turns, which took place beside each other. */
export function medianRatio(a: FieldSpeed, b: FieldSpeed, figure: (turn: Turn) => number): number {
  return median(a.turns.map((turn, i) => figure(turn) / figure(b.turns[i])));
}

type Counts = Awaited<ReturnType<FieldEngine['trainStep']>>['counts'];

async function turnOf(engine: WasmEngine, threads: number): Promise<Turn & { counts: Counts }> {
  const before = new Map(engine.kernelTimes);
  const training = await timed(async (i) => (await engine.trainStep(batches[i % batches.length], shellSettings)).counts);
  const phases = [...engine.kernelTimes].map(([name, ms]) => [name, ms - (before.get(name) ?? 0)] as const).filter(([, ms]) => ms > 0);
  const rendering = await timed(async (i) => (await engine.renderRays(batches[i % batches.length], { background: [1, 1, 1] })).counts);
  return {
    training: training.processor / training.samples,
    rendering: rendering.processor / rendering.samples,
    trainRays: (BATCH_RAYS * STEPS) / training.seconds,
    renderRays: (BATCH_RAYS * STEPS) / rendering.seconds,
    kernelShare: phases.reduce((sum, [, ms]) => sum + ms, 0) / (training.seconds * 1000),
    phases: new Map(phases.map(([name, ms]) => [name, (ms * 1000 * threads) / training.samples])),
    counts: training.counts,
  };
}

async function timed(
  work: (i: number) => Promise<Counts>,
): Promise<{ processor: number; seconds: number; samples: number; counts: Counts }> {
  const [processor, start] = [processorSeconds(), performance.now()];
  let samples = 0;
  let counts: Counts | null = null;
  for (let i = 0; i < STEPS; i++) {
    counts = await work(i);
    samples += counts.samples;
  }
  return { processor: (processorSeconds() - processor) * 1e6, seconds: (performance.now() - start) / 1000, samples, counts: counts! };
}
