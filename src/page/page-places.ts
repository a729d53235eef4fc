/** Where the scenes of a page lie, and what reads them. */
import type { ScenePlaces } from '../jobs/run-scenes.ts';
import type { Files } from '../io/files.ts';
import { pageCodec } from './page-codec.ts';

/** Bytes of memory where the browser does not say how much the machine has. */
const UNKNOWN_MEMORY = 4 * 2 ** 30;

/** Bytes that the machine has, as far as the browser tells: at most 8 GiB. That this page gets them is not said. */
export function pageMemory(): number {
  const { deviceMemory } = navigator as Navigator & { readonly deviceMemory?: number };
  return deviceMemory === undefined ? UNKNOWN_MEMORY : deviceMemory * 2 ** 30;
}

export function pagePlaces(files: Files): ScenePlaces {
  return { files, images: pageCodec(files), availableMemory: pageMemory };
}
