/**
 * `npm run bench [-- SCENE]`: tables of kernel, training and rendering speed on this machine, and a training run on SCENE or a generated scene.
 * `npm run bench -- curve SCENE`: how good a field of SCENE is after 0.5 to 30 minutes of training; `curve --help` tells its options.
 * `npm run bench -- against FOLDER`: training and rendering by the kernels of this build and of another one of the project, in turn.
 * `npm run bench -- bricks`: the shell in bricks beside dense grids, in turn.
 * `npm run bench -- fields [SIDE]...`: what the shell at SIDE^3 takes of memory and time in dense grids, bricks and factors, 128 to 512.
 * `node --expose-gc dist/scripts/bench.js memory KIND SIDE`: bytes of one of them, as JSON.
 * `npm run bench -- threads`: how far a step divides among 1 to 64 threads, by counting; 8 threads beside 2.
 * `npm run bench -- peers [--python PATH]`: the same field, rays and steps in PyTorch, both with two threads.
 * `npm run bench -- methods SCENE [ENTRIES]`: what a step costs beside plain `ternary`, of methods in the syntax of `compare` (scripts/bench/method-costs.ts).
 * docs/benchmarks.md explains the columns.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createWasmBackend, relaxedSimdWorks } from '../src/backends/wasm/launch-node.ts';
import { printError } from '../src/cli/terminal/print-error.ts';
import {
  BATCH_RAYS,
  enter,
  least,
  median,
  medianRatio,
  sameSteps,
  timeFields,
  type Contestant,
  type FieldSpeed,
} from './bench/field-speed.ts';
import { curveCommand } from './bench/curve-command.ts';
import { fieldMemory, fieldsTable } from './bench/fields.ts';
import { timeIsolatedKernels } from './bench/isolated-kernels.ts';
import { methodTable, timeMethods } from './bench/method-costs.ts';
import { otherBackend } from './bench/other-build.ts';
import { timePeers } from './bench/peers.ts';
import { DENSE_160, shellBatches, shellSettings, type ShellNeuron } from './bench/shell-field.ts';
import { table as markdownTable } from './bench/table.ts';
import { countWork, scaling, type StepShares } from './bench/thread-scaling.ts';
import { timeTrainingLoop } from './bench/training-loop.ts';

const NEURONS: readonly ShellNeuron[] = ['three-bit', 'lif', 'relu'];
const NAMES: Readonly<Record<ShellNeuron, string>> = {
  'three-bit': 'three-bit, spikes for inputs',
  lif: 'LIF, real inputs',
  relu: 'ANN twin (ReLU)',
};

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  print(markdownTable(head, rows));
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

async function benchKernels(relaxed: boolean): Promise<number> {
  const rows = await timeIsolatedKernels(relaxed);
  const limit = (2 * rows[0].operations) / rows[0].microseconds / 1000;
  print(`### Kernels of the colour network, one thread, ${relaxed ? 'fused multiply-add' : 'plain SIMD'}\n`);
  table(
    ['kernel', 'µs a sample', 'GFLOPS, dense equivalent', 'ratio to the dense limit'],
    rows.map(({ kernel, microseconds, operations }) => {
      const speed = (2 * operations) / microseconds / 1000;
      return [kernel, microseconds.toFixed(3), speed.toFixed(1), (speed / limit).toFixed(2)];
    }),
  );
  return limit;
}

function printFields(speeds: readonly FieldSpeed[], limit: number): void {
  print(`### Training and rendering a 160x160x160 field, ${BATCH_RAYS} rays a step\n`);
  table(
    ['', 'threads', 'fire', 'core-µs a sample', 'rays/s', "kernels' share of a step", 'speed-up', 'rendering: core-µs a sample', 'rays/s'],
    speeds.map((speed) => {
      const one = speeds.find(({ neuron }) => neuron === speed.neuron)!;
      return [
        NAMES[speed.neuron],
        String(speed.threads),
        speed.firing.map(percent).join(', '),
        least(speed, ({ training }) => training).toFixed(2),
        Math.round(-least(speed, ({ trainRays }) => -trainRays)).toLocaleString('en'),
        percent(-least(speed, ({ kernelShare }) => -kernelShare)),
        medianRatio(speed, one, ({ trainRays }) => trainRays).toFixed(2),
        least(speed, ({ rendering }) => rendering).toFixed(2),
        Math.round(-least(speed, ({ renderRays }) => -renderRays)).toLocaleString('en'),
      ];
    }),
  );
  print('### Where a training step goes, core-µs a sample\n');
  const names = [...speeds[0].turns[0].phases.keys()];
  table(
    ['', 'threads', ...names],
    speeds.map((speed) => [
      NAMES[speed.neuron],
      String(speed.threads),
      ...names.map((name) => least(speed, ({ phases }) => phases.get(name) ?? 0).toFixed(2)),
    ]),
  );
  for (const speed of speeds.filter(({ threads }) => threads === 1)) {
    // Forward, towards the inputs and towards the weights: three products of each layer, the view part left out.
    const macs = 3 * (12 * 128 + 128 * 128 + 128 * 3);
    const floor = (2 * macs) / limit / 1000;
    print(
      `${NAMES[speed.neuron]}: ${speed.samplesPerRay.toFixed(1)} samples a ray; dense arithmetic of the network alone at the dense limit: ` +
        `${floor.toFixed(2)} core-µs a sample, the whole step takes ${(least(speed, ({ training }) => training) / floor).toFixed(2)} times that.`,
    );
  }
  print();
}

async function benchMachine(scene: string | undefined): Promise<void> {
  const relaxed = await relaxedSimdWorks();
  await benchKernels(false);
  const limit = relaxed ? await benchKernels(true) : await benchKernels(false);
  const speeds: FieldSpeed[] = [];
  for (const neuron of NEURONS) {
    const entered: Contestant[] = [];
    for (const threads of availableParallelism() > 1 ? [1, 2] : [1])
      entered.push(await enter(await createWasmBackend({ threads }), neuron, threads));
    speeds.push(...(await timeFields(entered)));
  }
  printFields(speeds, limit);
  print(
    `Memory of a 160x160x160 field in training: ${(speeds[0].estimate / 2 ** 20).toFixed(0)} MiB reserved at most (the estimate); ` +
      `${(process.resourceUsage().maxRSS / 2 ** 10).toFixed(0)} MiB resident at most, two fields at once, Node and the benchmark's own data included.`,
  );
  const loop = await timeTrainingLoop(scene);
  print(
    `\nA fine stage on ${scene ?? 'the generated scene "object"'}, 2 threads: ${loop.seconds.toFixed(1)} s, ` +
      `${Math.round(loop.raysPerSecond).toLocaleString('en')} rays/s, ${percent(loop.kernelShare)} of the wall time in kernels ` +
      '(the rest: drawing rays, occupancy, scaling, reports).',
  );
}

/** @param folder of another checkout or installation, built */
async function benchAgainst(folder: string): Promise<void> {
  print(`### This build beside ${folder}, one thread, ${BATCH_RAYS} rays a step\n`);
  const rows: string[][] = [];
  for (const neuron of NEURONS) {
    const entered = [
      await enter(await createWasmBackend({ threads: 1 }), neuron, 1),
      await enter(await otherBackend(folder, { threads: 1 }), neuron, 1),
    ];
    const [ours, theirs] = await timeFields(entered);
    for (const figure of ['training', 'rendering'] as const) {
      const of = (speed: FieldSpeed): string => least(speed, (turn) => turn[figure]).toFixed(3);
      rows.push([`${NAMES[neuron]}, ${figure}`, of(ours), of(theirs), medianRatio(ours, theirs, (turn) => turn[figure]).toFixed(3)]);
    }
  }
  table(['', 'this: core-µs a sample', 'other', 'this : other'], rows);
}

async function benchBricks(): Promise<void> {
  print(`### A 160x160x160 field in bricks beside dense grids, one thread, ${BATCH_RAYS} rays a step\n`);
  const rows: string[][] = [];
  for (const neuron of NEURONS) {
    const entered: Contestant[] = [];
    for (const kind of ['bricks', 'dense'] as const)
      entered.push(await enter(await createWasmBackend({ threads: 1 }), neuron, 1, BATCH_RAYS, { ...DENSE_160, kind }));
    const [bricks, dense] = await timeFields(entered);
    const row = (
      name: string,
      of: (turn: FieldSpeed['turns'][number], names: readonly string[]) => number,
      names: [string, string],
    ): void => {
      const [a, b] = names.map((kernel) => (turn: FieldSpeed['turns'][number]) => of(turn, [kernel]));
      const ratio = median(bricks.turns.map((turn, i) => a(turn) / b(dense.turns[i])));
      rows.push([`${NAMES[neuron]}, ${name}`, least(bricks, a).toFixed(3), least(dense, b).toFixed(3), ratio.toFixed(3)]);
    };
    row('training', ({ training }) => training, ['', '']);
    row('rendering', ({ rendering }) => rendering, ['', '']);
    const phase = ({ phases }: FieldSpeed['turns'][number], [kernel]: readonly string[]): number => phases.get(kernel) ?? 0;
    row('marching', phase, ['marchBrickLanes', 'marchLanes']);
    row('gathering and network', phase, ['trainBrickLanes', 'trainLanes']);
    row('scatter and Adam', phase, ['updateBricks', 'updateStep']);
  }
  table(['', 'bricks: core-µs a sample', 'dense', 'median of bricks : dense'], rows);
}

/** Shares of a step with one thread, by the clock, which other programs stretch for all phases alike: medians of the turns. */
function stepShares({ turns, samplesPerRay }: FieldSpeed): StepShares {
  const of = (kernel: string): number =>
    median(turns.map(({ phases, trainRays }) => ((phases.get(kernel) ?? 0) * trainRays * samplesPerRay) / 1e6));
  const [marching, network, update] = ['marchLanes', 'trainLanes', 'updateStep'].map(of);
  return { marching, network, update, serial: 1 - marching - network - update };
}

async function benchThreads(): Promise<void> {
  const neuron = 'three-bit';
  const [one] = await timeFields([await enter(await createWasmBackend({ threads: 1 }), neuron, 1)]);
  const shares = stepShares(one);
  print(
    `### A step of ${NAMES[neuron]} divided among threads, by counting\n\nOf a step with one thread: marching ${percent(shares.marching)}, ` +
      `network ${percent(shares.network)}, scatter and Adam ${percent(shares.update)}, one thread alone ${percent(shares.serial)}.\n`,
  );
  for (const rays of [BATCH_RAYS, 4 * BATCH_RAYS]) {
    const { engine } = await enter(await createWasmBackend({ threads: 1 }), neuron, 1, rays);
    const work = await countWork(engine, shellBatches(rays)[0]);
    await engine.dispose();
    print(`${rays} rays, ${work.lanes} lanes: ${Math.min(...work.samples)} to ${Math.max(...work.samples)} network samples each\n`);
    table(
      ['threads', 'most work : even share, marching', 'network', 'scatter and Adam', 'waiting', 'speed-up at most'],
      [1, 2, 4, 8, 16, 32, 64].map((threads) => {
        const found = scaling(work, shares, threads);
        const parts = [found.marching, found.network, found.update].map((part) => part.toFixed(2));
        return [String(threads), ...parts, percent(found.waiting), found.speedUp.toFixed(1)];
      }),
    );
  }
  const [few, many] = [2, 8];
  const entered: Contestant[] = [];
  for (const threads of [few, many]) entered.push(await enter(await createWasmBackend({ threads }), neuron, threads));
  const same = await sameSteps(entered[0].engine, entered[1].engine);
  const [with2, with8] = await timeFields(entered);
  print(`### ${many} threads beside ${few} on ${availableParallelism()} cores: ${same ? 'the same bits' : 'OTHER BITS'}\n`);
  table(
    ['', `${few} threads`, `${many} threads`, `median of ${many} : ${few}`],
    [
      ['training, core-µs a sample', ({ training }: FieldSpeed['turns'][number]) => training, 3] as const,
      ['rendering, core-µs a sample', ({ rendering }: FieldSpeed['turns'][number]) => rendering, 3] as const,
      ['training, rays/s', ({ trainRays }: FieldSpeed['turns'][number]) => trainRays, 0] as const,
    ].map(([name, figure, digits]) => [
      name,
      ...[with2, with8].map((speed) => median(speed.turns.map(figure)).toFixed(digits)),
      medianRatio(with8, with2, figure).toFixed(3),
    ]),
  );
}

async function benchPeers(python: string): Promise<void> {
  const threads = 2;
  const entered = await enter(await createWasmBackend({ threads }), 'lif', threads);
  const peers = await timePeers(
    { engine: entered.engine, batches: shellBatches(BATCH_RAYS), settings: shellSettings },
    python,
    process.cwd(),
    {
      onProcessor: threads,
    },
  );
  const [own] = await timeFields([entered]);
  const [training, rendering] = [-least(own, ({ trainRays }) => -trainRays), -least(own, ({ renderRays }) => -renderRays)];
  print(
    `### A shell in 160^3 voxels, LIF, ${own.samplesPerRay.toFixed(1)} network samples a ray, steps of ${BATCH_RAYS} rays, ${threads} threads\n`,
  );
  table(
    ['', 'train rays/s', 'SpikeRay: it', 'render rays/s', 'SpikeRay: it', 'colours off by', 'losses off by'],
    [
      ['SpikeRay', training.toFixed(0), '1', rendering.toFixed(0), '1', '', ''],
      ...peers.map((found) =>
        'reason' in found
          ? [`PyTorch, ${found.peer}: not run, ${found.reason}`, '', '', '', '', '', '']
          : [
              `PyTorch ${found.torch}, ${found.peer}`,
              found.trainRaysPerSecond.toFixed(0),
              (training / found.trainRaysPerSecond).toFixed(1),
              found.renderRaysPerSecond.toFixed(0),
              (rendering / found.renderRaysPerSecond).toFixed(1),
              `${found.colourDifference.toExponential(1)}, at most ${found.largestColourDifference.toExponential(1)}`,
              found.lossDifference.toExponential(1),
            ],
      ),
    ],
  );
}

async function benchFields(sides: readonly string[]): Promise<void> {
  print(`### A shell by kind of field, one thread, ${BATCH_RAYS} rays a step; processor time, microseconds a network sample\n`);
  print(await fieldsTable(sides));
}

async function benchCommand(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { python: { type: 'string', default: 'python3' } } });
  print(`${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}\n`);
  if (positionals[0] === 'against') await benchAgainst(positionals[1] ?? '.');
  else if (positionals[0] === 'bricks') await benchBricks();
  else if (positionals[0] === 'fields') await benchFields(positionals.slice(1));
  else if (positionals[0] === 'methods') print(methodTable(await timeMethods(positionals[1], positionals[2])));
  else if (positionals[0] === 'threads') await benchThreads();
  else if (positionals[0] === 'peers') await benchPeers(values.python);
  else await benchMachine(positionals[0]);
}

const [kind, ...args] = process.argv.slice(2);
const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  curve: () => curveCommand().parseAsync(args, { from: 'user' }),
  memory: async () => print(JSON.stringify(await fieldMemory(args[0] ?? '', args[1] ?? ''))),
};
await (commands[kind] ?? benchCommand)().catch(async (error: unknown) => {
  process.exitCode = await printError(error, { json: args.includes('--json'), verbose: args.includes('--verbose') });
});
