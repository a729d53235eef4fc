import { describe, expect, it } from 'vitest';
import { createReporter, describeStep, type ReporterOutput } from '../../../src/cli/terminal/reporter.ts';
import type { StepMetrics } from '../../../src/base/events.ts';

const step: StepMetrics = {
  stage: 'fine',
  step: 1200,
  steps: 15_000,
  progress: 0.08,
  seconds: 30,
  secondsLeft: 252,
  raysPerSecond: 210_400,
  samplesPerRay: 5,
  loss: 0.0123,
  psnr: 27.314,
  firingRates: [0.062, 0.039],
};

/** Records what would be shown, with a clock set by hand. */
function recorder(interactive: boolean) {
  const shown: string[] = [];
  const clock = { now: 0 };
  const output: ReporterOutput = {
    line: (text) => shown.push(text),
    now: () => clock.now,
    ...(interactive ? { live: (text: string) => shown.push(`live ${text}`), clear: () => shown.push('clear') } : {}),
  };
  return { shown, clock, output };
}

describe('reporter', () => {
  it('describes a step', () => {
    expect(describeStep(step)).toBe('fine 1200/15000  8.0 %  ETA 4:12  210.4 krays/s  loss 0.0123  PSNR 27.31 dB  firing 6.2 % 3.9 %');
    expect(describeStep({ ...step, firingRates: null })).not.toContain('firing');
  });

  it('writes plain progress every ten seconds, and the last step always', () => {
    const { shown, clock, output } = recorder(false);
    const { report } = createReporter({ quiet: false, verbose: false }, output);
    for (const now of [0, 2000, 9999, 10_000, 12_000]) {
      clock.now = now;
      report({ type: 'step', ...step, step: now });
    }
    report({ type: 'step', ...step, step: 15_000 });
    expect(shown.map((line) => line.split(' ')[1])).toEqual(['0/15000', '10000/15000', '15000/15000']);
  });

  it('shows what a terminal would obey, in what came from files', () => {
    const { shown, output } = recorder(false);
    const { report } = createReporter({ quiet: false, verbose: true }, output);
    report({ type: 'note', text: 'a\u001b[2J' });
    report({ type: 'warning', text: 'b\u0007' });
    report({ type: 'view', done: 1, total: 1, text: 'c\r' });
    expect(shown).toEqual(['a\\u001b[2J', expect.stringMatching(/ b\\u0007$/), '1/1  c\\u000d']);
  });

  it('writes every step with verbose', () => {
    const { shown, output } = recorder(false);
    const { report } = createReporter({ quiet: false, verbose: true }, output);
    for (let i = 0; i < 5; i++) report({ type: 'step', ...step });
    expect(shown.length).toBe(5);
  });

  it('keeps one live line in a terminal, and takes it away before other lines', () => {
    const { shown, output } = recorder(true);
    const { report, finish } = createReporter({ quiet: false, verbose: false }, output);
    report({ type: 'view', done: 1, total: 3, text: 'loading' });
    report({ type: 'note', text: 'hello' });
    finish();
    expect(shown).toEqual(['live 1/3  loading', 'clear', 'hello', 'clear']);
  });

  it('shows only warnings with quiet', () => {
    const { shown, output } = recorder(false);
    const { report } = createReporter({ quiet: true, verbose: false }, output);
    report({ type: 'note', text: 'hello' });
    report({ type: 'step', ...step });
    report({ type: 'checkpoint', path: 'x', step: 1, bytes: 1 });
    report({ type: 'stage', stage: 'fine', gridSize: [1, 1, 1], min: [0, 0, 0], max: [1, 1, 1], text: 'fine' });
    report({ type: 'warning', text: 'mind the gap' });
    expect(shown).toEqual(['warning: mind the gap']);
  });

  it('says where a checkpoint went', () => {
    const { shown, output } = recorder(false);
    createReporter({ quiet: false, verbose: false }, output).report({ type: 'checkpoint', path: 'RUN/x', step: 1, bytes: 3 * 2 ** 20 });
    expect(shown).toEqual(['saved RUN/x (3.0 MiB)']);
  });
});
