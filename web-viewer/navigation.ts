/**
 * Moving the camera: orbit around a point (drag, wheel, touch; three's OrbitControls) or fly (drag looks around), and the keyboard in both.
 * The camera is not touched until somebody moves it, so that a pose that was set stays exact.
 */
import { MathUtils, PerspectiveCamera, type Box3, Quaternion, Vector2, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { FOV_RANGE } from './view-state.ts';

/** Shares of the distance to the target a second. */
const SPEED = 0.8;
const FAST = 4;
/** Radians: of an arrow key's step, and of a pixel of dragging in flight. */
const TURN_STEP = MathUtils.degToRad(5);
const LOOK_SPEED = 0.004;
const ZOOM_STEP = 1.1;
/** Milliseconds of movement of one frame: the clock of frames may lie behind that of events, and a busy page has long frames. */
const LONGEST_FRAME = 100;
/** Speed of flight, in distances to the target: for a notch of the wheel, and for two fingers moved all the way apart. */
const WHEEL_FLIGHT = 0.001;
const PINCH_FLIGHT = 1;

/** Where the camera may stand, and what it may look at. */
export interface Reach {
  readonly position: Box3;
  readonly target: Box3;
}

/** Directions in the camera's own axes. */
const FLIGHT: Readonly<Record<string, readonly [number, number, number]>> = {
  KeyW: [0, 0, -1],
  KeyS: [0, 0, 1],
  KeyA: [-1, 0, 0],
  KeyD: [1, 0, 0],
  KeyQ: [0, -1, 0],
  KeyE: [0, 1, 0],
};

export class Navigation {
  readonly camera: PerspectiveCamera;
  private orbit: OrbitControls;
  private readonly stage: HTMLElement;
  private readonly moved: () => void;
  private readonly reach: Reach | null;
  private readonly pressed = new Set<string>();
  private fast = false;
  private flying = false;
  /** Where fingers, or the pressed mouse, are in flight. */
  private readonly pointers = new Map<number, Vector2>();
  private ticking = false;

  /**
   * @param up the scene's
   * @param reach null: everywhere
   * @param moved called whenever somebody moved the camera
   */
  constructor(stage: HTMLElement, up: readonly number[], reach: Reach | null, moved: () => void) {
    this.stage = stage;
    this.reach = reach;
    this.moved = () => {
      this.stayInReach();
      moved();
    };
    this.camera = new PerspectiveCamera(50, 1, 0.01, 1000);
    this.camera.up.fromArray(up);
    this.orbit = this.controls();
    stage.addEventListener('keydown', (event) => {
      this.keyDown(event);
    });
    stage.addEventListener('keyup', (event) => this.pressed.delete(event.code));
    stage.addEventListener('blur', () => {
      this.pressed.clear();
    });
    stage.addEventListener('pointerdown', (event) => {
      if (!this.flying) return;
      this.pointers.set(event.pointerId, new Vector2(event.clientX, event.clientY));
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener('pointermove', (event) => {
      if (this.pointers.has(event.pointerId)) this.drag(event);
    });
    for (const end of ['pointerup', 'pointercancel'] as const)
      stage.addEventListener(end, ({ pointerId }) => this.pointers.delete(pointerId));
    stage.addEventListener(
      'wheel',
      (event) => {
        if (!this.flying) return;
        event.preventDefault();
        this.advance(-event.deltaY * WHEEL_FLIGHT);
        this.moved();
      },
      { passive: false },
    );
  }

  /** [3] world, unit: the camera stands upright by it, where it is. */
  set up(direction: readonly number[]) {
    const { target } = this.orbit;
    this.camera.up.fromArray(direction);
    // They take the direction when they are made.
    this.orbit.dispose();
    this.orbit = this.controls();
    this.lookAt(target.toArray());
  }

  private controls(): OrbitControls {
    const orbit = new OrbitControls(this.camera, this.stage);
    orbit.rotateSpeed = 0.8;
    orbit.enabled = !this.flying;
    orbit.addEventListener('change', this.moved);
    return orbit;
  }

  get fly(): boolean {
    return this.flying;
  }

  set fly(on: boolean) {
    this.flying = on;
    this.pointers.clear();
    this.orbit.enabled = !on;
    if (!on) this.aim(this.distance);
  }

  /** From the camera to what it orbits. */
  get distance(): number {
    return this.camera.position.distanceTo(this.orbit.target);
  }

  /** Puts the camera exactly there. */
  pose(camToWorld: ArrayLike<number>, distance = this.distance): void {
    const m = camToWorld;
    // prettier-ignore
    this.camera.matrix.set(
      m[0], m[1], m[2], m[3],
      m[4], m[5], m[6], m[7],
      m[8], m[9], m[10], m[11],
      0, 0, 0, 1,
    );
    this.camera.matrix.decompose(this.camera.position, this.camera.quaternion, this.camera.scale);
    this.aim(distance);
  }

  /** [16] row-major */
  get camToWorld(): number[] {
    this.camera.updateMatrix();
    return this.camera.matrix.clone().transpose().toArray();
  }

  /** Looks at a point from where the camera is. */
  lookAt(point: readonly number[]): void {
    this.orbit.target.fromArray(point);
    this.orbit.update();
  }

  set fov(degrees: number) {
    this.camera.fov = MathUtils.clamp(degrees, FOV_RANGE.min, FOV_RANGE.max);
    this.camera.updateProjectionMatrix();
  }

  private stayInReach(): void {
    const { camera, orbit, reach } = this;
    if (reach === null || (reach.position.containsPoint(camera.position) && reach.target.containsPoint(orbit.target))) return;
    reach.position.clampPoint(camera.position, camera.position);
    reach.target.clampPoint(orbit.target, orbit.target);
    camera.lookAt(orbit.target);
  }

  private aim(distance: number): void {
    this.orbit.target.copy(this.camera.position).addScaledVector(this.camera.getWorldDirection(new Vector3()), distance);
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.fast = event.shiftKey;
    if (event.code in FLIGHT) {
      this.pressed.add(event.code);
      this.tick();
      return;
    }
    const step = this.steps(event.shiftKey)[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
    this.moved();
  }

  private steps(shift: boolean): Record<string, () => void> {
    const turn = (yaw: number, pitch: number) => () => {
      if (shift) this.pan(yaw, -pitch);
      else if (this.flying) this.turn(-yaw, -pitch);
      else this.around(yaw, pitch);
    };
    return {
      ArrowLeft: turn(-TURN_STEP, 0),
      ArrowRight: turn(TURN_STEP, 0),
      ArrowUp: turn(0, -TURN_STEP),
      ArrowDown: turn(0, TURN_STEP),
      '+': () => this.approach(1 / ZOOM_STEP),
      '=': () => this.approach(1 / ZOOM_STEP),
      '-': () => this.approach(ZOOM_STEP),
    };
  }

  /** Around the target. */
  private around(yaw: number, pitch: number): void {
    const { camera, orbit } = this;
    const offset = camera.position.clone().sub(orbit.target);
    const right = new Vector3(1, 0, 0).applyQuaternion(camera.quaternion);
    const polar = offset.angleTo(camera.up);
    const clamped = MathUtils.clamp(polar + pitch, 0.05, Math.PI - 0.05) - polar;
    const rotation = new Quaternion().setFromAxisAngle(camera.up, yaw).multiply(new Quaternion().setFromAxisAngle(right, clamped));
    camera.position.copy(orbit.target).add(offset.applyQuaternion(rotation));
    camera.lookAt(orbit.target);
  }

  private turn(yaw: number, pitch: number): void {
    const { camera } = this;
    camera.quaternion.premultiply(new Quaternion().setFromAxisAngle(camera.up, yaw));
    camera.quaternion.multiply(new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), pitch));
    this.aim(this.distance);
  }

  private pan(x: number, y: number): void {
    this.shift(new Vector3(x, y, 0));
  }

  private approach(factor: number): void {
    const { camera, orbit } = this;
    if (this.flying) {
      this.advance(1 - factor);
      return;
    }
    camera.position.sub(orbit.target).multiplyScalar(factor).add(orbit.target);
  }

  /** Flies ahead by a share of the distance to the target, which goes with the camera. */
  private advance(share: number): void {
    this.shift(new Vector3(0, 0, -share));
  }

  /** Moves camera and target in the camera's own axes, in distances to the target. */
  private shift(step: Vector3): void {
    step.applyQuaternion(this.camera.quaternion).multiplyScalar(this.distance);
    this.camera.position.add(step);
    this.orbit.target.add(step);
  }

  /** Moves for as long as keys are held. */
  private tick(): void {
    if (this.ticking) return;
    this.ticking = true;
    let before = performance.now();
    const go = (now: number): void => {
      if (this.pressed.size === 0) {
        this.ticking = false;
        return;
      }
      const direction = new Vector3();
      for (const code of this.pressed) direction.add(new Vector3(...FLIGHT[code]));
      const seconds = MathUtils.clamp(now - before, 0, LONGEST_FRAME) / 1000;
      before = now;
      this.shift(direction.multiplyScalar(SPEED * (this.fast ? FAST : 1) * seconds));
      this.moved();
      requestAnimationFrame(go);
    };
    requestAnimationFrame(go);
  }

  /** One finger looks around; two move: apart and together ahead and back, side by side across. */
  private drag(event: PointerEvent): void {
    const { pointers, stage } = this;
    const before = pointers.get(event.pointerId)!;
    const now = new Vector2(event.clientX, event.clientY);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    const moved = now.clone().sub(before);
    if (other === undefined) this.turn(-moved.x * LOOK_SPEED, -moved.y * LOOK_SPEED);
    else {
      const height = Math.max(1, stage.clientHeight);
      this.advance(((now.distanceTo(other) - before.distanceTo(other)) / height) * PINCH_FLIGHT);
      // Both fingers report their moves: each moves the view by half.
      this.pan(-moved.x / height / 2, moved.y / height / 2);
    }
    pointers.set(event.pointerId, now);
    this.moved();
  }
}
