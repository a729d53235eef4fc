/** What the evaluation of a run found, as galleries show it. */
import type { AnnShares } from '../energy/ann-shares.ts';
import type { Files } from '../io/files.ts';
import { readReport, type ShownReport } from './read-report.ts';

export interface Quality {
  readonly split: string;
  readonly psnr: number;
  readonly ssim: number;
  readonly firingRates: readonly number[] | null;
  /** Per image. */
  readonly millijoules: number | null;
  /** The same energy per pixel, for runs whose images differ in size. */
  readonly nanojoulesPerPixel: number | null;
  readonly shareOfAnn: AnnShares | null;
}

export interface FoundQuality {
  readonly quality: Quality;
  /** Name of the checkpoint that was measured; null: it does not say. */
  readonly checkpoint: string | null;
  readonly views: number;
  /** The evaluated view with most to see. */
  readonly showcase: { readonly split: string; readonly name: string };
  /** Path of its picture below the run; null: there is none. */
  readonly picture: string | null;
}

/** The result of the first split that was evaluated; null: none was. Throws InputError for a damaged file. */
export async function readQuality(files: Files, folder: string): Promise<FoundQuality | null> {
  for (const split of ['test', 'val', 'train']) {
    const report = await readReport(files, `${folder}/eval/${split}/metrics.json`);
    if (report === null) continue;
    const { checkpoint = null, psnr, ssim, firingRates, energy, perView, imageSize } = report;
    const millijoules = energy && energy.millijoulesPerImage.executed;
    const quality = {
      split,
      psnr,
      ssim,
      firingRates,
      millijoules,
      nanojoulesPerPixel: millijoules && (millijoules * 1e6) / (imageSize.width * imageSize.height),
      shareOfAnn: energy && sharesOf(energy.shareOfAnn),
    };
    const { name } = perView.reduce((best, view) => (contentOf(view) > contentOf(best) ? view : best));
    const picture = `eval/${split}/${name}.png`;
    const there = (await files.kind(`${folder}/${picture}`)) === 'file';
    return { quality, checkpoint, views: perView.length, showcase: { split, name }, picture: there ? picture : null };
  }
  return null;
}

/** Share of the view that shows something. */
function contentOf({ counts }: ShownReport['perView'][number]): number {
  return counts.activeRays / counts.rays;
}

/** Null where the first three are not all there: reports of older versions have two of them. */
function sharesOf({ skipping, ...others }: NonNullable<ShownReport['energy']>['shareOfAnn']): AnnShares | null {
  return skipping === undefined ? null : { skipping, ...others };
}
