import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRapl } from '../../src/node/rapl.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

function zone(folder: string, id: string, name: string, microjoules: number): (value: number) => void {
  const path = join(folder, id);
  mkdirSync(path, { recursive: true });
  const set = (value: number): void => writeFileSync(join(path, 'energy_uj'), `${value}\n`);
  writeFileSync(join(path, 'name'), `${name}\n`);
  writeFileSync(join(path, 'max_energy_range_uj'), '1000000\n');
  set(microjoules);
  return set;
}

it('adds packages and memory, not the cores within them, across a counter that starts again', async () => {
  const folder = temporaryFolder();
  const first = zone(folder, 'intel-rapl:0', 'package-0', 100_000);
  const second = zone(folder, 'intel-rapl:1', 'package-1', 900_000);
  zone(folder, 'intel-rapl:0:0', 'core', 5);
  const memory = zone(folder, 'intel-rapl:0:1', 'dram', 0);
  const { meter } = await openRapl(folder);
  expect(meter!.description).toBe('Linux RAPL, package-0 + dram + package-1');
  const stop = await meter!.start();
  first(350_000);
  second(100_000);
  memory(50_000);
  expect(await stop()).toBeCloseTo(0.25 + 0.2 + 0.05, 12);
});

it('says why there is none', async () => {
  const folder = temporaryFolder();
  expect((await openRapl(join(folder, 'none'))).reason).toMatch(/none cannot be read \(ENOENT\)/);
  expect((await openRapl(folder)).reason).toMatch(/no RAPL zone/);
  mkdirSync(join(folder, 'intel-rapl:0'));
  expect((await openRapl(folder)).reason).toMatch(/counters in .* cannot be read \(ENOENT\)/);
});
