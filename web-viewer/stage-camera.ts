/** The camera of the stage: where it starts, how large a picture it takes, and how it looks through a camera of the scene. */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import type { CameraView, RunViews } from '../src/jobs/run-views.ts';
import { Box3, Vector3 } from 'three';
import { Navigation, type Reach } from './navigation.ts';
import type { Size, StageLayout } from './stage-layout.ts';
import type { ViewState } from './view-state.ts';

/** Where to stand if nothing is known of the scene. */
const SOMEWHERE = [1, 0, 0, 0, 0, 0, -1, -4, 0, 1, 0, 0, 0, 0, 0, 1];
const SOME_DISTANCE = 4;
/** How far beyond the cameras of a forward-facing scene one may stand, in sizes of their box; and at least, in distances to the scene. */
const BEYOND_CAMERAS = 0.25;
const LEAST_REACH = 0.05;
/** How far from the middle one may look, in distances to the scene. */
const LOOK_ASIDE = 0.5;

export class StageCamera {
  readonly navigation: Navigation;
  /** Metres from the first camera to what the cameras look at. */
  readonly radius: number;
  private readonly layout: StageLayout;
  private readonly state: ViewState;
  private readonly centre: readonly number[];
  private readonly forwardFacing: boolean;

  /** @param moved called whenever somebody moved the camera */
  constructor(
    stage: HTMLElement,
    layout: StageLayout,
    { views, centre, up, forwardFacing }: RunViews,
    state: ViewState,
    moved: () => void,
  ) {
    this.layout = layout;
    this.state = state;
    this.centre = centre ?? [0, 0, 0];
    this.radius = views.length > 0 && centre !== null ? distance(positionOf(views[0].camToWorld), centre) : SOME_DISTANCE;
    this.forwardFacing = forwardFacing;
    const reach = forwardFacing ? reachOf(views, this.centre, this.radius) : null;
    this.navigation = new Navigation(stage, state.up ?? up, reach, moved);
    this.navigation.camera.near = this.radius / 200;
    this.navigation.camera.far = this.radius * 50;
  }

  set fov(degrees: number) {
    this.navigation.fov = degrees;
    this.state.fov = this.navigation.camera.fov;
  }

  get fov(): number {
    return this.state.fov;
  }

  pose(camToWorld: readonly number[]): void {
    this.navigation.pose(camToWorld, this.radius);
  }

  standSomewhere(): void {
    this.navigation.pose(SOMEWHERE, SOME_DISTANCE);
  }

  /** With the whole photo in sight. */
  lookThrough({ camToWorld, intrinsics }: CameraView): void {
    this.pose(camToWorld);
    const { width, height } = this.pane;
    const tall = Math.max(intrinsics.height / intrinsics.fy, (intrinsics.width / intrinsics.fx) * (height / width));
    this.fov = (Math.atan(tall / 2) * 360) / Math.PI;
  }

  /** To the size of a pane. */
  resize(): void {
    const { width, height } = this.pane;
    this.navigation.camera.aspect = width / height;
    this.navigation.camera.updateProjectionMatrix();
  }

  private get pane(): Size {
    return this.layout.panes[0];
  }

  /** Pixels of one picture. */
  size(): Size {
    return this.pixelsOf(this.pane);
  }

  /** Pixels of all of them together. */
  stageSize(): Size {
    return this.pixelsOf(this.layout.size);
  }

  private pixelsOf({ width, height }: Size): Size {
    const resolution = this.state.resolution ?? devicePixelRatio;
    return { width: Math.max(1, Math.round(width * resolution)), height: Math.max(1, Math.round(height * resolution)) };
  }

  intrinsics(): Intrinsics {
    return lensOf(this.state.fov, this.size());
  }

  /** How far the crop box can reach: around what the cameras look at. */
  cropBounds(): { min: number[]; max: number[] } {
    const half = this.forwardFacing ? this.radius : this.radius / 2;
    return { min: this.centre.map((x) => x - half), max: this.centre.map((x) => x + half) };
  }
}

/** @param fov vertical, degrees */
export function lensOf(fov: number, { width, height }: Pick<Intrinsics, 'width' | 'height'>): Intrinsics {
  const focal = height / 2 / Math.tan((fov * Math.PI) / 360);
  return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
}

/** About the cameras that took the photos: from elsewhere a forward-facing scene has nothing to show. */
function reachOf(views: readonly CameraView[], centre: readonly number[], radius: number): Reach {
  const position = new Box3().setFromPoints(views.map(({ camToWorld }) => new Vector3(...positionOf(camToWorld))));
  position.expandByVector(position.getSize(new Vector3()).multiplyScalar(BEYOND_CAMERAS)).expandByScalar(LEAST_REACH * radius);
  const aside = 2 * LOOK_ASIDE * radius;
  return { position, target: new Box3().setFromCenterAndSize(new Vector3(...centre), new Vector3(aside, aside, aside)) };
}

function positionOf(m: readonly number[]): number[] {
  return [m[3], m[7], m[11]];
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}
