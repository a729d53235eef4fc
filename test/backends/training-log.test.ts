/** What a logged training shows of its field: pictures and histograms of how often neurons fire, besides the scalars. */
import { expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { TrainingLog } from '../../src/jobs/training-log.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { capacityOf, fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';
import { tinyConfig, tinyScene } from '../train/tiny-scene.ts';

const METRICS = {
  stage: 'fine',
  steps: 9,
  progress: 0.5,
  seconds: 1,
  secondsLeft: 1,
  raysPerSecond: 1,
  samplesPerRay: 1,
  loss: 1,
  psnr: 1,
} as const;

it('a look at the training shows a view beside its photo and the firing of each layer; the next look waits', async () => {
  const fixture = fieldFixture({ network: { neuron: 'lif' } });
  const backend = await createWasmBackend({ threads: 1 });
  const engine = await backend.createField(fixture.spec, capacityOf(fixture));
  await loadFixture(engine, fixture);
  const records: string[] = [];
  const append = (bytes: Uint8Array): Promise<void> => {
    records.push(Buffer.from(bytes).toString('latin1'));
    return Promise.resolve();
  };
  const view = tinyScene({ size: 16 }).splits.train![0];
  const log = new TrainingLog({ config: tinyConfig(), view, codec: sharpCodec, append, now: () => 0 });
  log.measured({ ...METRICS, step: 3, firingRates: [0.1, 0.2] });
  await log.between(engine);
  log.measured({ ...METRICS, step: 4, firingRates: [0.1, 0.2] });
  await log.between(engine);
  await log.finish();
  await engine.dispose();
  const [, scalars, looked, ...rest] = records;
  for (const tag of ['train/psnr', 'firing_rate/layer_2']) expect(scalars).toContain(tag);
  for (const tag of ['view/field', 'view/photo', 'firing_rates/layer_1', 'firing_rates/layer_2']) expect(looked).toContain(tag);
  expect(looked.split('PNG\r\n')).toHaveLength(3);
  expect(rest).toHaveLength(1);
});
