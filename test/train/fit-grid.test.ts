/** Planes and voxels of forward-facing scenes follow from the parallax in pixels. */
import { describe, expect, it } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import { presets } from '../../src/config/presets.ts';
import { fitGrid } from '../../src/train/fit-grid.ts';
import { tinyScene } from './tiny-scene.ts';

/** Cameras beside each other that all look along -Z, `baseline` between the outer two, images `width` wide. */
function facing(width: number, baseline: number): SceneData {
  const scene = tinyScene();
  const views = [-0.5, 0.1, 0.5].map((at, i) => {
    const camToWorld = Float64Array.of(1, 0, 0, at * baseline, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
    const intrinsics = { width, height: width / 2, fx: width, fy: width, cx: width / 2, cy: width / 4 };
    return { ...scene.splits.train![0], name: `view ${i}`, camToWorld, intrinsics };
  });
  return { ...scene, space: { kind: 'ndc', near: 1, scale: 1 }, splits: { train: views } };
}

describe('the grid of planes', () => {
  const { llff } = presets;
  const grid = (scene: SceneData, config = llff) => {
    const { planes, voxels } = fitGrid(config, scene).fine;
    return { planes, voxels };
  };

  it('has planes as near as the cameras farthest apart tell them from each other', () => {
    // A focal length of 400 pixels, half a depth of the nearest plane between the cameras: 200 pixels, 2.65 a plane.
    expect(grid(facing(400, 0.5)).planes).toBe(77);
    expect(grid(facing(400, 0.25)).planes).toBe(39);
  });

  it('takes an eighth of the voxels where images are half as wide and high', () => {
    const [large, small] = [grid(facing(400, 0.5)), grid(facing(200, 0.5))];
    expect(small.planes).toBe(39);
    expect(large.voxels / small.voxels).toBeCloseTo((4 * 77) / 39, 0);
    // The outer cameras see x' from -0.75 to 0.75 and y' from -0.25 to 0.25, but for half a pixel; points are 1.6 of 200 pixels apart.
    const points = 1.5 * 0.5 * (200 / 1.6) ** 2;
    expect(small.voxels / small.planes / points).toBeGreaterThan(0.98);
    expect(small.voxels / small.planes / points).toBeLessThanOrEqual(1);
  });

  it('never takes more than the settings say, and what it takes asks for itself again', () => {
    const scene = facing(4000, 1);
    expect(grid(scene)).toEqual({ planes: llff.fine.planes, voxels: llff.fine.voxels });
    const small = facing(300, 0.4);
    const fitted = fitGrid(llff, small);
    expect(fitted.fine.planes).toBeLessThan(llff.fine.planes);
    expect(fitGrid(fitted, small)).toEqual(fitted);
  });

  it('leaves the published constants alone, and scenes without planes', () => {
    const paper = presets['llff-paper'];
    expect(fitGrid(paper, facing(100, 0.1))).toBe(paper);
    expect(fitGrid(presets.blender, tinyScene())).toBe(presets.blender);
  });

  it('leaves a lattice for every doubling', () => {
    const { planes, voxels } = grid(facing(16, 0.01));
    expect(planes).toBe(2);
    expect(voxels / 2 ** llff.fine.scaleAt.length / planes).toBeGreaterThanOrEqual(4);
  });
});
