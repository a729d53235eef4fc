import { expect, test } from 'vitest';
import type { FieldEngine } from '../../src/engine/backend.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { RunFolder } from '../../src/run/run-folder.ts';
import type { StudioEvent } from '../../web-viewer/studio/studio-messages.ts';
import { TrainingHere } from '../../web-viewer/studio/training-here.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

test('a picture that cannot be drawn is said, and training goes on', async () => {
  const told: StudioEvent[] = [];
  const here = new TrainingHere((event) => told.push(event));
  const run = { folder: '/runs/mine', record: { config: leastConfig() } } as unknown as RunFolder;
  const live = here.watch(run, tinyScene());
  // It lacks all that pictures need.
  const broken = { spec: {} } as unknown as FieldEngine;
  const camera = { camToWorld: new Float64Array(12), intrinsics: { width: 8, height: 8, fx: 8, fy: 8, cx: 4, cy: 4 } } as Camera;
  await live.between(broken, 1);
  here.show(camera, [1]);
  await live.between(broken, 2);
  expect(told.slice(-2)).toMatchObject([
    // The page asks again, after a pause.
    { type: 'picture', picture: null },
    { type: 'progress', event: { type: 'warning' } },
  ]);
  expect(live.queue.length).toBe(0);
});

test('training that is stopped before it begins ends at once', () => {
  const here = new TrainingHere(() => undefined);
  here.stop();
  expect(here.signal.aborted).toBe(true);
});
