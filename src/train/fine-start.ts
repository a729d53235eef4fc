/** What the fine stage begins with: the coarse stage's density, or the whole field of a teacher. */
import { InputError } from '../base/errors.ts';
import { writeValues } from '../model/field-values.ts';
import { DENSITY, denseSpec, FEATURES } from '../model/representations/dense.ts';
import { fitted, representationOf } from '../model/representations/index.ts';
import type { TensorValues } from '../model/representations/representation.ts';
import type { GridSpec } from '../geometry/grid.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { Random } from '../math/random.ts';
import { contentBox } from '../lattice/content-box.ts';
import { densityOf } from '../lattice/density.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { initialWeights, matchOpticalDepth } from '../model/initial-tensors.ts';
import { neighbourhoodExceeds, resampleOccupancy } from '../lattice/occupancy.ts';
import { spaceFacts } from '../spaces/index.ts';
import { resampleGrid } from '../lattice/resample-grid.ts';
import type { Checkpoint } from './checkpoint.ts';
import { convertedWeights, readField, writeWeights } from './convert-field.ts';
import type { RunContext } from './run-context.ts';
import { checkTimeLeft } from './run-stage.ts';
import { scalingsDone } from './schedule.ts';
import { sceneRegion } from './scene-region.ts';
import { fineSpec, networksOf, regionOf } from './stage-spec.ts';

export interface FineStart {
  readonly spec: FieldSpec;
  /** Doublings of the grid that count as done. */
  readonly scalings: number;
  /** Rays and network samples of training so far. */
  readonly rays: number;
  readonly samples: number;
  /** Writes grids, occupancy and weights. */
  fill(engine: FieldEngine, random: Random): Promise<void>;
}

/** What the coarse stage hands over. */
export interface CoarseResult {
  readonly spec: FieldSpec;
  readonly density: Float32Array;
  readonly occupancy: Uint8Array;
  readonly rays: number;
  readonly samples: number;
}

/** The box of what the coarse stage found, or all of contracted space; the density too with `warmStart`. */
export function startFromCoarse(context: RunContext, coarse: CoarseResult): FineStart {
  const { config } = context;
  const { stepSize } = config.coarse;
  const { boundAlpha, boundScale } = config.fine;
  const { boxed } = spaceFacts(coarse.spec.space);
  const box = boxed ? contentBox(coarse.spec, coarse.density, coarse.occupancy, stepSize, boundAlpha, boundScale) : coarse.spec.grid;
  const scalings = scalingsDone(0, config.fine.scaleAt);
  const whole = { ...fineSpec(config, { ...regionOf(coarse.spec), box }, scalings), network: networksOf(config)[0] };
  const occupancy = resampleOccupancy(coarseContent(context, coarse), coarse.spec.grid, whole.grid);
  const spec = fitted(whole, occupancy);
  return {
    spec,
    scalings,
    rays: coarse.rays,
    samples: coarse.samples,
    fill: async (engine, random) => {
      await writeWeights(engine, initialWeights({ ...spec, network: config.network }, random));
      const values = representationOf(spec).initial(spec, random);
      const given = config.fine.warmStart ? withDensities(spec, densityFor(spec, coarse.spec, coarse.density), values) : {};
      await writeValues(engine, { ...values, ...given });
      await engine.writeOccupancy(occupancy);
    },
  };
}

/**
 * Without a coarse stage: all planes of a forward-facing field begin with the same weight; elsewhere all voxels with density 0, factors at random.
 */
export function startFromNothing({ config, scene, seconds }: RunContext): FineStart {
  checkTimeLeft(config, seconds());
  const scalings = scalingsDone(0, config.fine.scaleAt);
  const spec = { ...fineSpec(config, sceneRegion(scene, config.scene), scalings), network: networksOf(config)[0] };
  return {
    spec,
    scalings,
    rays: 0,
    samples: 0,
    fill: async (engine, random) => {
      await writeWeights(engine, initialWeights({ ...spec, network: config.network }, random));
      await writeValues(engine, representationOf(spec).initial(spec, random));
    },
  };
}

/**
 * The teacher's box, weights as those of the config's network, density, features and occupancy on the full grid, in whatever the config keeps them:
 * nothing is left to be scaled.
 */
export async function startFromTeacher({ config, views, seconds }: RunContext, teacher: Checkpoint): Promise<FineStart> {
  checkTimeLeft(config, seconds());
  const from = teacher.spec;
  const scalings = config.fine.scaleAt.length;
  const whole = fineSpec(config, regionOf(from), scalings);
  const content = await teacher.readOccupancy();
  const occupancy = resampleOccupancy(content, from.grid, whole.grid);
  const spec = fitted(whole, occupancy);
  return {
    spec,
    scalings,
    rays: 0,
    samples: 0,
    fill: async (engine, random) => {
      const field = await readField(from, { read: (name) => teacher.read(name), readOccupancy: () => Promise.resolve(content) });
      await writeWeights(engine, convertedWeights(field, config, views, random));
      await writeValues(engine, valuesFor(spec, from, field.values));
      await engine.writeOccupancy(occupancy);
    },
  };
}

/** `density` of the field `from` as one of the field `to` that describes the same medium. */
function densityFor(to: FieldSpec, from: FieldSpec, density: Float32Array): Float32Array {
  if (isSame({ ...to, representation: from.representation }, from)) return density;
  const resampled = resampleGrid(density, from.grid, to.grid, 1);
  matchOpticalDepth(resampled, from, to);
  return resampled;
}

/** The tensors with which a field has these densities [V] at the points of its lattice, or the nearest that it can. */
function withDensities(spec: FieldSpec, densities: Float32Array, values: TensorValues): TensorValues {
  const given = representationOf(spec).withDensities(spec, densities, values);
  if (given !== null) return given;
  throw new InputError(
    `A field of the kind ${spec.representation.kind} cannot begin with given densities.`,
    'Use --set fine.warmStart=false.',
  );
}

/** The tensors of the field `from` as those of the field `to` that describes the same medium. */
function valuesFor(to: FieldSpec, from: FieldSpec, values: TensorValues): TensorValues {
  if (isSame(to, from)) return values;
  return representationOf(to).kind === representationOf(from).kind ? resized(to, from, values) : pointByPoint(to, from, values);
}

/** Of another kind: what the old field is at its points. */
function pointByPoint(to: FieldSpec, from: FieldSpec, values: TensorValues): TensorValues {
  const source = representationOf(from);
  const featuresAt = (points?: Uint32Array): Float32Array => source.featuresAt(from, values, points);
  if (!isOneLattice(to.grid, from.grid)) {
    const representation = denseSpec(source.features);
    const there: TensorValues = {
      [DENSITY]: resampleGrid(source.densities(from, values), from.grid, to.grid, 1),
      [FEATURES]: resampleGrid(featuresAt(), from.grid, to.grid, source.features),
    };
    return pointByPoint(to, { ...from, grid: to.grid, representation }, there);
  }
  const densities = source.densities(from, values).slice();
  matchOpticalDepth(densities, from, to);
  return representationOf(to).ofPoints!(to, densities, featuresAt);
}

function isOneLattice(a: GridSpec, b: GridSpec): boolean {
  const [one, other] = [a, b].map(({ size, min, max }) => JSON.stringify([size, min, max]));
  return one === other;
}

function resized(to: FieldSpec, from: FieldSpec, values: TensorValues): TensorValues {
  const representation = representationOf(to);
  const scaled = representationOf(from).resize(values, from.grid, to.grid, to.representation);
  const densities = representation.densities(to, scaled).slice();
  matchOpticalDepth(densities, from, to);
  const matched = representation.withDensities(to, densities, scaled);
  if (matched !== null) return { ...scaled, ...matched };
  throw new InputError(
    `A field of the kind ${representation.kind} cannot begin as the teacher's on another grid, or with another opacity of its densities.`,
    'Use the settings of the teacher (fine.voxels, fine.stepSize, fine.alphaInit), or --set distillation.start=scratch.',
  );
}

/** Whether grids of one mean the same in the other, number for number. */
function isSame(a: FieldSpec, b: FieldSpec): boolean {
  const meaning = ({ grid, densityShift, interval, stepLength, representation }: FieldSpec): string =>
    JSON.stringify([grid, densityShift, interval, stepLength, representation]);
  return meaning(a) === meaning(b);
}

/** The coarse places whose neighbourhood holds matter (DVGO's mask cache of the coarse checkpoint). */
function coarseContent({ config }: RunContext, { spec, density, occupancy }: CoarseResult): Uint8Array {
  const least = densityOf(config.fine.boundAlpha, spec.densityShift, spec.interval / config.coarse.stepSize);
  const content = neighbourhoodExceeds(density, spec.grid.size, least);
  for (let i = 0; i < content.length; i++) content[i] &= occupancy[i];
  return content;
}
