/** A folder in which the test files of a group keep what one of them has made for all (test/helpers/shared-folder.ts); removed after them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    shared: string;
  }
}

export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'spikeray-shared-'));
  project.provide('shared', folder);
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
