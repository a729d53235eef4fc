/**
 * Where values lie on a colour map. `low` takes its first colour, `high` its last; between them shares are even, or, where values may reach to
 * the horizon, even in a bent measure of which half lies before `knee` (an inverse depth without a pole):
 *
 *     share = (g(v) - g(low)) / (g(high) - g(low)),      g(v) = v    or    v / (v + knee)
 */
export interface ValueScale {
  readonly low: number;
  readonly high: number;
  /** null: even. */
  readonly knee: number | null;
}

export const evenScale = (low: number, high: number): ValueScale => ({ low, high, knee: null });

/** Where a value lies on the scale, 0 to 1; below 0 and above 1 beyond the ends. */
export function shareOf({ low, high, knee }: ValueScale, value: number): number {
  const bend = (v: number): number => (knee === null ? v : v / (v + knee));
  const span = bend(high) - bend(low);
  return (bend(value) - bend(low)) / (span > 0 ? span : 1);
}

/** The value at a share of the map, the inverse of `shareOf`. */
export function valueAt({ low, high, knee }: ValueScale, share: number): number {
  if (knee === null) return low + share * (high - low);
  const bent = low / (low + knee) + share * (high / (high + knee) - low / (low + knee));
  return (bent * knee) / (1 - bent);
}
