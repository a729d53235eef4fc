import { describe, expect, it } from 'vitest';
import { checkBackward } from '../../src/config/backward.ts';
import { presets } from '../../src/config/presets.ts';
import { applyRequests, parseAssignment, parseConfig, resolveConfig } from '../../src/config/resolve-config.ts';
import { configSchema } from '../../src/config/schema.ts';
import { settings, valueAt } from '../../src/config/settings.ts';
import { InputError } from '../../src/base/errors.ts';
import { defineNeuron } from '../../src/neurons/define-neuron.ts';
import { spike } from '../../src/neurons/graph.ts';
import { registerNeuron } from '../../src/neurons/index.ts';

const set = (text: string) => resolveConfig('blender', [parseAssignment(text)]);

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.message}\n${error.fix}`;
  }
  throw new Error('expected an InputError');
}

describe('settings', () => {
  it('lists every key of the schema with a description and a range', () => {
    for (const preset of Object.values(presets)) expect(configSchema.parse(preset)).toEqual(preset);
    for (const { key, description, range } of settings) {
      expect(description, key).not.toBe('');
      expect(range, key).not.toBe('');
      expect(valueAt(presets.paper, key), key).toBeDefined();
    }
    expect(settings.find(({ key }) => key === 'network.width')?.range).toBe('a whole number from 16 to 256, a multiple of 16');
    expect(settings.find(({ key }) => key === 'scene.near')?.range).toBe('auto, or a number greater than 0');
    expect(settings.find(({ key }) => key === 'budget.maxMinutes')?.range).toBe('a number greater than 0, or null');
    expect(settings.find(({ key }) => key === 'fine.scaleAt')?.range).toBe('a list: each a whole number at least 0');
  });
});

describe('resolveConfig', () => {
  it('is the preset where nothing is asked', () => {
    expect(resolveConfig('paper', [])).toEqual(presets.paper);
  });

  it('applies requests in order, later ones win, and leaves the preset alone', () => {
    const config = resolveConfig('blender', [
      { key: 'scene.downscale', value: '2', source: '--downscale' },
      parseAssignment('scene.downscale=4'),
      parseAssignment('fine.learningRates.density=0.05'),
    ]);
    expect(config.scene.downscale).toBe(4);
    expect(config.fine.learningRates.density).toBe(0.05);
    expect(presets.blender.fine.learningRates.density).toBe(0.1);
  });

  it('reads numbers, words, booleans, null and lists', () => {
    expect(set('fine.raysFrom=all').fine.raysFrom).toBe('all');
    expect(set('scene.near=auto').scene.near).toBe('auto');
    expect(set('scene.near=0.5').scene.near).toBe(0.5);
    expect(set('fine.warmStart=false').fine.warmStart).toBe(false);
    expect(set('budget.maxMinutes=null').budget.maxMinutes).toBeNull();
    expect(set('fine.scaleAt=[10,20]').fine.scaleAt).toEqual([10, 20]);
    expect(set('fine.scaleAt=10, 20').fine.scaleAt).toEqual([10, 20]);
    expect(set('fine.scaleAt=').fine.scaleAt).toEqual([]);
    expect(set('adam.epsilon=1e-9').adam.epsilon).toBe(1e-9);
  });

  it('takes paths as they are, and null for none', () => {
    expect(set('distillation.teacher=7').distillation.teacher).toBe('7');
    expect(set('distillation.teacher=null').distillation.teacher).toBeNull();
    expect(set('fine.spikeTargets=0.05,0.1').fine.spikeTargets).toEqual([0.05, 0.1]);
    expect(set('fine.spikeTargets=null').fine.spikeTargets).toBeNull();
    expect(set('network.layers=[{"kind":"dense","width":8}]').network.layers).toEqual([{ kind: 'dense', width: 8 }]);
    expect(set('network.quantiser=[null,null,null]').network.quantiser).toEqual([null, null, null]);
    for (const list of ['[sub-bit,sub-bit,null]', '["sub-bit", "sub-bit", null]'])
      expect(set(`network.quantiser=${list}`).network.quantiser).toEqual(['sub-bit', 'sub-bit', null]);
  });

  it.each([
    [['network.surrogate=evolutionary', 'network.surrogateAlpha=3'], 'has no meaning with network.surrogate=evolutionary'],
    [['network.neuron=relu', 'distillation.teacher=twin'], 'the twin is this ANN itself'],
    [['network.neuron=relu', 'distillation.teacher=RUN', 'distillation.potential=0.1'], 'an ANN has no potentials'],
    [['network.neuron=relu', 'distillation.teacher=RUN', 'distillation.gram=0.1'], 'distillation.gram=0.1 has no meaning'],
    [['distillation.teacher=RUN', 'distillation.colour=0', 'distillation.start=scratch'], 'nothing would be learned from the teacher'],
    [
      ['network.quantiser=hadamard', 'fine.bitBudget.weights=2'],
      'fine.bitBudget.weights=2 has no meaning with network.quantiser="hadamard"',
    ],
    [['network.quantiser=[three-bit-rows,null,six-bit-rows]', 'fine.bitBudget.weights=2'], 'no bits of weights are learned'],
    [['network.neuron=ternary', 'fine.bitBudget.spikes=1'], 'fine.bitBudget.spikes=1 has no meaning with network.neuron=ternary'],
    [['distillation.teacher=twin', 'distillation.start=scratch', 'distillation.freezeGrids=true'], 'nothing in the grids'],
  ])('refuses %j together', (texts, part) => {
    expect(failure(() => resolveConfig('blender', texts.map(parseAssignment)))).toContain(part);
  });

  it.each(['learned-bits', '[learned-bits,sub-bit,null]', 'null', '[null,null,null]'])('takes a budget of weights with %s', (quantiser) => {
    const wanted = [`network.quantiser=${quantiser}`, 'fine.bitBudget.weights=2'].map(parseAssignment);
    expect(resolveConfig('blender', wanted).fine.bitBudget.weights).toBe(2);
  });

  it('lets a run from before go on whose budget nobody learns', () => {
    const config = resolveConfig('blender', [parseAssignment('network.neuron=ternary')]);
    const before = { ...config, fine: { ...config.fine, bitBudget: { ...config.fine.bitBudget, spikes: 1 } } };
    expect(applyRequests(before, [parseAssignment('field.share=0.4')]).fine.bitBudget.spikes).toBe(1);
    expect(failure(() => applyRequests(before, [parseAssignment('network.neuron=lif')]))).toContain('no bits of spikes are learned');
  });

  it.each(['learned-bits', 'relu'])('takes a budget of spikes with %s', (neuron) => {
    const wanted = [`network.neuron=${neuron}`, 'network.neuronParameters={}', 'fine.bitBudget.spikes=1'].map(parseAssignment);
    expect(resolveConfig('blender', wanted).fine.bitBudget.spikes).toBe(1);
  });

  it.each([
    ['fine.raze=1', ['unknown key', 'Did you mean fine.rays?']],
    ['voxels=1', ['unknown key', 'coarse.voxels or fine.voxels']],
    ['network=1', ['group', 'network.neuron']],
    ['preset=paper', ['unknown key']],
    ['__proto__.x=1', ['unknown key']],
    ['constructor=1', ['unknown key']],
    ['fine.rays=0', ['--set fine.rays=0', 'a whole number from 1 to 1048576', '2048']],
    ['fine.rays=1.5', ['a whole number']],
    ['fine.rays=many', ['a whole number']],
    ['fine.rays={"a":1}', ['a whole number']],
    ['adam.epsilon=1e999', ['greater than 0']],
    ['adam.epsilon=NaN', ['greater than 0']],
    ['adam.beta1=1', ['less than 1']],
    ['network.neuron=life', ['one of lif, relu', 'Did you mean lif?']],
    ['network.neuronParameters.leka=3', ['the neuron four-bit has no parameter leka', 'Did you mean leak?']],
    ['network.neuronParameters.leak=2', ['between 0 and 1']],
    ['network.width=100', ['a multiple of 16']],
    ['fine.scaleAt=5,x', ['a list']],
    ['fine.scaleAt=50,20', ['ascending']],
    ['fine.voxels=20', ['doublings']],
    ['network.encoding=poisson', ['--temporal repeat']],
    ['fine.handoverScale=0.5,1,1', ['at most 2 numbers above 0, or null']],
    ['fine.handoverScale=0,1', ['fine.handoverScale']],
    ['fine.spikeTargets=0.1', ['2 numbers, each a number at least 0, or null']],
    // Near to no name, also not to those that other tests register.
    ['network.quantiser=zigzag', ['unknown quantiser "zigzag"', 'registerQuantiser']],
    ['network.quantiser=[sub-bit,zigzag,null]', ['unknown quantiser "zigzag"']],
    ['network.quantiser=[null,null]', ['a list of 3 names or null']],
    ['network.layers=[{"kind":"dense","width":0}]', ['network.layers']],
    ['fine.flatPixels=0.009', ['--set fine.flatPixels=0.009', '0.01']],
    ['fine.imLoss=1', ['group', 'fine.imLoss.weight']],
    ['network.dropout=1', ['less than 1']],
  ])('refuses --set %s', (text, parts) => {
    const message = failure(() => set(text));
    for (const part of parts) expect(message).toContain(part);
  });

  it('refuses what is not an assignment', () => {
    for (const text of ['fine.rays', '=3', '']) expect(failure(() => parseAssignment(text))).toContain('key=value');
  });

  it('names the option that asked for the impossible', () => {
    const message = failure(() => resolveConfig('blender', [{ key: 'scene.downscale', value: '0', source: '--downscale' }]));
    expect(message).toContain('--downscale 0: expected a whole number from 1 to 64 for scene.downscale');
  });

  it('names the nearest preset', () => {
    expect(failure(() => resolveConfig('blendr', []))).toContain('Did you mean blender?');
    expect(failure(() => resolveConfig('toString', []))).toContain('Choose one of: blender, real-inputs, paper, llff, llff-paper');
  });

  it('refuses near behind far', () => {
    const requests = [parseAssignment('scene.near=3'), parseAssignment('scene.far=2')];
    expect(failure(() => resolveConfig('blender', requests))).toContain('not less than');
  });
});

it('refuses time steps to be learned by a neuron that keeps nothing from step to step, but not by the twin', () => {
  registerNeuron(
    defineNeuron({
      name: 'forgetful',
      summary: 'fires at 1, and keeps nothing',
      source: 'a test',
      parameters: {},
      states: [],
      charge: ({ x }) => x,
      fire: ({ h }) => spike(h, 1),
      reset: () => ({}),
      surrogate: { name: 'sigmoid', alpha: 4 },
    }),
  );
  const learned = (neuron: string) => () => {
    checkBackward({ neuron, temporal: 'repeat', learnRepeats: true });
  };
  expect(failure(learned('forgetful'))).toContain('network.learnRepeats=true has no meaning with network.neuron=forgetful');
  for (const neuron of ['relu', 'lif']) expect(learned(neuron)).not.toThrow();
});

describe('parseConfig', () => {
  it('takes what resolveConfig gave, through JSON', () => {
    const config = set('fine.rays=64');
    expect(parseConfig(JSON.parse(JSON.stringify(config)), 'RUN/config.json')).toEqual(config);
  });

  it('reads the configs of runs from before scenes had held-out views and kinds of space', () => {
    const config = JSON.parse(JSON.stringify(presets.blender)) as { scene: Record<string, unknown> };
    delete config.scene.holdout;
    delete config.scene.space;
    expect(parseConfig(config, 'RUN/config.json')).toEqual(presets.blender);
  });

  it('takes settings that are younger than the file as what was done then: nothing', () => {
    const { distillation, ...old } = structuredClone(presets.blender);
    const { spikeTargets, imLoss, ...fine } = old.fine;
    const { dropout, ...network } = old.network;
    expect(parseConfig({ ...old, fine, network }, 'RUN/config.json')).toEqual({
      ...presets.blender,
      distillation: { ...distillation, teacher: null },
      fine: { ...presets.blender.fine, spikeTargets, imLoss: { ...imLoss, weight: 0 } },
      network: { ...presets.blender.network, dropout },
    });
  });

  it('names file and key of what is wrong', () => {
    const config = JSON.parse(JSON.stringify(presets.paper)) as { fine: { rays: unknown; extra?: number } };
    config.fine.rays = -1;
    expect(failure(() => parseConfig(config, 'RUN/config.json'))).toContain('RUN/config.json: fine.rays');
    config.fine.rays = 1;
    config.fine.extra = 1;
    expect(failure(() => parseConfig(config, 'RUN/config.json'))).toContain('extra');
    expect(failure(() => parseConfig(null, 'RUN/config.json'))).toContain('RUN/config.json');
  });
});
