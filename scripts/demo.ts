/**
 * `npm run demo [-- FOLDER]`: the whole way on a generated scene, by the same commands a user would type. Writes FOLDER (default: runs/demo, or
 * the first free number behind it) with the scene, a spiking field, its ANN twin and an orbit of each, and prints what they reach.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvalReport } from '../src/eval/eval-report.ts';
import { table } from '../src/base/format.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** Sizes with which the demo stays far below four minutes on two cores; on slower machines the time limits end training early. */
const SCENE = ['--scene', 'object', '--views', '60', '--size', '200'];
const SETTINGS = [
  'coarse.steps=800',
  'fine.steps=1200',
  'fine.voxels=1000000',
  'fine.scaleAt=100,200,300',
  'fine.occupancyFrom=200',
  'fine.occupancyEvery=200',
];
const TRAINING = [...SETTINGS.flatMap((setting) => ['--set', setting]), '--max-minutes', '1.1'];
const ORBIT = ['--path', 'orbit', '--frames', '48', '--size', '200x200'];

/** Shows the command, runs it with progress on this terminal, and returns the JSON document it printed. */
function spikeray(...command: string[]): Promise<unknown> {
  process.stderr.write(`\n$ spikeray ${command.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...command, '--json'], { stdio: ['inherit', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Failure(code ?? 1));
    });
  });
}

/** A command that failed; it has already said why. */
class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`a command ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

function freeFolder(): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? 'runs/demo' : `runs/demo-${number}`;
    if (!existsSync(folder)) return folder;
  }
}

interface Trained {
  readonly title: string;
  readonly run: string;
  readonly report: EvalReport;
}

async function trainAndMeasure(title: string, scene: string, run: string, ...options: string[]): Promise<Trained> {
  await spikeray('train', scene, '--out', run, ...TRAINING, ...options);
  const report = (await spikeray('eval', run)) as EvalReport;
  await spikeray('render', run, ...ORBIT);
  return { title, run, report };
}

function comparison(columns: readonly Trained[]): string {
  const row = (label: string, value: (report: EvalReport) => string): string[] => [label, ...columns.map(({ report }) => value(report))];
  const whole = (value: number): string => Math.round(value).toLocaleString('en');
  const energy = (report: EvalReport, line: 'executed' | 'published'): string => report.energy!.millijoulesPerImage[line].toFixed(2);
  return table([
    ['', ...columns.map(({ title }) => title)],
    row('PSNR, dB', ({ psnr }) => psnr.toFixed(2)),
    row('SSIM', ({ ssim }) => ssim.toFixed(4)),
    row('firing rate of layer 1, %', ({ firingRates }) => (firingRates![0] * 100).toFixed(1)),
    row('firing rate of layer 2, %', ({ firingRates }) => (firingRates![1] * 100).toFixed(1)),
    row('samples a ray', ({ counts }) => counts.samplesPerRay.toFixed(2)),
    row('multiplications a ray (MAC)', ({ counts }) => whole(counts.macsPerRay)),
    row('additions a ray (AC)', ({ counts }) => whole(counts.acsPerRay)),
    row('energy an image, mJ', (report) => energy(report, 'executed')),
    row('  the same as papers count it, mJ', (report) => energy(report, 'published')),
    ...shares(columns),
    row('seconds an image', ({ secondsPerImage }) => secondsPerImage.toFixed(2)),
  ]);
}

/** Of the twin's energy, which was trained and measured beside it. */
function shares([{ report: mine }, { report: twin }]: readonly Trained[]): string[][] {
  const share = (label: string, line: 'executed' | 'published' | 'effective'): string[] => {
    const [part, whole] = [mine, twin].map(({ energy }) => energy!.millijoulesPerImage[line]);
    return [label, `${((100 * part) / whole).toFixed(1)} %`, '100 %'];
  };
  return [
    share('of a twin that skips inactive ReLUs', 'effective'),
    share('  of one that multiplies them', 'executed'),
    share('  as papers count both', 'published'),
  ];
}

async function demo(folder: string): Promise<void> {
  const began = performance.now();
  const scene = join(folder, 'scene');
  await spikeray('synth', scene, ...SCENE);
  const spiking = await trainAndMeasure('spiking', scene, join(folder, 'spiking'));
  const twin = await trainAndMeasure('ANN twin', scene, join(folder, 'twin'), '--ann');
  const { views, imageSize, energy } = spiking.report;
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  const lines = [
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
    `${minutes} minutes in all. Train longer: spikeray train ${scene} --out ${join(folder, 'longer')}`,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

try {
  await demo(relative('.', process.argv[2] ?? freeFolder()));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.exitCode = error.exitCode;
}
