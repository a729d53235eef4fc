/**
 * Work of the renderer around the colour network (docs/model.md, sections 1 and 2), from exact counts. The published operation count of
 * SpikingNeRF leaves all of it out; here each stage has its own heading, so that the scope of every total can be seen.
 *
 *     marching        place of a step: 3 MAC                                             a density evaluation
 *                     alpha: 3 special functions, 3 additions, 1 multiplication;
 *                     weight and transmittance: 2 multiplications, 1 addition;
 *                     2 comparisons with the thresholds                                  a density sample
 *     interpolation   density, as its representation says; of dense grids:
 *                     7 linear interpolations, each a subtraction and a MAC              a density evaluation
 *                     features, as their representation says; of dense grids:
 *                     16 multiplications and 3 additions for the 8 weights,
 *                     8 MAC a channel                                                    a network sample
 *                     basis matrix of factors: 1 MAC a component and feature             a network sample
 *     feature encoding  of F frequencies above the first as many multiplications,
 *                     2F sines and cosines a channel                                     a network sample
 *     view encoding   3 MAC, 2 special functions and 3 multiplications to normalise;
 *                     F-1 doublings of 3 numbers, 6F sines and cosines                   a ray with samples
 *     compositing     sigmoid of 3 logits: 2 special functions and 1 addition each;
 *                     3 MAC                                                              a network sample
 *                     depth: 1 MAC                                                       a density sample
 *                     background: 3 MAC, depth: 1 MAC, opacity: 1 addition               a ray
 *
 * Bytes of the grids are those that every interpolation reads, of dense grids 8 corners with 4 bytes a channel, whatever a cache saves. Not counted: the slab test of a ray
 * against the box and the look-ups in the occupancy map, whose number depends on how far a backend leaps over empty space.
 */
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { representationOf } from '../../model/representations/index.ts';
import type { PlaceWork } from '../../model/representations/representation.ts';
import type { Counts } from '../../engine/counts.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { work, type Work } from './work.ts';

/** `skip mask`: what chose the places beforehand, where something did (src/skip). */
export type RenderStage = 'skip mask' | 'marching' | 'interpolation' | 'feature encoding' | 'view encoding' | 'compositing';

export interface RenderRow {
  readonly stage: RenderStage;
  readonly part: string;
  readonly work: Work;
}

const macs = (count: number): Partial<Work> => ({ dense: count, macs: count, effectiveMacs: count });

export function renderWork(counts: Counts, spec: FieldSpec): RenderRow[] {
  const { network } = spec;
  const places = representationOf(spec).work;
  const { rays, activeRays, densityEvaluations, densitySamples, samples } = counts;
  const rows: RenderRow[] = [
    { stage: 'marching', part: 'places of steps', work: work(macs(3 * densityEvaluations)) },
    {
      stage: 'marching',
      part: 'alpha, weight, transmittance',
      work: work({
        specialFunctions: 3 * densitySamples,
        multiplications: 3 * densitySamples,
        additions: 4 * densitySamples,
        comparisons: 2 * densitySamples,
      }),
    },
    { stage: 'interpolation', part: 'density', work: interpolation(places.density, densityEvaluations) },
    { stage: 'interpolation', part: 'features', work: interpolation(places.features, samples) },
    ...(places.basis === undefined
      ? []
      : [{ stage: 'interpolation' as const, part: 'basis matrix', work: interpolation(places.basis, samples) }]),
  ];
  const encoded = featureFrequencies(network) * representationOf(spec).features;
  if (encoded > 0)
    rows.push({
      stage: 'feature encoding',
      part: 'sines and cosines',
      work: work({ multiplications: (encoded - representationOf(spec).features) * samples, specialFunctions: 2 * encoded * samples }),
    });
  if (network !== null) {
    const frequencies = network.viewFrequencies;
    rows.push({
      stage: 'view encoding',
      part: 'unit direction, sines, cosines',
      work: work({
        ...macs(3 * activeRays),
        multiplications: (3 + 3 * Math.max(0, frequencies - 1)) * activeRays,
        specialFunctions: (2 + 6 * frequencies) * activeRays,
      }),
    });
  }
  rows.push(
    { stage: 'compositing', part: 'sigmoid of the logits', work: work({ specialFunctions: 6 * samples, additions: 3 * samples }) },
    {
      stage: 'compositing',
      part: 'colour, depth, opacity',
      work: work({ ...macs(3 * samples + densitySamples + 4 * rays), additions: rays }),
    },
  );
  return rows;
}

function interpolation(place: PlaceWork, count: number): Work {
  return work({
    ...macs(place.macs * count),
    multiplications: place.multiplications * count,
    additions: place.additions * count,
    gridBytes: place.bytes * count,
  });
}
