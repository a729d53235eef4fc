/** What `npm run bench -- fields` compares and how it times it. */
import { expect, it } from 'vitest';
import { enter } from '../../scripts/bench/field-speed.ts';
import { fieldMemory } from '../../scripts/bench/fields.ts';
import { SHELL_KINDS, shellBatches, shellSettings, type ShellKind } from '../../scripts/bench/shell-field.ts';
import { timePasses, type TimedStep } from '../../scripts/bench/step-passes.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { WasmEngine } from '../../src/backends/wasm/wasm-engine.ts';
import { gridParameters } from '../../src/model/tensor-names.ts';

const RAYS = 256;
const SIDE = 40;
const [batch] = shellBatches(RAYS);

async function shell(kind: ShellKind['kind']): Promise<WasmEngine> {
  return (await enter(await createWasmBackend({ threads: 1 }), 'three-bit', 1, RAYS, { kind, side: SIDE })).engine;
}

async function timed(kind: ShellKind['kind']): Promise<{ step: TimedStep; engine: WasmEngine }> {
  const engine = await shell(kind);
  return { step: await timePasses(engine)(batch), engine };
}

it.each(SHELL_KINDS)('passes of %s that are timed one by one train the same bits', async (kind) => {
  const plain = await shell(kind);
  // One step for the gather, one for the others.
  for (let step = 0; step < 2; step++) await plain.trainStep(batch, shellSettings);
  const { step, engine } = await timed(kind);
  for (const name of [...gridParameters(plain.spec), 'w1'] as const) {
    const [ours, theirs] = [await engine.read(name), await plain.read(name)];
    expect(
      ours.every((value, i) => Object.is(value, theirs[i])),
      name,
    ).toBe(true);
  }
  const { step: whole, ...parts } = step.passes;
  for (const [pass, time] of Object.entries(parts)) expect(time, pass).toBeGreaterThan(0);
  expect(parts.march + parts.network + parts.scatter + parts.adam).toBeLessThan(whole);
  await Promise.all([plain.dispose(), engine.dispose()]);
});

it('is the same shell in bricks, and one as thick in factors', async () => {
  const [dense, bricks, vm] = await Promise.all(SHELL_KINDS.map(async (kind) => (await timed(kind)).step.samplesPerRay));
  expect(bricks).toBe(dense);
  expect(vm / dense).toBeGreaterThan(0.7);
  expect(vm / dense).toBeLessThan(1.4);
});

it('says what it expects of a field whose memory is to be measured', async () => {
  await expect(fieldMemory('cubes', '64')).rejects.toThrow('memory cubes: unknown');
  await expect(fieldMemory('dense', '4')).rejects.toThrow('points along an axis 4: expected a whole number from 8 to 1024');
  expect(await fieldMemory('dense', '280'), 'more than WebAssembly addresses').toMatchObject({ resident: null });
});
