/** The real lego scene, where its folder is given: SPIKERAY_DATA=FOLDER holding lego/. */
import { describe, expect, it } from 'vitest';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import { open } from './blender-scene.ts';

const data = process.env.SPIKERAY_DATA;

describe(data === undefined ? 'the real lego (skipped: SPIKERAY_DATA is not set)' : 'the real lego', () => {
  it.skipIf(data === undefined)('opens as published', async () => {
    const scene = await open(`${data}/lego`, { downscale: 8 });
    expect(scene.warnings).toEqual([]);
    expect(scene.splits.train).toHaveLength(100);
    expect(scene.splits.val).toHaveLength(100);
    expect(scene.near).toBeCloseTo(4.0311 / 2, 3);
    expect(scene.far).toBeCloseTo(4.0311 * 1.5, 3);
    const report = inspectScene(scene);
    expect(report.problems).toEqual([]);
    expect(report.splits.train!.fx).toBeCloseTo(1111.111 / 8, 3);
    expect(report.cameras.spread).toBeLessThan(0.01);
    expect(report.alpha.transparent).toBeGreaterThan(0.5);
  });
});
