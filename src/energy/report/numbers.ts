/** Numbers for people, in reports. */

/** Three significant digits with SI prefix: 1234567 -> "1.23 M". */
export function si(value: number, unit = ''): string {
  if (value === 0) return `0${unit && ` ${unit}`}`;
  const prefixes = ['p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P'];
  const power = Math.min(5, Math.max(-4, Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-12)));
  const scaled = value / 1000 ** power;
  const digits = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${prefixes[power + 4]}${unit}`.trimEnd();
}

/** 71.812 -> "71.8", 0.0123 -> "0.0123": three significant digits without exponent. */
export function three(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded)) + 1e-12));
  return grouped(value, Math.min(6, digits));
}

/** 1234567.4 -> "1,234,567" */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
