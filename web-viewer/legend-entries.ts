/** Which scales the pictures that are shown need explained. */
import type { ColourStyle } from '../src/frames/frame-content.ts';
import type { OutputMode } from '../src/frames/output-modes.ts';
import { QUANTITIES } from './colour-scales.ts';
import type { LegendEntry } from './legend.ts';
import type { PartPlan } from './part-plan.ts';

export interface ShownStyles {
  readonly shared: ColourStyle | null;
  readonly contrast: ColourStyle | null;
}

export function legendOf(output: OutputMode, parts: readonly PartPlan[], { shared, contrast }: ShownStyles): LegendEntry[] {
  const quantity = QUANTITIES[output];
  const entries: LegendEntry[] = [];
  if (quantity !== undefined && shared !== null) entries.push({ title: quantity.title, unit: quantity.unit, style: shared });
  const between = parts.find((part) => part.kind === 'contrast');
  if (between === undefined || contrast === null) return entries;
  const unit = quantity === undefined ? '' : between.contrast === 'ratio' ? '×' : quantity.unit;
  return [...entries, { title: quantity === undefined ? 'Colours: RMS difference' : between.title, unit, style: contrast }];
}
