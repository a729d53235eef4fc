/** Numbers with units, in as many digits as tell something. */

const PREFIXES: readonly (readonly [factor: number, prefix: string])[] = [
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

/** How values of a unit are written. */
export interface WrittenUnit {
  /** '': a number alone. */
  readonly name: string;
  /** The value that is written as 1. */
  readonly size: number;
}

/** Energies have the prefix that suits `like`. */
export function writtenUnit(unit: string, like: number): WrittenUnit {
  if (unit === '%') return { name: unit, size: 0.01 };
  if (unit !== 'J') return { name: unit, size: 1 };
  const [size, prefix] = PREFIXES.find(([least]) => Math.abs(like) >= least) ?? PREFIXES.at(-1)!;
  return { name: `${prefix}${unit}`, size };
}

/** Three significant digits; energies with the prefix that suits `like`, so that both ends of a scale have the same one. */
export function written(value: number, unit: string, like = value): string {
  const { name, size } = writtenUnit(unit, like);
  return name === '' ? digits(value) : `${digits(value / size)} ${name}`;
}

function digits(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 });
}
