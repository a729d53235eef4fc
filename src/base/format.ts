/** Numbers for people. */

/** 75 -> "1:15", 4000 -> "1:06:40" */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 1536 -> "1.5 KiB" */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

/** 12345 -> "12.3 k" */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)} k` : value.toFixed(1);
}

/** So many digits behind the point, and no negative zero: -0.004 -> "0.00" */
export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, '');
}

/** A difference: 0.5 -> "+0.50", -0.5 -> "−0.50", -0.004 -> "0.00" */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  if (text.startsWith('-')) return `−${text.slice(1)}`;
  return Number(text) > 0 ? `+${text}` : text;
}

/** 0.0623 -> "6.2 %" */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Lines of cells as aligned columns: the first left, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  return rows
    .map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./@%+,:=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
