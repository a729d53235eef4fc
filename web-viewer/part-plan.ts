/** What one part of the stage shows. */
import type { FrameSource } from '../src/frames/frame-source.ts';
import type { Contrast } from './contrast.ts';

export type PartPlan =
  | { readonly kind: 'run'; readonly title: string; readonly source: FrameSource }
  | { readonly kind: 'photo'; readonly title: string }
  | { readonly kind: 'contrast'; readonly title: string; readonly contrast: Contrast };
