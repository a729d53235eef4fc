/** What a network costs beside its ANN twin, in words: skipping inactive ReLUs first, then as papers count. */
import { percent } from '../src/base/format.ts';
import type { AnnShares } from '../src/energy/energy-report.ts';

const TITLES: readonly (readonly [share: keyof AnnShares, title: string])[] = [
  ['skipping', 'of a skipping ANN'],
  ['shifted', 'of a skipping ANN, shifted'],
  ['executed', 'of a dense ANN'],
  ['published', 'as published'],
];

export interface ShareRow {
  readonly share: keyof AnnShares;
  readonly title: string;
  /** null: the share is not known, or says nothing new, because no spike is larger than one. */
  readonly of: (shares: AnnShares) => string | null;
}

export const SHARE_ROWS: readonly ShareRow[] = TITLES.map(([share, title]) => ({
  share,
  title,
  of: (shares) => {
    const value = shares[share];
    return value === undefined || (share === 'shifted' && value === shares.skipping) ? null : percent(value);
  },
}));
