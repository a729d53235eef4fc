/**
 * Writes `licences.txt` beside what Vite builds: SpikeRay's own licence, and name, licence and notices of every package that ended up in a script,
 * those of workers included. Pages are copied to other hosts; their licences go with them.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Its standard library is compiled into the kernels. */
const COMPILED = join(ROOT, 'node_modules/assemblyscript');

export interface LicencePlugins {
  readonly plugins: Plugin[];
  readonly worker: { plugins(): Plugin[] };
}

export function bundledLicences(): LicencePlugins {
  const packages = new Set([COMPILED]);
  const collect: Plugin['generateBundle'] = (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      for (const id of chunk.moduleIds) if (!id.startsWith('\0') && id.includes('/node_modules/')) packages.add(packageOf(id));
    }
  };
  return {
    // Workers are built while the page that starts them is: before its own bundle is written.
    worker: { plugins: () => [{ name: 'licences-of-worker', generateBundle: collect }] },
    plugins: [
      {
        name: 'licences',
        generateBundle(options, bundle, isWrite) {
          collect.call(this, options, bundle, isWrite);
          this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licenceText([...packages].sort()) });
        },
      },
    ],
  };
}

/** The folder of the package that a module is of: the nearest above it whose package.json has a name and a version. */
function packageOf(id: string): string {
  for (let folder = dirname(id.split('?')[0]); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { name, version } = describe(folder);
    if (name !== undefined && version !== undefined) return folder;
  }
  throw new Error(`${id}: no package.json above it`);
}

const describe = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string; license?: string };

function licenceText(folders: readonly string[]): string {
  const own = `This page is part of SpikeRay.\n\n${readFileSync(join(ROOT, 'LICENSE'), 'utf8').trim()}`;
  // The same version may lie in several folders.
  const others = new Set(
    folders.map((folder) => {
      const { name, version, license } = describe(folder);
      return [`${name} ${version} (${license}), https://www.npmjs.com/package/${name}/v/${version}`, ...textsOf(folder)].join('\n\n');
    }),
  );
  return `${[own, 'It contains the packages below, or parts of them.', ...others].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Licences, and what they ask to be kept beside them. @throws Error if a package has none: it must not be bundled then */
function textsOf(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => /^(licen[cs]es?|copying|notice)/i.test(name))
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]));
  if (files.length === 0) throw new Error(`${folder} has no licence text`);
  return files.map((path) => readFileSync(path, 'utf8').trim());
}
