/** Sweep files that come with the package: published tables to be measured again, `sweeps/NAME.yaml`. */
import { join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { suggest } from '../base/nearest-name.ts';
import { parseSweep, type SweepFile } from '../jobs/sweep-file.ts';
import { nodeFiles } from './node-files.ts';
import { PACKAGE_FOLDER } from './package-folder.ts';

const FOLDER = join(PACKAGE_FOLDER, 'sweeps');

export async function paperNames(): Promise<string[]> {
  return (await nodeFiles.list(FOLDER)).filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length));
}

/** Throws InputError for a name that is unknown. */
export async function paperSweep(name: string): Promise<SweepFile> {
  const names = await paperNames();
  if (!names.includes(name)) throw new InputError(`paper ${name}: unknown`, suggest(name, names));
  const file = join(FOLDER, `${name}.yaml`);
  return parseSweep(new TextDecoder().decode(await nodeFiles.read(file)), `${name}.yaml`);
}
