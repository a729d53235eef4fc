import { describe, expect, it } from 'vitest';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { drawScene, type ScenePicture } from '../../datasets/scene-picture.ts';
import { loadSharp } from '../../src/node/image-codec.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { open, writeSplit } from './blender-scene.ts';

async function scene(change: Partial<SceneData> = {}): Promise<SceneData> {
  const folder = temporaryFolder();
  await writeSplit(folder, 'train', 10);
  await writeSplit(folder, 'test', 2, 0.7);
  return { ...(await open(folder)), ...change };
}

function draw(data: SceneData): ScenePicture {
  return drawScene(data, inspectScene(data));
}

/** Centres of the dots of a colour, pixels. */
function dots(svg: string, colour: string): [number, number][] {
  return [...svg.matchAll(new RegExp(`<circle cx="([\\d.-]+)" cy="([\\d.-]+)" r="2.5" fill="${colour}"/>`, 'g'))].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);
}

const BLUE = '#1f6fb4';
const GREEN = '#2f9e55';

describe('the picture of a scene', () => {
  it('shows every camera where it stands, in both views and to one scale', async () => {
    const data = await scene();
    const { svg, width, height, gridStep } = draw(data);
    const cameras = data.splits.train!;
    const seen = dots(svg, BLUE);
    expect(seen).toHaveLength(20);
    expect(dots(svg, GREEN)).toHaveLength(4);
    expect(seen.every(([x, y]) => x > 0 && x < width && y > 0 && y < height)).toBe(true);
    const [above, side] = [seen.slice(0, 10), seen.slice(10)];
    // From above, not mirrored: x to the right, y upward. From the side: the same x, and z upward.
    const scale = (above[1][0] - above[0][0]) / (cameras[1].camToWorld[3] - cameras[0].camToWorld[3]);
    expect(scale).toBeGreaterThan(10);
    cameras.forEach(({ camToWorld: m }, i) => {
      const moved = (place: number): number => m[place] - cameras[0].camToWorld[place];
      expect(above[i][0] - above[0][0]).toBeCloseTo(moved(3) * scale, 0);
      expect(above[i][1] - above[0][1]).toBeCloseTo(-moved(7) * scale, 0);
      expect(side[i][0] - side[0][0]).toBeCloseTo(moved(3) * scale, 0);
      expect(side[i][1] - side[0][1]).toBeCloseTo(-moved(11) * scale, 0);
    });
    expect(gridStep).toBe(1);
    expect(svg).toContain('from above (up is +z)');
  });

  it('tells a recorded box from a guessed one, and draws points', async () => {
    const box = { min: [-1, -1, -1], max: [1, 1, 1] } as const;
    expect(draw(await scene()).svg).toContain('stroke-dasharray');
    const known = draw(await scene({ space: { kind: 'bounded', box }, points: Float32Array.of(0, 0, 0, 1, 0, 0) })).svg;
    expect(known).not.toContain('stroke-dasharray');
    expect(known.match(/r="1" fill="#888"/g)).toHaveLength(4);
    expect(draw(await scene({ space: { kind: 'unbounded', centre: [0, 0, 0], radius: 4 } })).svg).toContain('unbounded; grid 1 m');
  });

  it('is a picture whatever the scene is called', async () => {
    const sharp = await loadSharp();
    const { svg, width, height } = draw(await scene({ name: 'a <b> & "c"' }));
    const { data, info } = await sharp(new TextEncoder().encode(svg)).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    // Blue cameras on white.
    let blue = 0;
    for (let i = 0; i < data.length; i += info.channels) if (data[i + 2] > data[i] + 60) blue++;
    expect(blue).toBeGreaterThan(500);
  });
});

describe('problems', () => {
  it('names cameras that look away or are upside down, a leaning world, and an unusual scale', async () => {
    const data = await scene();
    const views = data.splits.train!;
    const flip = (index: number, columns: readonly number[]): SceneData => ({
      ...data,
      splits: {
        train: views.map((view, i) =>
          i === index
            ? { ...view, camToWorld: view.camToWorld.map((value, k) => (columns.includes(k % 4) && k < 12 ? -value : value)) }
            : view,
        ),
      },
    });
    const problems = (changed: SceneData): string => inspectScene(changed).problems.join('\n');
    expect(problems(flip(3, [0, 2]))).toMatch(/1 of 10 cameras look away from the common centre \(r_3\)/);
    expect(problems(flip(4, [0, 1]))).toMatch(/1 of 10 cameras are upside down \(r_4\)/);
    const scaled = views.map((view) => ({
      ...view,
      camToWorld: view.camToWorld.map((value, k) => (k % 4 === 3 && k < 12 ? value * 1000 : value)),
    }));
    expect(problems({ ...data, near: 2000, far: 6000, splits: { train: scaled } })).toMatch(/unusual scale: the cameras are 4\.0e\+3 from/);
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const leaning = views.map((view) => {
      const m = view.camToWorld.slice();
      for (let k = 0; k < 4; k++) [m[4 + k], m[8 + k]] = [c * m[4 + k] - s * m[8 + k], s * m[4 + k] + c * m[8 + k]];
      return { ...view, camToWorld: m };
    });
    expect(problems({ ...data, splits: { train: leaning } })).toMatch(/no axis of the world points up: the cameras' mean up is \(/);
    expect(problems(data)).not.toMatch(/look away|upside|axis of the world|scale/);
  });
});
