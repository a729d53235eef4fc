/**
 * The passes of a training step on the wasm backend with one thread, each in processor time. Installed from outside, so that the engine knows nothing
 * of it: what it runs as one kernel, scatter and Adam, runs as two, and the gather, which is a part of the network's kernel, once more by itself.
 */
import type { WasmEngine } from '../../src/backends/wasm/wasm-engine.ts';
import type { TrainBatch } from '../../src/engine/backend.ts';
import { featureInputs } from '../../src/model/feature-encoding.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { processorSeconds } from './processor-time.ts';
import { shellSettings } from './shell-field.ts';

/** Processor microseconds a network sample. */
export interface Passes {
  readonly march: number;
  /** Features of the samples, and what the network sees of the rays' directions. */
  readonly gather: number;
  /** Network, compositing, loss, and all gradients down to the samples' features. */
  readonly network: number;
  readonly scatter: number;
  readonly adam: number;
  /** All of a step. */
  readonly step: number;
}

export interface TimedStep {
  readonly passes: Passes;
  readonly samplesPerRay: number;
}

/** A step whose passes are timed, and one for the gather alone: a second gather would find its features in the caches. */
export function timePasses(engine: WasmEngine): (batch: TrainBatch) => Promise<TimedStep> {
  const [pool, calls, { kernels }] = [engine['pool'], engine['calls'], engine['representation']];
  const inputs = featureInputs(engine.spec) + viewInputs(engine.spec.network!);
  const times = new Map<string, number>();
  let gathers = false;
  const run = pool.run.bind(pool);
  const timed = (kernel: string): void => {
    const before = processorSeconds();
    run(kernel);
    times.set(kernel, microseconds(before));
  };
  pool.run = (kernel) => {
    if (gathers && kernel === kernels.train) {
      // The kernel for the range of all inputs, without inputs to look at: it gathers.
      pool.setState({ inputs: 0 });
      timed(kernels.inputRange);
      pool.setState({ inputs });
      calls['workCounter'][0] = 0;
    }
    for (const part of kernel === kernels.update ? [kernels.scatter, kernels.apply] : [kernel]) timed(part);
  };
  const step = async (batch: TrainBatch): Promise<{ whole: number; samples: number; rays: number }> => {
    const before = processorSeconds();
    const { samples, rays } = (await engine.trainStep(batch, shellSettings)).counts;
    return { whole: microseconds(before), samples, rays };
  };
  return async (batch) => {
    gathers = true;
    const { samples: gathered } = await step(batch);
    const gather = times.get(kernels.inputRange)! / gathered;
    gathers = false;
    const { whole, samples, rays } = await step(batch);
    const of = (kernel: string): number => times.get(kernel)! / samples;
    return {
      passes: {
        march: of(kernels.march),
        gather,
        network: of(kernels.train) - gather,
        scatter: of(kernels.scatter),
        adam: of(kernels.apply),
        step: whole / samples,
      },
      samplesPerRay: samples / rays,
    };
  };
}

function microseconds(before: number): number {
  return (processorSeconds() - before) * 1e6;
}
