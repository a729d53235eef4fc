import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEntries } from '../../src/config/compare-entries.ts';
import { applyRequests, parseAssignment } from '../../src/config/resolve-config.ts';
import { presets } from '../../src/config/presets.ts';
import { AUTO } from '../../src/backends/select-backend.ts';
import { differences, planJobs, type Job } from '../../src/jobs/job-plan.ts';
import { InputError } from '../../src/base/errors.ts';

const shared = presets.blender;
const planOf = (text: string, seeds: readonly number[], settings = shared): Job[] =>
  planJobs({
    entries: parseEntries(text),
    seeds,
    scenes: [{ path: '/scene', name: 'scene', format: null, shared: settings }],
    folder: '/somewhere/out',
    backend: AUTO,
    measure: { split: null, every: 1 },
  });
const configOf = (text: string) => applyRequests(shared, parseEntries(text)[0].requests);

describe('entries of a comparison', () => {
  it('are neurons with what is different about them', () => {
    expect(parseEntries('lif, ann,relu+networkRate=1e-3').map(({ name }) => name)).toEqual(['lif', 'ann', 'ann+networkRate=1e-3']);
    expect(configOf('four-bit')).toEqual(shared);
    expect(configOf('ann').network.neuron).toBe('relu');
    expect(configOf('lif+spikePenalty=1e+0+width=64')).toMatchObject({ fine: { spikePenalty: 1 }, network: { width: 64 } });
    expect(configOf('ternary+threshold=0.4').network.neuronParameters).toEqual({ threshold: 0.4 });
    expect(configOf('lif+im-loss').fine.imLoss.weight).toBeGreaterThan(0);
    expect(configOf('glif+distill').distillation.teacher).toBe('twin');
  });

  it('of every method in docs/training.md are settings that fit together', () => {
    const text = readFileSync(new URL('../../docs/training.md', import.meta.url), 'utf8').replaceAll(/\\\n\s*/g, '');
    const commands = [...text.matchAll(/^ {4}spikeray compare (.* --out DIR .*)$/gm)].map(([, command]) => command);
    expect(commands).toHaveLength(2);
    const entries = commands.flatMap((command) => {
      const settings = [...command.matchAll(/--set (\S+)/g)].map(([, assignment]) => parseAssignment(assignment));
      const base = applyRequests(presets['real-inputs'], settings);
      const parsed = parseEntries(command.replace(/^.*--neurons */, ''));
      return parsed.map(({ requests }) => applyRequests(base, requests));
    });
    expect(entries.length).toBeGreaterThan(20);
    const quantisers = new Set(entries.map(({ network }) => JSON.stringify(network.quantiser)));
    expect(quantisers.size).toBe(6);
  });

  it('have a twin of whole weights, whatever fixed bits all are given', () => {
    const quantised = applyRequests(shared, [parseAssignment('network.quantiser=[learned-bits,hadamard,six-bit-rows]')]);
    const jobs = planOf('ternary+distill,ann+seed=1', [1], quantised);
    expect(jobs.map(({ entry, config }) => [entry, config.network.quantiser])).toEqual([
      ['ann', ['learned-bits', null, null]],
      ['ternary+distill', ['learned-bits', 'hadamard', 'six-bit-rows']],
      ['ann+seed=1', ['learned-bits', 'hadamard', 'six-bit-rows']],
    ]);
  });

  it('keep the commas of a list', () => {
    const entries = parseEntries('lif+spikeTargets=[0.05,0.04]+fine.scaleAt=[5,10],ann');
    expect(entries).toHaveLength(2);
    expect(applyRequests(shared, entries[0].requests).fine).toMatchObject({ spikeTargets: [0.05, 0.04], scaleAt: [5, 10] });
  });

  it.each([
    ['lif,lfi', ['unknown neuron "lfi"', 'Did you mean lif?']],
    ['lif,', ['unknown neuron ""']],
    ['lif,ann,lif', ['lif is there twice']],
    ['relu,ann', ['ann is there twice']],
    ['lif+destill', ['unknown option "destill"', 'Did you mean distill?']],
    ['lif+steps=3', ['--neurons lif+steps=3', 'coarse.steps or fine.steps']],
    ['lif+rays=0', ['coarse.rays or fine.rays']],
    ['lif+fine.rays=0', ['fine.rays', 'a whole number from 1']],
    ['lif+spikeTargets=0.1', ['2 numbers, each a number at least 0, or null']],
    ['ann+distill', ['has no meaning with network.neuron=relu']],
    ['lif+width=64+distill', ['network.width=128', 'network.width=64']],
  ])('refuses %s', (text, parts) => {
    let message = '';
    try {
      planOf(text, [1]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      message = `${error.message}\n${error.fix}`;
    }
    for (const part of parts) expect(message).toContain(part);
  });

  it('are trained seed by seed, the twin first where it teaches', () => {
    const plan = planOf('lif,ternary+distill+potential=1', [7, 8]);
    expect(plan.map(({ folder }) => folder)).toEqual([
      'ann/seed-7',
      'ann/seed-8',
      'lif/seed-7',
      'lif/seed-8',
      'ternary+distill+potential=1/seed-7',
      'ternary+distill+potential=1/seed-8',
    ]);
    expect(plan[5].config.seed).toBe(8);
    expect(plan[5].config.distillation.teacher).toBe('/somewhere/out/ann/seed-8');
    expect(Object.keys(differences(plan[5].config, shared))).toEqual(['network.neuron', 'distillation.teacher', 'distillation.potential']);
    expect(planOf('lif,plif', [7])).toHaveLength(2);
  });
});
