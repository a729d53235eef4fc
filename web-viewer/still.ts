/** Pictures for files: all parts of the view at full quality on one canvas of any size, with titles and legend. */
import type { Pose } from '../renderer/paths/camera-key.ts';
import type { ValueScale } from '../src/math/value-scale.ts';
import { colourContent, type ColourStyle, type FrameContent } from '../src/frames/frame-content.ts';
import type { WantedPicture } from '../src/frames/frame-source.ts';
import { drawInBands, type JoinedPicture } from '../src/frames/join-bands.ts';
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { contrastStyle, sharedScale, styleOf } from './colour-scales.ts';
import { contrastOf } from './contrast.ts';
import { coloursOf, numbersOf, type LegendEntry } from './legend.ts';
import { legendOf } from './legend-entries.ts';
import { photoImage, type Photo } from './photo-image.ts';
import type { PartPlan } from './part-plan.ts';
import type { Region } from './picture-plane.ts';
import { lensOf } from './stage-camera.ts';
import type { Pane, StageLayout } from './stage-layout.ts';
import type { ViewState } from './view-state.ts';

export interface StillPlan {
  readonly parts: readonly PartPlan[];
  /** Columns of a pane that part i shows. */
  readonly region: (i: number) => Region;
  readonly layout: StageLayout;
  readonly state: ViewState;
  readonly photo: Photo | null;
  readonly wanted: (camToWorld: readonly number[], intrinsics: Intrinsics) => WantedPicture;
}

export interface StillOptions {
  /** Scale of the values; null: the one that fits this picture. */
  readonly scale: ValueScale | null;
  readonly signal: AbortSignal;
  readonly progress: (share: number) => void;
}

/** @throws what the sources throw, and the signal's reason */
export async function drawStill(canvas: HTMLCanvasElement, pose: Pose, plan: StillPlan, options: StillOptions): Promise<void> {
  const { parts, layout, state } = plan;
  const panes = layout.panesIn(canvas);
  const paneOf = (i: number): Pane => panes[layout.wipes ? 0 : i];
  const lens = lensOf(pose.fov, panes[0]);
  const runs = parts.filter((part) => part.kind === 'run');
  const drawn: JoinedPicture[] = [];
  for (const [i, { source }] of runs.entries()) {
    const progress = (share: number): void => {
      options.progress((i + share) / runs.length);
    };
    drawn.push(await drawInBands(source, plan.wanted(pose.camToWorld, lens), { layer: `still-${i}`, signal: options.signal, progress }));
  }
  const found = options.scale ?? sharedScale(drawn.map(({ content }) => content));
  const shared = styleOf(state, found);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  let contrast: ColourStyle | null = null;
  let run = 0;
  for (const [i, part] of parts.entries()) {
    let image: ImageData;
    if (part.kind === 'run') image = imageOf(drawn[run++], shared, lens);
    else if (part.kind === 'photo') image = photoImage(plan.photo, lens, state.background);
    else {
      const [a, b] = drawn.map((picture) => ({ ...picture, width: lens.width, height: lens.height }));
      const between = contrastOf(part.contrast, a, b)!;
      contrast = contrastStyle(between.content.scale);
      image = imageOf(between, contrast, lens);
    }
    const { left, top } = paneOf(i);
    const region = plan.region(i);
    const [from, to] = [region.left, region.right].map((share) => Math.round(share * lens.width));
    context.putImageData(image, left, top, from, 0, to - from, lens.height);
    if (parts.length > 1) drawTitle(context, part.title, left + from, top + lens.height, canvas.height);
  }
  drawLegend(context, legendOf(state.output, parts, { shared, contrast }));
}

function imageOf(
  { content, opacity }: { readonly content: FrameContent; readonly opacity: Uint8Array },
  style: ColourStyle | null,
  { width }: Intrinsics,
): ImageData {
  return new ImageData(colourContent(content, opacity, style), width);
}

/** Pixels of the letters on a picture of that height. */
const letters = (height: number): number => Math.max(8, Math.round(height / 45));

function drawTitle(context: CanvasRenderingContext2D, title: string, left: number, bottom: number, height: number): void {
  const size = letters(height);
  context.font = `${size}px system-ui, sans-serif`;
  context.fillStyle = '#14171ccc';
  context.fillRect(left + size / 2, bottom - size * 2, context.measureText(title).width + size, size * 1.5);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(title, left + size, bottom - size * 1.25);
}

/** At the bottom right, the same as the page's. */
function drawLegend(context: CanvasRenderingContext2D, entries: readonly LegendEntry[]): void {
  const { width, height } = context.canvas;
  const size = letters(height);
  const box = { width: size * 15, height: size * 4 };
  for (const [i, entry] of entries.entries()) {
    const left = width - box.width - size;
    const top = height - (entries.length - i) * (box.height + size / 2) - size / 2;
    context.fillStyle = '#14171ccc';
    context.fillRect(left, top, box.width, box.height);
    const gradient = context.createLinearGradient(left + size / 2, 0, left + box.width - size / 2, 0);
    const colours = coloursOf(entry.style);
    for (const [step, colour] of colours.entries()) gradient.addColorStop(step / (colours.length - 1), colour);
    context.fillStyle = gradient;
    context.fillRect(left + size / 2, top + size * 1.5, box.width - size, size * 0.75);
    context.fillStyle = '#fff';
    context.font = `${size * 0.85}px system-ui, sans-serif`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillText(entry.title, left + size / 2, top + size * 0.8);
    const places = [left + size / 2, left + box.width / 2, left + box.width - size / 2];
    for (const [step, text] of numbersOf(entry).entries()) {
      context.textAlign = (['left', 'center', 'right'] as const)[step];
      context.fillText(text, places[step], top + size * 3);
    }
  }
}
