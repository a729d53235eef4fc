/** The published tables that come with the package. */
import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { configOf } from '../../src/jobs/sweep-file.ts';
import { paperNames, paperSweep } from '../../src/node/paper-sweeps.ts';

it('are sweeps whose published numbers have a source, name their scenes, and are no means of others', async () => {
  const names = await paperNames();
  expect(names).toEqual(
    expect.arrayContaining(['spikingnerf-d-synthetic', 'spikingnerf-d-nsvf', 'spikingnerf-d-blendedmvs', 'spikingnerf-d-tanks-temples']),
  );
  expect(names).toEqual(expect.arrayContaining(['spikingnerf-t-synthetic', 'spik-nerf-synthetic', 'spik-nerf-llff', 'dvgo-llff']));
  for (const name of names) {
    const { about, scenes, entries } = await paperSweep(name);
    expect(about.published.length, name).toBeGreaterThan(1);
    expect(entries.map((entry) => entry.name)).toContain('ann');
    const known = scenes.map(({ path }) => path);
    for (const { source, psnr, ssim = {} } of about.published) {
      expect(source.length, name).toBeGreaterThan(5);
      for (const values of [psnr, ssim]) {
        const { mean, ...each } = values;
        for (const scene of Object.keys(each)) expect(known, name).toContain(scene);
        const numbers = Object.values(each);
        // Where a source gives every scene, its own mean is theirs, but for rounding.
        if (numbers.length === known.length)
          expect(Math.abs(mean - numbers.reduce((a, b) => a + b, 0) / numbers.length), name).toBeLessThan(0.007);
      }
    }
  }
});

it('have the resolution of the table, and are found by name', async () => {
  const sweep = await paperSweep('spik-nerf-synthetic');
  expect(configOf(sweep, sweep.scenes[0], sweep.preset!).scene.downscale).toBe(2);
  const blended = await paperSweep('spikingnerf-d-blendedmvs');
  expect(blended.scenes.map((scene) => configOf(blended, scene, 'paper').scene.background)).toEqual(['white', 'black', 'black', 'white']);
  await expect(paperSweep('spik-nerf')).rejects.toThrow(InputError);
});
