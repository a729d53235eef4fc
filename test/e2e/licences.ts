import { expect } from 'vitest';

/** Its own licence, and names and texts of what is in the viewer: in the page, in its workers, in the kernels; AssemblyScript has a notice. */
export function expectLicences(text: string): void {
  for (const name of ['SpikeRay', 'three 0', 'mediabunny 1', 'zod 4', 'fastest-levenshtein 1', 'assemblyscript 0'])
    expect(text).toContain(name);
  for (const part of ['Mozilla Public License Version 2.0', 'Apache License', 'The MIT License', 'Daniel Wirtz'])
    expect(text).toContain(part);
}
