/** The number that a text is in decimal notation; NaN for anything else, also for what JavaScript takes besides (`0x20`, nothing). */
export function decimal(text: string | undefined): number {
  return text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}
