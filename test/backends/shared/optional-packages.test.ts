import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { installCommand, isMissing, OPTIONAL_PACKAGES } from '../../../src/backends/shared/optional-packages.ts';

test('the versions are those of package.json, where each is optional', () => {
  const { dependencies, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  ) as Record<'dependencies' | 'devDependencies' | 'peerDependencies' | 'peerDependenciesMeta', Record<string, unknown>>;
  // three is that of the scene which spikeray/three adds a field to.
  const optional = { ...OPTIONAL_PACKAGES, three: devDependencies.three };
  expect(peerDependencies).toEqual(optional);
  for (const [name, version] of Object.entries(optional)) {
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
    expect(dependencies).not.toHaveProperty([name]);
    if (name in devDependencies) expect(devDependencies[name]).toBe(version);
  }
});

test('a package is missing only if it is the one that was not found', async () => {
  const error = await import('./no-such-package' as string).catch((cause: unknown) => cause as Error);
  expect(isMissing('webgpu', error as Error)).toBe(false);
  expect(isMissing('webgpu', { code: 'ERR_MODULE_NOT_FOUND', message: "Cannot find package 'webgpu' imported from /here" })).toBe(true);
  expect(isMissing('webgpu', { code: 'ERR_MODULE_NOT_FOUND', message: "Cannot find package 'debug' imported from /webgpu/index.js" })).toBe(
    false,
  );
  expect(installCommand('webgpu')).toBe('npm install webgpu@0.6.2');
});
