/** `spikeray demo`: the whole way on a generated scene, by the same commands a user would type. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { table } from '../../base/format.ts';
import { annShares } from '../../energy/ann-shares.ts';
import { comparedEnergies } from '../../energy/energy-report.ts';
import type { EvalReport } from '../../eval/eval-report.ts';
import { energyRows } from '../terminal/energy-rows.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { writeNotice } from '../terminal/terminal.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Sizes with which the demo stays far below four minutes on two cores; on slower machines the time limits end training early. */
const SCENE = ['--scene', 'object', '--views', '60', '--size', '200'];
const SETTINGS = [
  'coarse.steps=800',
  'fine.steps=1200',
  // A million voxels, nearly all of them occupied: bricks would only be looked up.
  'field.kind=dense',
  'fine.voxels=1000000',
  'fine.scaleAt=100,200,300',
  'fine.occupancyFrom=200',
  'fine.occupancyEvery=200',
];
const TRAINING = [...SETTINGS.flatMap((setting) => ['--set', setting]), '--max-minutes', '1.1'];
const ORBIT = ['--path', 'orbit', '--frames', '48', '--size', '200x200'];

export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'Generates a scene, trains a spiking field and its ANN twin on it, evaluates both on held-out views, renders an orbit of each, and prints ' +
        'what they reach: the whole way, by the commands that it shows. It takes a few minutes.',
    )
    .argument('[folder]', 'folder to write (default: runs/demo, or the first free number behind it)')
    .action((folder: string | undefined, options: OutputOptions) => runAction(options, () => demo(folder ?? freeFolder(), options)));
  return addOutputOptions(command);
}

function freeFolder(): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? 'runs/demo' : `runs/demo-${number}`;
    if (!existsSync(folder)) return folder;
  }
}

/** A command that failed; it has already said why. */
class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`a command ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Runs a command with progress on this terminal, and returns the JSON document it printed. */
type Run = (...command: string[]) => Promise<unknown>;

function runner({ quiet, verbose }: OutputOptions): Run {
  const more = ['--json', ...(quiet === true ? ['--quiet'] : []), ...(verbose === true ? ['--verbose'] : [])];
  return (...command) => {
    if (quiet !== true) writeNotice(`\n$ spikeray ${command.join(' ')}`);
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, ...command, ...more], { stdio: ['inherit', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(JSON.parse(output));
        else reject(new Failure(code ?? 1));
      });
    });
  };
}

async function demo(folder: string, options: OutputOptions): Promise<Result> {
  // Ctrl-C reaches the command that runs; it saves, and ends the demo with its exit code.
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  try {
    return await trainBoth(folder, runner(options));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { json: { error: { name: 'DemoError', message: error.message, fix: null } }, text: '', exitCode: error.exitCode };
  } finally {
    process.off('SIGINT', wait);
  }
}

async function trainBoth(folder: string, run: Run): Promise<Result> {
  const began = performance.now();
  const scene = join(folder, 'scene');
  await run('synth', scene, ...SCENE);
  const spiking = await trainAndMeasure(run, 'spiking', scene, join(folder, 'spiking'));
  const twin = await trainAndMeasure(run, 'ANN twin', scene, join(folder, 'twin'), '--ann');
  const seconds = (performance.now() - began) / 1000;
  return {
    json: { scene, seconds, runs: [spiking, twin] },
    text: `\n${describe(scene, spiking, twin)}\n${(seconds / 60).toFixed(1)} minutes in all. Look at it: spikeray serve ${folder}\n`,
  };
}

interface Trained {
  readonly title: string;
  readonly run: string;
  readonly report: EvalReport;
}

async function trainAndMeasure(spikeray: Run, title: string, scene: string, run: string, ...options: string[]): Promise<Trained> {
  await spikeray('train', scene, '--out', run, ...TRAINING, ...options);
  const report = (await spikeray('eval', run)) as EvalReport;
  await spikeray('render', run, ...ORBIT);
  return { title, run, report };
}

function describe(scene: string, spiking: Trained, twin: Trained): string {
  const { views, imageSize, energy } = spiking.report;
  return [
    `Held-out views: ${views} of ${imageSize.width}x${imageSize.height}. In the twin's column a neuron "fires" if its ReLU is not zero.`,
    '',
    comparison([spiking, twin]),
    `Energy: arithmetic of the colour network, ${energy!.costs.mac} pJ a MAC and ${energy!.costs.ac} pJ an AC (${energy!.costs.source}).`,
    energy!.scope,
    '',
    ...[spiking, twin].flatMap(({ title, run }) => [
      `${title}:`,
      `  orbit    ${join(run, 'render/orbit')}`,
      `  renders  ${join(run, 'eval', spiking.report.split)}   (with depth and error maps, metrics.json)`,
    ]),
    `scene: ${scene}`,
  ].join('\n');
}

function comparison(columns: readonly Trained[]): string {
  const row = (label: string, value: (report: EvalReport) => string): string[] => [label, ...columns.map(({ report }) => value(report))];
  const whole = (value: number): string => Math.round(value).toLocaleString('en');
  const [spiking, twin] = columns.map(({ report }) => report.energy!);
  return table([
    ['', ...columns.map(({ title }) => title)],
    row('PSNR, dB', ({ psnr }) => psnr.toFixed(2)),
    row('SSIM', ({ ssim }) => ssim.toFixed(4)),
    ...columns[0].report.firingRates!.map((_, layer) =>
      row(`firing rate of layer ${layer + 1}, %`, ({ firingRates }) => (firingRates![layer] * 100).toFixed(1)),
    ),
    row('samples a ray', ({ counts }) => counts.samplesPerRay.toFixed(2)),
    row('multiply-accumulates a ray (MAC)', ({ counts }) => whole(counts.macsPerRay)),
    row('additions a ray (AC)', ({ counts }) => whole(counts.acsPerRay)),
    ...energyRows([spiking, twin], annShares(comparedEnergies(spiking.millijoulesPerImage), comparedEnergies(twin.millijoulesPerImage))),
    row('seconds an image', ({ secondsPerImage }) => secondsPerImage.toFixed(2)),
  ]);
}
