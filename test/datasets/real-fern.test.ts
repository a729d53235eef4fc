/** The real fern scene, where its folder is given: SPIKERAY_DATA=FOLDER holding fern/. */
import { describe, expect, it } from 'vitest';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import { open } from './blender-scene.ts';

const data = process.env.SPIKERAY_DATA;

describe(data === undefined ? 'the real fern (skipped: SPIKERAY_DATA is not set)' : 'the real fern', () => {
  it.skipIf(data === undefined)('opens as published', async () => {
    const scene = await open(`${data}/fern`, { downscale: 8 });
    expect(scene.warnings).toEqual([]);
    expect(scene.splits.test!.map(({ name }) => name)).toEqual(['image000', 'image008', 'image016']);
    expect(scene.splits.train).toHaveLength(17);
    expect(scene.space).toMatchObject({ kind: 'ndc', near: 1 });
    expect(scene.near).toBeCloseTo(1 / 0.95, 12);
    const report = inspectScene(scene);
    expect(report.problems).toEqual([]);
    expect(report.splits.train).toMatchObject({ width: 504, height: 378 });
    expect(report.splits.train!.fieldOfView.x).toBeCloseTo(63.5, 1);
  });
});
