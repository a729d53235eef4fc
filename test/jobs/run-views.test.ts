import { beforeAll, describe, expect, it } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { focusDepth } from '../../renderer/paths/spiral-path.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { presets } from '../../src/config/presets.ts';
import type { RunRecord } from '../../src/run/run-record.ts';
import { readViews, type RunViews } from '../../src/jobs/run-views.ts';
import { open } from '../datasets/blender-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

describe('the views of a forward-facing run', () => {
  let scene: SceneData;
  let views: RunViews;

  beforeAll(async () => {
    const path = temporaryFolder();
    await writeSyntheticScene({ scene: 'forward', views: 9, size: 16, folder: path, files: nodeFiles, images: sharpCodec, seed: 1 });
    scene = await open(path);
    views = await readViews({ files: nodeFiles, images: sharpCodec }, { scene: { path }, config: presets.llff } as RunRecord);
  });

  it('stand where training saw them stand, in the world of the mean camera', () => {
    const { splits } = scene;
    expect(views.problem).toBeNull();
    expect(views.views.map(({ split, name }) => [split, name])).toEqual(
      (['train', 'test'] as const).flatMap((split) => splits[split]!.map(({ name }) => [split, name])),
    );
    for (const { split, index, camToWorld } of views.views)
      camToWorld.forEach((value, i) => expect(value).toBeCloseTo(splits[split]![index].camToWorld[i], 12));
  });

  it('look at one place before the mean camera', () => {
    expect(views).toMatchObject({ forwardFacing: true, up: [0, 1, 0], centre: [0, 0, -focusDepth(scene)] });
  });
});
