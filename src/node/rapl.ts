/**
 * Joules of this machine's processor through Linux RAPL (running average power limit): counters of microjoules in /sys/class/powercap, one
 * folder a zone. Packages hold their cores and graphics; memory is a zone of its own. What other programs use meanwhile is in the figure.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { EnergyMeterStatus } from '../energy/energy-meter.ts';

const POWERCAP = '/sys/class/powercap';

interface Zone {
  readonly name: string;
  readonly counter: string;
  /** Microjoules at which the counter starts again at 0. */
  readonly range: number;
}

/** @param folder where the zones are; another one in tests */
export async function openRapl(folder = POWERCAP): Promise<EnergyMeterStatus> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return missing(`${folder} cannot be read (${reasonOf(error)}): this system shows no RAPL counters`);
  }
  const zones: Zone[] = [];
  try {
    for (const name of names.filter((entry) => /^intel-rapl:\d+(:\d+)?$/.test(entry)).sort()) {
      const zone = await openZone(`${folder}/${name}`);
      if (/^package-\d+$|^dram$/.test(zone.name)) zones.push(zone);
    }
  } catch (error) {
    return missing(`the RAPL counters in ${folder} cannot be read (${reasonOf(error)}); on most systems only root may`);
  }
  if (zones.length === 0) return missing(`${folder} has no RAPL zone of a processor package`);
  const meter = {
    description: `Linux RAPL, ${zones.map(({ name }) => name).join(' + ')}`,
    start: async () => {
      const before = await Promise.all(zones.map(readCounter));
      return async () => {
        const after = await Promise.all(zones.map(readCounter));
        return zones.reduce((sum, { range }, i) => sum + used(before[i], after[i], range), 0) / 1e6;
      };
    },
  };
  return { meter, reason: null };
}

async function openZone(folder: string): Promise<Zone> {
  const [name, range] = await Promise.all(['name', 'max_energy_range_uj'].map((file) => readFile(`${folder}/${file}`, 'utf8')));
  const zone = { name: name.trim(), counter: `${folder}/energy_uj`, range: Number(range) };
  await readCounter(zone);
  return zone;
}

async function readCounter({ counter }: Zone): Promise<number> {
  return Number(await readFile(counter, 'utf8'));
}

function used(before: number, after: number, range: number): number {
  return after >= before ? after - before : after + range - before;
}

function missing(reason: string): EnergyMeterStatus {
  return { meter: null, reason };
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
