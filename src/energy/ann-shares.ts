/**
 * What a network costs beside its ANN twin: the shares, and the words and the order in which everything tells them. First the twin on hardware that
 * skips inactive ReLUs as spikes skip silent neurons, beside it the dense twin as papers count; docs/energy.md says why.
 */
import { percent } from '../base/format.ts';

/** Energies of one network in the same unit. `skipping`: as executed, zeros left out, which a spiking network does in any case. */
export interface ComparedEnergies {
  readonly published: number;
  readonly executed: number;
  readonly skipping: number;
  /** As executed without zeros, a spike of any size so many shifted additions as its binary number has ones. */
  readonly shifted: number;
}

export interface AnnShares {
  readonly skipping: number;
  readonly published: number;
  readonly executed: number;
  /** Of the twin that skips; missing in reports of older versions. */
  readonly shifted?: number;
  /** Of the dense twin as executed; missing in reports of older versions. */
  readonly shiftedOfDense?: number;
}

export interface ToldShare {
  readonly share: keyof AnnShares;
  /** What it is a share of. */
  readonly twin: string;
  /** The same where there is little room. */
  readonly short: string;
}

export const ANN_SHARES: readonly ToldShare[] = [
  { share: 'skipping', twin: 'the twin that skips inactive ReLUs', short: 'of a skipping twin' },
  { share: 'published', twin: 'the dense twin, as published', short: 'as published' },
  { share: 'executed', twin: 'the dense twin, as executed', short: 'of a dense twin' },
  { share: 'shifted', twin: 'the twin that skips inactive ReLUs, in shifted additions', short: 'skipping twin, shifted' },
  { share: 'shiftedOfDense', twin: 'the dense twin, in shifted additions', short: 'dense twin, shifted' },
];

export function annShares(mine: ComparedEnergies, twin: Omit<ComparedEnergies, 'shifted'>): Required<AnnShares> {
  return {
    skipping: ratio(mine.skipping, twin.skipping),
    published: ratio(mine.published, twin.published),
    executed: ratio(mine.executed, twin.executed),
    shifted: ratio(mine.shifted, twin.skipping),
    shiftedOfDense: ratio(mine.shifted, twin.executed),
  };
}

/** 1 where the twin costs nothing, as with images without a single sample: reports hold finite numbers. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** These say nothing new where no spike is larger than one. */
export function inShiftedAdditions(share: keyof AnnShares): boolean {
  return share === 'shifted' || share === 'shiftedOfDense';
}

/** Null: the share is not known, or says nothing new. */
export function shareText(shares: AnnShares, share: keyof AnnShares): string | null {
  const value = shares[share];
  return value === undefined || (inShiftedAdditions(share) && shares.shifted === shares.skipping) ? null : percent(value);
}

/** The shares that say something, with their texts. */
export function toldShares(shares: AnnShares): (ToldShare & { readonly text: string })[] {
  return ANN_SHARES.flatMap((told) => {
    const text = shareText(shares, told.share);
    return text === null ? [] : [{ ...told, text }];
  });
}

/** Cells of a table of several networks below the short words; a dash where a share is not known. */
export function shareCells(shares: Required<AnnShares> | null): string[] {
  return ANN_SHARES.map(({ share }) => (shares === null || !Number.isFinite(shares[share]) ? '–' : percent(shares[share])));
}

/** What the short words of a table mean. */
export const SHARES_LEGEND = `Shares are of the energy of the twin: ${ANN_SHARES.map(({ twin, short }) => `${short}: ${twin}`).join('; ')}.`;
