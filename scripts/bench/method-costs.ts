/**
 * What a step of training costs beside one of plain `ternary`, by one thread: an ANN is trained for a while on 80^3 voxels of a scene, each method's network
 * is converted from it, and all take turns. Processor time: other programs on the machine take none of it.
 */
import { openScene } from '../../datasets/index.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { BackendError, InputError } from '../../src/base/errors.ts';
import { parseEntries, TWIN, type Entry } from '../../src/config/compare-entries.ts';
import { applyRequests } from '../../src/config/resolve-config.ts';
import { presets } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';
import { resumeFine, startFine } from '../../src/train/fine-stage.ts';
import { startFromTeacher } from '../../src/train/fine-start.ts';
import type { RunContext } from '../../src/train/run-context.ts';
import { takeStep, type StageRun } from '../../src/train/run-stage.ts';
import { trainField } from '../../src/train/train-field.ts';
import { median } from './field-speed.ts';
import { processorSeconds } from './processor-time.ts';
import { table } from './table.ts';

/** The methods of docs/training.md, the one that others are compared with first. */
export const METHODS =
  `ternary,${TWIN},three-bit,lif,lif-regulated,ternary+learned-weights+bitBudget.weights=2,learned-bits,` +
  'learned-bits+learned-weights+bitBudget.weights=2+bitBudget.spikes=2,ternary+few-bits,ternary+hadamard,ternary+sub-bit,hetsyn+two-decays,' +
  'hetsyn+two-decays+temporal=pad,ternary+temporal=pad,hetsyn+synapses,lif+temporal=repeat,lif+temporal=repeat+backward=rate';

const [WARM_UP, ROUNDS, STEPS] = [2, 11, 2];
/** Steps of the ANN. */
const [COARSE, FINE] = [200, 700];
const VOXELS = 80 ** 3;

export interface MethodCost {
  readonly name: string;
  /** Processor milliseconds of a step, least of the rounds. */
  readonly milliseconds: number;
  /** Median of the rounds' ratios to the first method. */
  readonly ratio: number;
  readonly samples: number;
}

/** @param entries as `compare` takes them; the first is what the others are compared with */
export async function timeMethods(path: string | undefined, entries = METHODS): Promise<MethodCost[]> {
  if (path === undefined) throw new InputError('methods: expected a scene, found none', 'Use npm run bench -- methods SCENE [ENTRIES].');
  const scene = await openScene(path, { files: nodeFiles, images: sharpCodec, downscale: 2, near: 'auto', far: 'auto', splits: ['train'] });
  const backend = await createWasmBackend({ threads: 1 });
  const ann = await trainedAnn(scene, methodConfig(parseEntries(TWIN)[0]), backend);
  const runs: StageRun[] = [];
  const methods = parseEntries(entries);
  for (const entry of methods) runs.push(await converted(scene, methodConfig(entry), backend, ann));
  const rounds: { readonly milliseconds: number; readonly samples: number }[][] = runs.map(() => []);
  for (const run of runs) await timed(run, WARM_UP);
  for (let round = 0; round < ROUNDS; round++) for (const [i, run] of runs.entries()) rounds[i].push(await timed(run, STEPS));
  for (const { engine, sampler } of runs) {
    sampler.takeBack();
    await engine.dispose();
  }
  return methods.map(({ name }, i) => ({
    name,
    milliseconds: Math.min(...rounds[i].map(({ milliseconds }) => milliseconds)),
    ratio: median(rounds[i].map(({ milliseconds }, round) => milliseconds / rounds[0][round].milliseconds)),
    samples: median(rounds[i].map(({ samples }) => samples)),
  }));
}

export function methodTable(costs: readonly MethodCost[]): string {
  return table(
    ['network', `of \`${costs[0].name}\``, 'ms a step, least', 'samples'],
    costs.map(({ name, ratio, milliseconds, samples }) => [`\`${name}\``, ratio.toFixed(2), milliseconds.toFixed(1), samples.toFixed(0)]),
  );
}

/** Throws InputError for a method that asks a teacher. */
export function methodConfig({ name, requests }: Entry): Config {
  const shared = {
    ...{ 'coarse.steps': COARSE, 'fine.steps': FINE, 'fine.voxels': VOXELS, 'fine.rays': 2048 },
    ...{ 'fine.scaleAt': '[]', 'fine.firstVoxels': 'null' },
  };
  const base = Object.entries(shared).map(([key, value]) => ({ key, value: String(value), source: '--set' }));
  const config = applyRequests(presets['real-inputs'], [...base, ...requests]);
  if (config.distillation.teacher !== null)
    throw new InputError(`${name}: steps that ask a teacher are not measured here`, 'Leave out +distill.');
  if (config.network.neuron === 'relu' && name !== TWIN)
    throw new InputError(`${name}: of ANNs only the one that the networks are converted from is measured`, `Use ${TWIN}.`);
  return config;
}

async function trainedAnn(scene: SceneData, config: Config, backend: Backend): Promise<Checkpoint> {
  let last: Checkpoint | null = null;
  await trainField({
    ...{ scene, config, backend, report: () => undefined, metrics: () => Promise.resolve(), signal: new AbortController().signal },
    save: async (checkpoint) => {
      const names = checkpoint.names;
      const tensors = new Map(await Promise.all(names.map(async (name) => [name, await checkpoint.read(name)] as const)));
      const occupancy = await checkpoint.readOccupancy();
      last = { ...checkpoint, read: async (name) => tensors.get(name)!.slice(), readOccupancy: async () => occupancy.slice() };
      return { path: '', bytes: 0 };
    },
  });
  if (last === null) throw new BackendError('The ANN was not saved.');
  return last;
}

async function converted(scene: SceneData, config: Config, backend: Backend, ann: Checkpoint): Promise<StageRun> {
  const context: RunContext = {
    ...{ scene, config, backend, views: scene.splits.train!, teacher: null, seconds: () => 0, report: () => undefined },
    ...{ metrics: () => Promise.resolve(), save: () => Promise.resolve({ path: '', bytes: 0 }), signal: new AbortController().signal },
  };
  return config.network.neuron === 'relu' ? resumeFine(context, ann) : startFine(context, await startFromTeacher(context, ann));
}

/** Processor milliseconds and network samples of a step. */
async function timed(run: StageRun, steps: number): Promise<{ milliseconds: number; samples: number }> {
  const [before, samples] = [processorSeconds(), run.state.samples];
  // In the middle of the schedule, where all losses and surrogates are.
  for (let step = 0; step < steps; step++) await takeStep(run, 0.5);
  return { milliseconds: ((processorSeconds() - before) * 1000) / steps, samples: (run.state.samples - samples) / steps };
}
