/** What is looked at and how, kept in the address of the page, so that a link or a reload shows the same. */
import { normalised, type Vec3 } from '../src/geometry/vector.ts';
import { OUTPUT_MODES, type OutputMode } from '../src/frames/output-modes.ts';
import type { CropBox } from '../src/frames/crop-occupancy.ts';
import { COLOUR_MAPS, type ColourMapName } from '../renderer/colour-maps.ts';
import type { ValueScale } from '../src/math/value-scale.ts';
import { LAYOUTS, type Layout } from './stage-layout.ts';
import { rigidProblem } from '../src/geometry/rigid-motion.ts';

export interface ViewState {
  output: OutputMode;
  /** Vertical, degrees. */
  fov: number;
  /** [16] row-major; null: where the viewer begins. */
  camToWorld: readonly number[] | null;
  background: string;
  crop: CropBox | null;
  /** Run beside it; '': none. */
  beside: string;
  photo: boolean;
  layout: Layout;
  /** Colour map of values; null: the one that suits them. */
  map: ColourMapName | null;
  inverted: boolean;
  /** Locked; null: what all pictures of the page need. */
  scale: ValueScale | null;
  /** The camera flies instead of orbiting. */
  fly: boolean;
  /** Figures are shown over the picture. */
  statistics: boolean;
  /** Pixels of the picture a pixel of the page; null: as many as the screen has. */
  resolution: number | null;
  /** [3] world, unit; null: the run's. */
  up: Vec3 | null;
  /** The picture alone, as part of another page. */
  embed: boolean;
  /** What has to draw the pictures; null: what does it best here. */
  draw: Drawing | null;
}

const MAP_NAMES = Object.keys(COLOUR_MAPS) as ColourMapName[];

const DRAWINGS = ['gpu', 'server', 'worker'] as const;
export type Drawing = (typeof DRAWINGS)[number];

export const FOV_RANGE = { min: 10, max: 120 } as const;

/** @param narrow the screen has no room for figures over the picture, unless somebody asks for them; another page's part never has */
export function readState(search: string, background: Vec3, narrow = false): ViewState {
  const from = new URLSearchParams(search);
  const output = OUTPUT_MODES.find((mode) => mode === from.get('output')) ?? 'colour';
  const fov = Number(from.get('fov') ?? 50);
  const resolution = Number(from.get('resolution') ?? NaN);
  const colour = from.get('background') ?? '';
  const embed = from.get('embed') === '1';
  return {
    output,
    fov: fov >= FOV_RANGE.min && fov <= FOV_RANGE.max ? fov : 50,
    camToWorld: poseOf(from.get('camera')),
    background: /^[0-9a-f]{6}$/.test(colour) ? `#${colour}` : hexOf(background),
    crop: cropOf(from.get('crop')),
    beside: from.get('beside') ?? '',
    photo: from.get('photo') === '1',
    layout: LAYOUTS.find((layout) => layout === from.get('layout')) ?? 'side',
    map: MAP_NAMES.find((map) => map === from.get('map')) ?? null,
    inverted: from.get('inverted') === '1',
    scale: scaleOf(from.get('scale')),
    fly: from.get('fly') === '1',
    statistics: narrow || embed ? from.get('statistics') === '1' : from.get('statistics') !== '0',
    resolution: resolution >= 0.25 && resolution <= 4 ? resolution : null,
    up: directionOf(from.get('up')),
    embed,
    draw: DRAWINGS.find((drawing) => drawing === from.get('draw')) ?? null,
  };
}

/**
 * The address of this page with the state in it.
 *
 * @param run '': the page has one only
 */
export function stateUrl(run: string, state: ViewState, background: Vec3): string {
  const to = new URLSearchParams(run === '' ? {} : { run });
  if (state.output !== 'colour') to.set('output', state.output);
  if (state.camToWorld !== null) to.set('camera', state.camToWorld.slice(0, 12).map(short).join(','));
  if (state.fov !== 50) to.set('fov', short(state.fov));
  if (state.background !== hexOf(background)) to.set('background', state.background.slice(1));
  if (state.crop !== null) to.set('crop', [...state.crop.min, ...state.crop.max].map(short).join(','));
  if (state.beside !== '') to.set('beside', state.beside);
  if (state.photo) to.set('photo', '1');
  if (state.layout !== 'side') to.set('layout', state.layout);
  if (state.map !== null) to.set('map', state.map);
  if (state.inverted) to.set('inverted', '1');
  if (state.scale !== null)
    to.set('scale', [state.scale.low, state.scale.high, state.scale.knee].filter((value) => value !== null).join(','));
  if (state.fly) to.set('fly', '1');
  if (!state.statistics) to.set('statistics', '0');
  if (state.resolution !== null) to.set('resolution', short(state.resolution));
  if (state.up !== null) to.set('up', state.up.map(short).join(','));
  if (state.embed) to.set('embed', '1');
  if (state.draw !== null) to.set('draw', state.draw);
  return `?${to}`;
}

export function colourOf(hex: string): Vec3 {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Vec3;
}

function hexOf(colour: Vec3): string {
  return `#${colour
    .map((value) =>
      Math.round(value * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

const short = (value: number): string => String(Number(value.toFixed(6)));

function numbersOf(text: string | null, count: number): number[] | null {
  const numbers = (text ?? '').split(',').map(Number);
  return text !== null && numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}

function poseOf(text: string | null): number[] | null {
  const rows = numbersOf(text, 12);
  if (rows === null) return null;
  const pose = [...rows, 0, 0, 0, 1];
  return rigidProblem(pose) === null ? pose : null;
}

function directionOf(text: string | null): Vec3 | null {
  const direction = numbersOf(text, 3) as Vec3 | null;
  return direction === null || Math.hypot(...direction) < 1e-6 ? null : normalised(direction);
}

/** low,high or low,high,knee */
function scaleOf(text: string | null): ValueScale | null {
  const [low, high, knee = null] = numbersOf(text, 2) ?? numbersOf(text, 3) ?? [0, 0];
  return low < high && (knee === null || knee > 0) ? { low, high, knee } : null;
}

function cropOf(text: string | null): CropBox | null {
  const corners = numbersOf(text, 6);
  if (corners === null) return null;
  return { min: corners.slice(0, 3) as unknown as Vec3, max: corners.slice(3) as unknown as Vec3 };
}
