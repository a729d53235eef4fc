/** Numbers with units, in as many digits as tell something. */

const PREFIXES: readonly (readonly [factor: number, prefix: string])[] = [
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

/** Three significant digits; energies with the prefix that suits `like`, so that both ends of a scale have the same one. */
export function written(value: number, unit: string, like = value): string {
  if (unit === '%') return `${digits(value * 100)} %`;
  if (unit !== 'J') return unit === '' ? digits(value) : `${digits(value)} ${unit}`;
  const [factor, prefix] = PREFIXES.find(([least]) => Math.abs(like) >= least) ?? PREFIXES.at(-1)!;
  return `${digits(value / factor)} ${prefix}${unit}`;
}

function digits(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 });
}
