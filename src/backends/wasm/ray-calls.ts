/** What the kernels do with rays: the state they are told, the rays they get, what they leave. */
import { addCounts } from '../../engine/counts.ts';
import { emptyRendering } from '../../engine/rendered-rays.ts';
import type { RenderedRays, RenderSettings, StepResult, StepSettings, TrainBatch } from '../../engine/backend.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { isPoisson, isSpikingNetwork } from '../../model/network-facts.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import { checkRays } from '../shared/check-step.ts';
import { lossValue, realRows, sampleScales, spikeScales, steepness, teacherGramScale, teacherPotentialScale } from '../shared/loss.ts';
import type { KernelPool } from './kernel-pool.ts';
import { meanOfLanes, perRow } from './mean-potentials.ts';
import { RENDER_RAYS, type MemoryPlan, type Sizes } from './memory-plan.ts';
import type { WasmRepresentation } from './representations/representation.ts';
import { Statistics } from './statistics.ts';

export class RayCalls {
  /** Least and greatest input of the network in the last training step (Poisson encoding). */
  readonly inputRange = new Float32Array(2);

  private readonly pool: KernelPool;
  private readonly plan: MemoryPlan;
  private readonly sizes: Sizes;
  private readonly representation: WasmRepresentation;
  private readonly buffer: SharedArrayBuffer;
  private readonly statistics: Statistics;
  private readonly workCounter: Int32Array;

  constructor(pool: KernelPool, plan: MemoryPlan, sizes: Sizes, representation: WasmRepresentation) {
    this.pool = pool;
    this.plan = plan;
    this.sizes = sizes;
    this.representation = representation;
    this.buffer = pool.memory.buffer as unknown as SharedArrayBuffer;
    this.statistics = new Statistics(this.buffer, plan.offsets['stats'], Math.max(sizes.lanes, pool.threads));
    this.workCounter = new Int32Array(this.buffer, plan.offsets['workCounter'], 1);
  }

  /** @param lengths time steps of the hidden layers where these are learned, else null */
  render(spec: FieldSpec, rays: Rays, settings: RenderSettings, lengths: readonly number[] | null): RenderedRays {
    checkRays(rays);
    const n = rays.count;
    const out = emptyRendering(n);
    const [renderBackgroundR, renderBackgroundG, renderBackgroundB] = settings.background;
    const [inputLow, inputHigh] = this.inputRange;
    this.pool.setState({
      renderBackgroundR,
      renderBackgroundG,
      renderBackgroundB,
      inputLow,
      inputHigh,
      noiseSeed: settings.noiseSeed ?? 0,
      dropout: 0,
      weightThreshold: settings.weightThreshold ?? spec.weightThreshold,
    });
    for (let first = 0; first < n; first += RENDER_RAYS) {
      const count = Math.min(RENDER_RAYS, n - first);
      this.pool.setState({ rayCount: count, firstRay: first });
      this.writeRays(rays, first, count);
      this.runShared(this.representation.kernels.render);
      out.rgb.set(this.floats('outRgb', count * 3), first * 3);
      out.depth.set(this.floats('outDepth', count), first);
      out.opacity.set(this.floats('outOpacity', count), first);
      out.samples.set(new Uint32Array(this.buffer, this.plan.offsets['outSamples'], count), first);
      out.spikes.set(new Uint32Array(this.buffer, this.plan.offsets['outSpikes'], count), first);
      addCounts(out.counts, this.statistics.counts(this.pool.threads, count, lengths));
    }
    return out;
  }

  /** Forward and backward of a batch, up to the samples' and lanes' gradients. @param lengths as above */
  backward(spec: FieldSpec, batch: TrainBatch, settings: StepSettings, lengths: readonly number[] | null): StepResult {
    const n = batch.count;
    const { network } = spec;
    const { width, lanes } = this.sizes;
    const { adam, learningRates, loss } = settings;
    const correction = biasCorrection(settings);
    this.writeRays(batch, 0, n);
    this.floats('targets', n * 3).set(batch.target);
    this.floats('backgrounds', n * 3).set(batch.background);
    this.pool.setState({
      rayCount: n,
      firstRay: 0,
      weightThreshold: spec.weightThreshold,
      noiseSeed: settings.noiseSeed,
      ...sampleScales(spec, loss, n),
      dropout: network ? settings.dropout : 0,
      ...adam,
      densityRate: learningRates.density * correction,
      featureRate: learningRates.features * correction,
      networkRate: learningRates.network * correction,
    });
    this.runShared(this.representation.kernels.march);
    if (network && isPoisson(network)) {
      this.runShared(this.representation.kernels.inputRange);
      const { inputLow, inputHigh } = this.statistics.sum(lanes);
      if (inputLow <= inputHigh) this.inputRange.set([inputLow, inputHigh]);
      this.pool.setState({ inputLow: this.inputRange[0], inputHigh: this.inputRange[1] });
    }
    const rows = realRows(network, this.statistics.sum(lanes).samples, lengths);
    // What needs single steps is refused where layers have different numbers of them.
    const [equalRows = 0] = rows;
    const [spikeScale1, spikeScale2] = spikeScales(network, loss, rows);
    const potentials = network && isSpikingNetwork(network) ? loss.potentials : null;
    this.pool.setState({
      spikeScale1,
      spikeScale2,
      potentialTerms: potentials ? 1 : 0,
      teacherPotentialScale: teacherPotentialScale(network, loss, n),
      teacherGramScale: teacherGramScale(network, loss, n),
      surrogateAlpha: steepness(network, settings),
    });
    if (potentials) this.floats('potentialCoefficients', 2 * width).set(perRow(potentials, equalRows));
    this.runShared(this.representation.kernels.train);
    const meanPotentials = potentials && meanOfLanes(this.floats('potentialSums', lanes * 2 * width), lanes, 2, equalRows);
    const sums = this.statistics.sum(lanes);
    const value = lossValue(network, loss, { ...sums, spikes: [sums.shownSpikes1, sums.shownSpikes2] }, n, rows, meanPotentials);
    const result = { ...value, counts: this.statistics.counts(lanes, n, lengths), meanPotentials };
    return settings.thresholdRises === undefined ? result : { ...result, meanSpikes: this.meanSpikes(equalRows) };
  }

  /** [W] of each hidden layer. */
  private meanSpikes(rows: number): Float32Array[] {
    const { lanes, activityFloats } = this.sizes;
    const sums = this.floats('activitySums', lanes * activityFloats).filter((_, i) => i % 4 === 0);
    return meanOfLanes(sums, lanes, 2, rows);
  }

  /** Rays [first, first + count) of the call. */
  private writeRays({ origins, directions, viewDirections }: Rays, first: number, count: number): void {
    const part = (data: Float32Array): Float32Array => data.subarray(first * 3, (first + count) * 3);
    this.floats('origins', count * 3).set(part(origins));
    this.floats('directions', count * 3).set(part(directions));
    if (viewDirections) this.floats('viewDirections', count * 3).set(part(viewDirections));
    this.pool.setState({ viewDirections: this.plan.offsets[viewDirections ? 'viewDirections' : 'directions'] });
  }

  /** Runs a kernel whose threads share out the work among themselves. */
  runShared(kernel: string): void {
    this.workCounter[0] = 0;
    this.pool.run(kernel);
  }

  private floats(name: string, count: number): Float32Array {
    return new Float32Array(this.buffer, this.plan.offsets[name], count);
  }
}
