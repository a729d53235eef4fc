/**
 * A drawing of a scene as SVG: cameras with their frusta, the box or what is known of one, and points, from above and from the side. Both views
 * are parallel projections to the same scale: up is the axis of the world that the cameras' up nearly is.
 */
import { outlineOf, spaceFacts } from '../src/spaces/index.ts';
import type { Box } from '../src/geometry/box.ts';
import { pixelToPlane } from '../src/geometry/lens.ts';
import { cross, dot, normalised, type Vec3 } from '../src/geometry/vector.ts';
import { meanUp, nearestAxis, upText } from '../src/geometry/world-up.ts';
import type { SceneReport } from './inspect-scene.ts';
import type { SceneData, SplitName, View } from './scene-data.ts';
import { SPLIT_NAMES } from './scene-format.ts';
import { poseToFile } from './world-frame.ts';

export interface ScenePicture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** Distance between two lines of the grid, in lengths of the world (metres, but for forward-facing scenes). */
  readonly gridStep: number;
}

const PANEL = 640;
const MARGIN = 40;
const HEADER = 44;
const MOST_POINTS = 3000;
const COLOURS: Readonly<Record<SplitName, string>> = { train: '#1f6fb4', val: '#e08a1e', test: '#2f9e55' };

/** Both axes of a panel, and what it is called. */
interface Panel {
  readonly title: string;
  readonly right: Vec3;
  readonly up: Vec3;
  /** Left edge, pixels. */
  readonly left: number;
}

/** @param report of the same scene */
export function drawScene(opened: SceneData, report: SceneReport): ScenePicture {
  const scene = inFile(opened);
  const present = SPLIT_NAMES.filter((split) => scene.splits[split] !== undefined);
  const views = present.flatMap((split) => scene.splits[split]!);
  const direction = views.length > 0 ? meanUp(views) : ([0, 0, 1] as const);
  const up = nearestAxis(direction) ?? direction;
  const right = normalised(cross(up, Math.abs(up[0]) < 0.5 ? [1, 0, 0] : [0, 1, 0]));
  const side = cross(right, up);
  const reach = frustumLength(scene, report, views);
  const corners = views.flatMap((view) => [...frustum(view, reach), place(view)]);
  const { box, known } = outlineOf(report.space, report.bounds);
  const extent = [...corners, ...(box === null ? [] : boxCorners(box))];
  const panels: Panel[] = [
    { title: `from above (up is ${upText(up)})`, right: side, up: right, left: 0 },
    // A side view of a forward-facing scene has to show its depth.
    { title: 'from the side', right: spaceFacts(scene.space).forwardFacing ? right : side, up, left: PANEL },
  ];
  const middle = [side, right, up].map((axis) => bounds(extent, axis));
  const span = Math.max(...middle.map(([low, high]) => high - low), 1e-9);
  const scale = (PANEL - 2 * MARGIN) / span;
  const centreAlong = (axis: Vec3): number => {
    const [low, high] = bounds(extent, axis);
    return (low + high) / 2;
  };
  const gridStep = 10 ** Math.floor(Math.log10(span / 2));

  const body = panels.map((panel) => {
    const [cx, cy] = [centreAlong(panel.right), centreAlong(panel.up)];
    const at = (p: Vec3): string =>
      `${(panel.left + PANEL / 2 + (dot(p, panel.right) - cx) * scale).toFixed(1)},${(HEADER + PANEL / 2 - (dot(p, panel.up) - cy) * scale).toFixed(1)}`;
    return [
      gridLines(panel, cx, cy, scale, gridStep),
      ...somePoints(scene.points).map((p) => `<circle cx="${at(p).replace(',', '" cy="')}" r="1" fill="#888" fill-opacity="0.5"/>`),
      box === null ? '' : boxLines(box, at, !known),
      ...present.flatMap((split) => scene.splits[split]!.map((view) => cameraShape(view, reach, COLOURS[split], at))),
      `<text x="${panel.left + 12}" y="${HEADER + 20}" font-size="15">${panel.title}</text>`,
    ].join('\n');
  });
  const legend = present.map(
    (split, i) =>
      `<text x="${320 + i * 130}" y="28" font-size="16" fill="${COLOURS[split]}">${split}: ${scene.splits[split]!.length}</text>`,
  );
  const [width, height] = [2 * PANEL, HEADER + PANEL];
  return {
    svg: [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" fill="#222">`,
      `<rect width="${width}" height="${height}" fill="#fff"/>`,
      ...body,
      `<text x="12" y="28" font-size="18">${escapeText(scene.name.slice(0, 28))}</text>`,
      ...legend,
      `<text x="${width - 12}" y="28" font-size="16" text-anchor="end">${scene.space.kind}; grid ${gridStep}${spaceFacts(scene.space).forwardFacing ? '' : ' m'}</text>`,
      '</svg>',
    ].join('\n'),
    width,
    height,
    gridStep,
  };
}

type Drawn = Pick<SceneData, 'name' | 'space' | 'near'> & {
  readonly splits: SceneData['splits'];
  /** [P,3] */
  readonly points: Float64Array | null;
};

/** The scene in the coordinates of its file; one that faces forward in its own world. */
function inFile({ name, space, near, splits, points, frame }: SceneData): Drawn {
  const shown = spaceFacts(space).forwardFacing ? null : frame;
  const moved = (view: View): View => ({ ...view, camToWorld: poseToFile(shown, view.camToWorld) });
  return {
    ...{ name, space, near },
    splits: Object.fromEntries(SPLIT_NAMES.flatMap((split) => (splits[split] ? [[split, splits[split].map(moved)]] : []))),
    points: points && Float64Array.from(points, (value, i) => (shown === null ? value : shown.centre[i % 3] + value / shown.scale)),
  };
}

/** How far frusta are drawn: a quarter of the way to what the cameras look at, or of the nearest thing, whichever is known. */
function frustumLength(scene: Drawn, { cameras }: SceneReport, views: readonly View[]): number {
  if (spaceFacts(scene.space).forwardFacing) return scene.near;
  if (cameras.distance !== null) return cameras.distance.median / 4;
  const places = views.map(place);
  const spread = Math.max(...[0, 1, 2].map((axis) => Math.max(...places.map((p) => p[axis])) - Math.min(...places.map((p) => p[axis]))));
  return spread > 0 ? spread / 8 : 1;
}

function place({ camToWorld: m }: View): Vec3 {
  return [m[3], m[7], m[11]];
}

/** The corners of the image at a z-depth. */
function frustum({ camToWorld: m, intrinsics: k }: View, depth: number): Vec3[] {
  const plane = new Float64Array(2);
  return [[0, 0], [k.width, 0], [k.width, k.height], [0, k.height]].map(([u, v]): Vec3 => {
    pixelToPlane(k, u, v, plane);
    const along = (axis: number): number => m[axis * 4 + 3] + depth * (m[axis * 4] * plane[0] - m[axis * 4 + 1] * plane[1] - m[axis * 4 + 2]);
    return [along(0), along(1), along(2)];
  }); // prettier-ignore
}

function cameraShape(view: View, depth: number, colour: string, at: (p: Vec3) => string): string {
  const corners = frustum(view, depth);
  const apex = at(place(view));
  const edges = corners.map((corner) => `M${apex}L${at(corner)}`).join('');
  const [cx, cy] = apex.split(',');
  return (
    `<path d="${edges}M${corners.map(at).join('L')}Z" fill="${colour}" fill-opacity="0.06" stroke="${colour}" stroke-width="0.8" stroke-opacity="0.7"/>` +
    `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`
  );
}

function boxCorners({ min, max }: Box): Vec3[] {
  return Array.from({ length: 8 }, (_, i): Vec3 => [i & 1 ? max[0] : min[0], i & 2 ? max[1] : min[1], i & 4 ? max[2] : min[2]]);
}

function boxLines(box: Box, at: (p: Vec3) => string, dashed: boolean): string {
  const corners = boxCorners(box);
  const edges = corners.flatMap((corner, i) => [1, 2, 4].flatMap((bit) => (i & bit ? [] : [`M${at(corner)}L${at(corners[i | bit])}`])));
  return `<path d="${edges.join('')}" fill="none" stroke="#b8302a" stroke-width="1.5"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`;
}

/** Lines every `step` metres of the world. */
function gridLines(panel: Panel, cx: number, cy: number, scale: number, step: number): string {
  const half = PANEL / 2 / scale;
  const lines: string[] = [];
  for (const [centre, isVertical] of [[cx, true], [cy, false]] as const) {
    for (let i = Math.ceil((centre - half) / step); i * step <= centre + half; i++) {
      const offset = (i * step - centre) * scale;
      const [x, y] = [panel.left + PANEL / 2 + offset, HEADER + PANEL / 2 - offset];
      lines.push(isVertical ? `M${x.toFixed(1)},${HEADER}V${HEADER + PANEL}` : `M${panel.left},${y.toFixed(1)}H${panel.left + PANEL}`);
    }
  } // prettier-ignore
  return `<path d="${lines.join('')}" stroke="#e6e6e6" fill="none"/>`;
}

function somePoints(points: Float64Array | null): Vec3[] {
  if (points === null) return [];
  const stride = Math.max(1, Math.ceil(points.length / 3 / MOST_POINTS)) * 3;
  const some: Vec3[] = [];
  for (let i = 0; i < points.length; i += stride) some.push([points[i], points[i + 1], points[i + 2]]);
  return some;
}

function bounds(points: readonly Vec3[], axis: Vec3): [number, number] {
  return points.reduce(([low, high], p) => [Math.min(low, dot(p, axis)), Math.max(high, dot(p, axis))], [Infinity, -Infinity]);
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
