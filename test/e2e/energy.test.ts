/** `spikeray energy` and `spikeray export` as a user types them: what they write, and every kind of input they must refuse. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EnergyStudy } from '../../src/energy/study.ts';
import type { Frontier } from '../../src/energy/frontier.ts';
import { horowitz45nmFp32 } from '../../src/energy/hardware/horowitz-45nm-fp32.ts';
import { readPly } from '../../datasets/ply.ts';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY_LIF, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'spiking');
const twin = join(folder, 'twin');

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, run, ...TINY_LIF);
  await tinyRun(scene, twin, '--ann');
});

const energy = async (...args: string[]): Promise<EnergyStudy> =>
  JSON.parse((await succeed(['energy', ...args, '--json', '--quiet'])).stdout) as EnergyStudy;

describe('energy', () => {
  it('writes the study as a page, JSON and CSV, and prints it', async () => {
    const { stdout } = await succeed(['energy', run, '--against', twin, '--quiet']);
    const beside = ['the twin that skips inactive ReLUs', 'the dense twin, as published', 'the dense twin, as executed'];
    for (const of of beside) expect(stdout).toContain(`| mJ an image, 45nm-fp32, beside ${of} `);
    const study = JSON.parse(readFileSync(join(run, 'report/energy.json'), 'utf8')) as EnergyStudy;
    expect(study).toMatchObject({ schema: 1, split: 'test', run: { neuron: 'lif', images: 2 }, against: { neuron: 'relu' } });
    expect(Object.keys(study.run.neurobench)).toEqual([
      'Footprint',
      'ConnectionSparsity',
      'ActivationSparsity',
      'SynapticOperations',
      'MembraneUpdates',
    ]);
    const { run: mine, twin: computed } = study.hardware[0];
    const { samples, activeRays, spikes } = study.run.counts;
    const macs = samples * 12 * 16 + activeRays * 27 * 16;
    expect(mine.executed!.synapses).toBeCloseTo(((macs * 4.6 + (16 * spikes[0] + 3 * spikes[1]) * 0.9) * 1e-9) / 2, 12);
    expect(computed.published!.synapses).toBeCloseTo((samples * (39 * 16 + 256 + 48) * 4.6e-9) / 2, 12);

    const page = readFileSync(join(run, 'report/energy.html'), 'utf8');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page.match(/<svg/g)!.length).toBeGreaterThan(4);
    expect(page.match(/data:image\/png;base64,/g)!.length).toBeGreaterThan(5);
    const csv = readFileSync(join(run, 'report/energy.csv'), 'utf8').trimEnd().split('\n');
    expect(new Set(csv.map((line) => line.split('","').length)).size).toBe(1);
    expect(csv[0]).toContain('membraneUpdates');
    // Energies of all rows of a view's counting: what the study has for the renderer.
    const cellsOf = (line: string): string[] =>
      [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain);
    const heads = cellsOf(csv[0]);
    const energies = csv.map(cellsOf).filter(([network, view]) => network === 'spiking (lif)' && view === 'all views');
    const total = (model: string): number =>
      energies.filter((cells) => cells[2] === 'executed').reduce((sum, cells) => sum + Number(cells[heads.indexOf(`mJ ${model}`)]), 0);
    for (const { model, run: estimates } of study.hardware) expect(total(model.name) / (2 * estimates.executed!.all)).toBeCloseTo(1, 8);

    const { raySamples, counts } = study.run;
    expect(raySamples.reduce((sum, rays) => sum + rays, 0)).toBe(counts.rays);
    expect(raySamples.reduce((sum, rays, n) => sum + rays * n, 0)).toBe(counts.samples);
    expect(counts.rays - raySamples[0]).toBe(counts.activeRays);
    expect(page).toContain('a ray that hits something');
    expect(page, 'a price is called what it is a price of').toMatch(/at 4\.6 pJ a multiply-accumulate and 0\.9 pJ an addition/);
    expect(page).toContain('Spikes on a chip, the twin in other technology');
    expect(stdout).toContain('loihi-2018, network with neurons (spikes 14 nm, twin 45 nm, 0.9 V)');
  });

  it('gives the same counts with one thread, and on tfjs', async () => {
    const [two, one, tfjs] = [
      await energy(run, '--threads', '2', '--format', 'json', '--every', '2'),
      await energy(run, '--threads', '1', '--format', 'json', '--every', '2'),
      await energy(run, '--backend', 'tfjs', '--format', 'json', '--every', '2'),
    ];
    expect(one.run.counts).toEqual(two.run.counts);
    expect(tfjs.run.counts.rays).toBe(two.run.counts.rays);
    // Backends round differently: a sample or a spike at a threshold may fall on the other side.
    for (const key of ['samples', 'densityEvaluations', 'spannedSteps'] as const)
      expect(Math.abs(tfjs.run.counts[key] / two.run.counts[key] - 1)).toBeLessThan(2e-3);
  });

  it('takes a hardware model from a file, and names the key that is wrong', async () => {
    const file = join(folder, 'mine.json');
    const write = (change: (model: typeof horowitz45nmFp32) => unknown): void =>
      writeFileSync(file, JSON.stringify(change(horowitz45nmFp32)));
    write((model) => ({ ...model, name: 'mine', picojoules: { ...model.picojoules, mac: 9.2, ac: 1.8 } }));
    const study = await energy(run, '--hardware', file, '--hardware', '45nm-fp32', '--format', 'json,html', '--every', '2');
    const page = readFileSync(join(run, 'report/energy.html'), 'utf8');
    expect(page).toContain(`--every 2 --hardware ${file} --hardware 45nm-fp32</pre>`);
    expect(study.hardware.map(({ model }) => model.name)).toEqual(['mine', '45nm-fp32']);
    expect(study.hardware[0].run.executed!.synapses).toBeCloseTo(2 * study.hardware[1].run.executed!.synapses, 12);

    const refused = (says: string[]) => expectError(['energy', run, '--hardware', file], { says: [file, ...says] });
    write((model) => ({ ...model, picojoules: { ...model.picojoules, mac: -1 } }));
    await refused(['picojoules.mac', '-1']);
    write((model) => ({ ...model, picojoules: { mac: 1 } }));
    await refused(['picojoules.ac', 'missing']);
    write((model) => ({ ...model, kind: 'abacus' }));
    await refused(['kind']);
    writeFileSync(file, JSON.stringify(horowitz45nmFp32).replace('4.6', '1e999'));
    await refused(['picojoules.mac', 'Infinity']);
    writeFileSync(file, '{"kind": ');
    await refused(['JSON']);
    await expectError(['energy', run, '--hardware', '45nm-fp23'], { says: ['45nm-fp23', 'Did you mean 45nm-fp32?'] });
    await expectError(['energy', run, '--hardware', join(folder, 'none.json')], { says: ['none.json', 'no such file'] });
  });

  it('draws the frontier over runs', async () => {
    const { stdout } = await succeed(['energy', '--compare', run, twin, '--every', '2', '--json', '--quiet']);
    const frontier = JSON.parse(stdout) as Frontier;
    expect(frontier.runs.map(({ subject }) => subject.neuron)).toEqual(['lif', 'relu']);
    expect(frontier.runs.some(({ onFrontier }) => onFrontier)).toBe(true);
    // Spikes of one are as many additions either way; an ANN that skips its zeros multiplies less.
    const [lif, relu] = frontier.runs.map(({ millijoules }) => millijoules);
    expect(lif.shifted).toBe(lif.executed);
    expect(relu.shifted).toBeLessThan(relu.executed!);
    expect(readFileSync(join(run, 'report/frontier.html'), 'utf8').match(/<svg/g)).toHaveLength(2);
    await expectError(['energy', '--compare', run], { says: ['at least two runs'] });
    await expectError(['energy', run, twin], { says: ['--compare', '--against'] });
    await expectError(['energy', '--compare', run, twin, '--against', twin], { says: ['--against has no meaning'] });
    await expectError(['energy', twin, '--against', run], { says: [run, 'expected the ANN twin', '(lif)', '--compare'] });
  });

  it('refuses runs of different scenes unless forced', async () => {
    const other = join(folder, 'other-scene');
    await tinyScene(other, 6);
    const stranger = await tinyRun(other, join(folder, 'stranger'), '--ann', '--max-steps', '3');
    await expectError(['energy', run, '--against', stranger], { says: [stranger, 'different scenes', '--force'] });
    await expectError(['energy', '--compare', run, stranger], { says: ['different scenes', '--force'] });
    const forced = await energy(run, '--against', stranger, '--force', '--format', 'json', '--every', '2');
    expect(forced.differentScenes).toBe(true);
  });

  it('refuses runs and options that cannot be used', async () => {
    const empty = join(folder, 'empty');
    cpSync(run, empty, { recursive: true });
    rmSync(join(empty, 'checkpoints'), { recursive: true });
    await expectError(['energy', empty], { says: ['expected a checkpoint'] });
    await expectError(['energy', join(folder, 'none')], { says: ['no such run folder'] });
    await expectError(['energy'], { says: ["missing required argument 'run'"] });
    await expectError(['energy', run, '--split', 'tset'], { says: ['Did you mean test?'] });
    await expectError(['energy', run, '--every', '0'], { says: ['--every 0'] });
    await expectError(['energy', run, '--format', 'pdf'], { says: ['--format pdf'] });
  });

  it('says at once that the output cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'in the way');
    await expectError(['energy', run, '--out', join(file, 'report')], { says: ['a file is in the way'], code: 1 });
    if (process.getuid?.() === 0) return;
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    await expectError(['energy', run, '--out', closed], { says: ['not permitted'], code: 1 });
  });
});

describe('export', () => {
  it('writes the network as NIR, once', async () => {
    const { stdout } = await succeed(['export', run, '--format', 'nir']);
    expect(stdout).toContain('input -> linear_1 -> lif_1 -> linear_2 -> lif_2 -> linear_3 -> output');
    const file = join(run, 'export/network.nir');
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('HDF');
    await expectError(['export', run], { says: [file, '--force'] });
    await succeed(['export', run, '--force', '--json']);
  });

  it('writes points and a mesh of the surface in the coordinates of the scene', async () => {
    const solid = await tinyRun(scene, join(folder, 'solid'), '--set', 'fine.steps=400');
    const points = JSON.parse((await succeed(['export', solid, '--format', 'ply', '--json', '--quiet'])).stdout) as {
      points: number;
      file: string;
    };
    const { places } = readPly(points.file, readFileSync(points.file));
    expect(places).toHaveLength(points.points * 3);
    expect(Math.max(...places.map(Math.abs))).toBeLessThan(3);
    const { stdout } = await succeed(['export', solid, '--format', 'mesh', '--threads', '1', '--json', '--quiet']);
    const mesh = JSON.parse(stdout) as { vertices: number; triangles: number; file: string };
    expect(mesh.triangles).toBeGreaterThan(100);
    expect(readPly('m', readFileSync(join(mesh.file, 'surface.ply'))).places).toHaveLength(mesh.vertices * 3);
    expect(readFileSync(join(mesh.file, 'surface.glb')).subarray(0, 4).toString()).toBe('glTF');
  });

  it('refuses what NIR lacks', async () => {
    await expectError(['export', twin], { says: ['no ReLU node'] });
    expect(existsSync(join(twin, 'export'))).toBe(false);
    await expectError(['export', run, '--format', 'onnx'], { says: ['--format onnx'] });
  });
});
