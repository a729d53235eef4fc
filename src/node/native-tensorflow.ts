/**
 * Why the native TensorFlow is not used, and what to do about it. Its package downloads a library when it is installed, from a host that many machines
 * cannot reach. npm removes an optional package whose download fails, without a word; with --ignore-scripts the package stays, without its library.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { quoted } from '../base/format.ts';
import { PACKAGE_FOLDER } from './package-folder.ts';

const NATIVE = '@tensorflow/tfjs-node-gpu';

/** Builds the package against a library from PyPI. */
export const NATIVE_SCRIPT = join(PACKAGE_FOLDER, 'install/native-tensorflow.sh');

export interface NativePlaces {
  /** Folder of the package; null: it is not installed. */
  readonly installed: string | null;
  /** package.json of who may have asked for it. */
  readonly projects: readonly string[];
}

/** @param reason what loading it said: the state is worked out from what lies on disk */
export function explainNative(reason: string, { installed, projects }: NativePlaces = placesHere()): string {
  const build = `build it here with \`bash ${quoted(NATIVE_SCRIPT)} FOLDER\`, FOLDER being that of your node_modules`;
  if (installed === null) {
    const asking = projects.find(asksForIt);
    if (asking === undefined) return `${reason}; or ${build}`;
    return `${asking} asks for ${NATIVE}, but it is not there: npm takes it away when its download of libtensorflow fails; ${build}`;
  }
  if (!hasAddon(installed))
    return `${installed} is there without its library: its install script did not run (--ignore-scripts), or was not over; ${build}`;
  return reason;
}

function placesHere(): NativePlaces {
  const projects = [process.cwd(), PACKAGE_FOLDER].map((folder) => join(folder, 'package.json'));
  try {
    return { installed: dirname(createRequire(import.meta.url).resolve(`${NATIVE}/package.json`)), projects };
  } catch {
    return { installed: null, projects };
  }
}

function asksForIt(file: string): boolean {
  try {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      object | undefined
    >;
    return NATIVE in { ...dependencies, ...devDependencies, ...optionalDependencies };
  } catch {
    // No package.json, or none that can be read: nobody asks.
    return false;
  }
}

/** The addon is in lib/napi-vN, the library in deps/lib. */
function hasAddon(installed: string): boolean {
  const lib = join(installed, 'lib');
  const versions = existsSync(lib) ? readdirSync(lib) : [];
  return existsSync(join(installed, 'deps/lib')) && versions.some((version) => existsSync(join(lib, version, 'tfjs_binding.node')));
}
