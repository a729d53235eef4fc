/** What a network costs beside its ANN twin, in words: skipping inactive ReLUs first, then as papers count. */
import type { AnnShares } from '../src/energy/energy-report.ts';

export function shareRows({ skipping, executed, published }: AnnShares): [string, string][] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    ['of an ANN skipping zeros', percent(skipping)],
    ['of one multiplying them', percent(executed)],
    ['as papers count', percent(published)],
  ];
}
