/**
 * A spiking field as one object of anybody's three.js scene (`spikeray/three`):
 *
 *     const field = await SpikingField.load('scene.spikeray');
 *     scene.add(field);
 *
 * Whenever the scene is rendered, the field is asked for the picture that the camera sees of it, which is drawn on the GPU, or in a worker where
 * the browser has no WebGPU; it is coarse while camera or field move. A picture is laid over what is opaque in the scene, pixel by pixel where the
 * field is nearer. `change` is dispatched when a picture has come: who renders on demand renders then.
 */
import { Group, Matrix4, Quaternion, Vector2, Vector3, type Camera, type Object3DEventMap, type PerspectiveCamera } from 'three';
import type { WebGPURenderer } from 'three/webgpu';
import type { BakedScene } from '../../src/baked/baked-scene.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { InputError } from '../../src/base/errors.ts';
import { bestView } from '../../src/geometry/best-view.ts';
import type { Intrinsics } from '../../src/geometry/intrinsics.ts';
import type { Frame } from '../../src/frames/frame-source.ts';
import { FrameLoop } from '../frame-loop.ts';
import { PicturePlane } from '../picture-plane.ts';
import { PictureSources } from '../picture-sources.ts';
import { WorkerSource } from '../worker-source.ts';

export interface SpikingFieldOptions {
  /** What draws; default: the GPU, a worker where there is none. A software GPU is used only if it is asked for. */
  readonly draw?: 'gpu' | 'worker';
  /** Pixels of the picture a pixel of the renderer; default: 1. */
  readonly resolution?: number;
}

export interface SpikingFieldEvents extends Object3DEventMap {
  /** A picture has come. `full`: of this view nothing finer will. */
  change: { readonly full: boolean };
  /** Why no picture comes; null: they come again. */
  problem: { readonly text: string | null };
}

/** Milliseconds without movement after which the full picture is drawn. */
const STILL = 160;

export class SpikingField extends Group<SpikingFieldEvents> {
  /** What draws the pictures, for people. */
  drawnBy = '';
  private readonly resolution: number;
  private readonly about: BakedScene['about'];
  private readonly sources: PictureSources;
  private readonly loop: FrameLoop;
  private readonly plane: PicturePlane;
  /** Projection of the camera that the newest picture was asked for. */
  private readonly lens = { projectionMatrix: new Matrix4() };
  private asked = '';
  private still: ReturnType<typeof setTimeout> | undefined;

  /**
   * Reads a baked scene, as `spikeray export --format web` writes it.
   *
   * @param scene its address, or the file itself
   * @throws InputError where it cannot be loaded, is damaged, or is none
   */
  static async load(scene: string | URL | Uint8Array<ArrayBuffer>, options: SpikingFieldOptions = {}): Promise<SpikingField> {
    const name = scene instanceof Uint8Array ? 'The scene' : String(scene);
    const bytes = scene instanceof Uint8Array ? scene : await fetchScene(name);
    return new SpikingField((await decodeScene(bytes, name)).about, bytes, name, options);
  }

  private constructor(
    about: BakedScene['about'],
    bytes: Uint8Array<ArrayBuffer>,
    name: string,
    { draw, resolution = 1 }: SpikingFieldOptions,
  ) {
    super();
    this.name = about.name;
    this.about = about;
    this.resolution = resolution;
    // Scenes have an up direction of their own; three's is +Y.
    this.quaternion.setFromUnitVectors(new Vector3(...about.cameras.up).normalize(), new Vector3(0, 1, 0));
    const host = { draws: 'a worker of this page', open: () => new WorkerSource(bytes, name), scene: () => Promise.resolve(bytes) };
    this.sources = new PictureSources(host, draw ?? null, (description) => {
      this.drawnBy = description;
    });
    this.plane = new PicturePlane(this.lens, true);
    this.plane.mesh.onBeforeRender = (renderer, _scene, camera) => {
      this.look(renderer as unknown as WebGPURenderer, camera);
    };
    this.add(this.plane.mesh);
    const [source] = this.sources.of([name]);
    this.loop = new FrameLoop(
      'field',
      source,
      {
        take: (frame) => {
          this.show(frame);
        },
      },
      (text) => {
        this.dispatchEvent({ type: 'problem', text });
      },
    );
  }

  /** What the scene's cameras look at, in the field's own coordinates. */
  get centre(): Vector3 {
    return new Vector3(...(this.about.cameras.centre ?? [0, 0, 0]));
  }

  /** Puts a camera where the scene is seen best: into one of those that took its photos. */
  lookAtIt(camera: PerspectiveCamera): void {
    const { views, centre, up } = this.about.cameras;
    const poses = views.map(({ camToWorld }) => camToWorld);
    if (poses.length === 0) return;
    const pose = new Matrix4().fromArray([...poses[bestView(poses, centre, up)]]).transpose();
    this.updateWorldMatrix(true, false);
    pose.premultiply(this.matrixWorld).decompose(camera.position, camera.quaternion, new Vector3());
  }

  /** Frees what it holds; it shows nothing any more. */
  override dispose(): void {
    clearTimeout(this.still);
    this.removeFromParent();
    void this.loop.stop().then(() => {
      this.sources.of([]);
      this.plane.dispose();
    });
  }

  /** Asks for the picture of a camera, if it is another than the one that was asked for last. */
  private look(renderer: WebGPURenderer, camera: Camera): void {
    const { camToField, scale } = this.poseOf(camera);
    const intrinsics = this.intrinsicsOf(renderer, camera);
    const key = [...camToField, scale, ...Object.values(intrinsics)].join();
    if (key === this.asked) return;
    const moving = this.asked !== '';
    this.asked = key;
    this.lens.projectionMatrix.copy(camera.projectionMatrix);
    this.plane.metre = scale;
    const picture = { camera: { camToWorld: camToField, intrinsics }, output: 'colour', background: [0, 0, 0], crop: null } as const;
    this.loop.want(picture, moving);
    clearTimeout(this.still);
    this.still = setTimeout(() => {
      this.loop.want(picture, false);
    }, STILL);
  }

  /** Row-major, in the field's coordinates; and how large a metre of the field is in the scene. */
  private poseOf(camera: Camera): { camToField: number[]; scale: number } {
    const relative = this.matrixWorld.clone().invert().multiply(camera.matrixWorld);
    const [position, rotation, size] = [new Vector3(), new Quaternion(), new Vector3()];
    relative.decompose(position, rotation, size);
    const rigid = new Matrix4().compose(position, rotation, new Vector3(1, 1, 1));
    return { camToField: rigid.transpose().toArray(), scale: 1 / size.x };
  }

  private intrinsicsOf(renderer: WebGPURenderer, { projectionMatrix: { elements } }: Camera): Intrinsics {
    const size = renderer.getDrawingBufferSize(new Vector2()).multiplyScalar(this.resolution).round().max(new Vector2(1, 1));
    return {
      width: size.x,
      height: size.y,
      fx: (elements[0] * size.x) / 2,
      fy: (elements[5] * size.y) / 2,
      cx: ((1 - elements[8]) * size.x) / 2,
      cy: ((1 + elements[9]) * size.y) / 2,
    };
  }

  private show(frame: Frame): void {
    this.plane.show(frame, straightAlpha(frame));
    this.dispatchEvent({ type: 'change', full: frame.scale === 1 });
  }
}

/** [height,width,4]: colours over black are premultiplied; without their opacity they are those of what is seen. */
function straightAlpha({ content, opacity }: Frame): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(opacity.length * 4);
  if (content.kind !== 'colours') return rgba;
  for (let i = 0; i < opacity.length; i++) {
    const gain = opacity[i] > 0 ? 255 / opacity[i] : 0;
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = content.rgb[i * 3 + c] * gain;
    rgba[i * 4 + 3] = opacity[i];
  }
  return rgba;
}

async function fetchScene(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new InputError(`${address} cannot be loaded`, 'Is it served where this page may load it from?', { cause });
  });
  if (!response.ok) throw new InputError(`${address} cannot be loaded: ${response.status} ${response.statusText}`, 'Check its address.');
  return new Uint8Array(await response.arrayBuffer());
}
