/** The estimate of a training's time, on a clock that the test turns. */
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Config } from '../../src/config/schema.ts';
import { rehearse, type Rehearsal } from '../../src/jobs/rehearse.ts';
import { tinyConfig, tinyScene } from '../train/tiny-scene.ts';

/** Seconds that every look at the clock takes. */
const TICK = 0.002;

async function rehearsed(change: (config: Config) => Config): Promise<Rehearsal> {
  const backend = await createWasmBackend({ threads: 1 });
  let seconds = 0;
  const now = (): number => (seconds += TICK) * 1000;
  return rehearse(tinyScene(), change(tinyConfig()), backend, 1, new AbortController().signal, now);
}

const withSteps =
  (steps: number) =>
  ({ coarse, fine, ...rest }: Config): Config => ({ ...rest, coarse: { ...coarse, steps: 2000 }, fine: { ...fine, steps } });

describe('a rehearsal', () => {
  it('keeps its time, whatever is planned, and has both stages', async () => {
    const { seconds, spent, steps } = await rehearsed(withSteps(100_000));
    expect(spent).toBeGreaterThan(0.9);
    expect(spent).toBeLessThan(1.2);
    expect(steps).toBeGreaterThan(50);
    // A step looks at the clock a few times: as many as the plan has take as long as they did here.
    const perStep = seconds / 102_000;
    expect(perStep).toBeGreaterThan(2 * TICK);
    expect(perStep).toBeLessThan(8 * TICK);
  });

  it('of twice the plan takes twice the time, and no more than the limit that was set', async () => {
    const [one, two] = [await rehearsed(withSteps(50_000)), await rehearsed(withSteps(100_000))];
    expect(two.seconds / one.seconds).toBeGreaterThan(1.8);
    expect(two.seconds / one.seconds).toBeLessThan(2.1);
    const limited = await rehearsed((config) => ({ ...withSteps(100_000)(config), budget: { ...config.budget, maxMinutes: 1 } }));
    expect(limited.seconds).toBe(60);
  });

  it('with a teacher is refused', async () => {
    await expect(rehearsed((config) => ({ ...config, distillation: { ...config.distillation, teacher: 'twin' } }))).rejects.toThrow(
      /with a teacher cannot be rehearsed/,
    );
  });
});
