/**
 * One picture on the stage: a rectangle over some columns of the view that writes what the picture has there, colours, and depths where the field is
 * opaque, so that what is drawn after it is hidden where the field is nearer.
 *
 *     depth along the ray d, direction (x, y, -1):   z = d / |(x, y, -1)|,   depth buffer = f (z - n) / (z (f - n))
 *
 * A picture in memory is uploaded. A painted one lies in textures of the plane's own: one pair is shown while the other is painted in.
 */
import {
  AlwaysDepth,
  DataTexture,
  FloatType,
  Mesh,
  PlaneGeometry,
  RedFormat,
  SRGBColorSpace,
  Vector2,
  type PerspectiveCamera,
  type Texture,
} from 'three';
import { cameraFar, cameraNear, ivec2, min, mix, select, texture, uniform, uv, vec2, vec3, vec4, viewZToPerspectiveDepth } from 'three/tsl';
import { ExternalTexture, LinearFilter, NodeMaterial } from 'three/webgpu';
import type { Frame, PaintedFrame } from '../src/frames/frame-source.ts';
import type { PictureTextures } from '../src/engine/backend.ts';

/** Columns of the stage, as shares of its width. */
export interface Region {
  readonly left: number;
  readonly right: number;
}

/** Depth, in frames in memory, of what is not opaque. */
const NOTHING = 65535;

const SQUARE = new PlaneGeometry(1, 1);

/** What of a camera says where its rays go. */
type Lens = Pick<PerspectiveCamera, 'projectionMatrix'>;

export class PicturePlane {
  readonly mesh: Mesh<PlaneGeometry, NodeMaterial>;
  /** Units of the scene that a metre of the picture's depths is. */
  metre = 1;
  private readonly lens: Lens;
  /** The picture lies over what is drawn before it, as far as it is opaque. */
  private readonly blends: boolean;
  private readonly colours = texture(colourTexture(new Uint8Array(4), 1, 1));
  private readonly depths = texture(depthTexture(new Float32Array(1), 1, 1));
  private readonly size = uniform(new Vector2(1, 1));
  private readonly region = uniform(new Vector2(0, 1));
  /** Tangents of half the view's angles. */
  private readonly tangents = uniform(new Vector2(1, 1));
  private gpu: GPUDevice | null = null;
  private front: PictureTextures | null = null;
  private back: PictureTextures | null = null;

  /**
   * @param lens of the camera that pictures are drawn for
   * @param blends the picture is part of a scene of others: over what is opaque there, in colours as three computes with them; default: it is
   *   drawn first, as it is
   */
  constructor(lens: Lens, blends = false) {
    this.lens = lens;
    this.blends = blends;
    this.mesh = new Mesh(SQUARE, this.material());
    this.mesh.frustumCulled = false;
    if (blends) return;
    this.mesh.renderOrder = -1;
    this.mesh.visible = false;
  }

  /** The GPU that the stage is on, if pictures can be painted on it. What was painted on another is lost. */
  set device(gpu: GPUDevice | null) {
    if (gpu === this.gpu) return;
    this.gpu = gpu;
    if (this.front !== null) this.mesh.visible = false;
    this.front = this.back = null;
  }

  place({ left, right }: Region): void {
    this.region.value.set(left, right);
  }

  /** Textures of this size that are not shown, to paint in; null: nothing can be painted. */
  begin(width: number, height: number): PictureTextures | null {
    if (this.gpu === null) return null;
    if (this.back?.colours.width !== width || this.back.colours.height !== height) {
      destroy(this.back);
      this.back = createTextures(this.gpu, width, height);
    }
    return this.back;
  }

  /** Shows a painted frame of the view as it is now. */
  showPainted({ textures, width, height }: PaintedFrame): void {
    // Painted on a GPU that the stage has lost since.
    if (textures !== this.back) return;
    [this.front, this.back] = [this.back, this.front];
    const depths = Object.assign(new ExternalTexture(textures.depths), { type: FloatType, format: RedFormat });
    this.use(new ExternalTexture(textures.colours), depths, width, height);
  }

  /**
   * Shows a frame in memory of the view as it is now.
   *
   * @param rgba its colours
   */
  show(frame: Frame, rgba: Uint8ClampedArray<ArrayBuffer>): void {
    const { width, height } = frame;
    const colours = colourTexture(rgba, width, height);
    if (this.blends) colours.colorSpace = SRGBColorSpace;
    this.use(colours, depthTexture(metresOf(frame, this.metre), width, height), width, height);
  }

  /** Shows an image that hides nothing. */
  showImage({ data, width, height }: ImageData): void {
    this.use(colourTexture(data, width, height), depthTexture(new Float32Array(1), 1, 1), 1, 1);
  }

  /** When nothing is painted in it any more. */
  dispose(): void {
    destroy(this.front);
    destroy(this.back);
    this.colours.value.dispose();
    this.depths.value.dispose();
    this.mesh.material.dispose();
  }

  /** @param width of the depths */
  private use(colours: Texture, depths: Texture, width: number, height: number): void {
    this.colours.value.dispose();
    this.depths.value.dispose();
    this.colours.value = colours;
    this.depths.value = depths;
    this.size.value.set(width, height);
    const { elements } = this.lens.projectionMatrix;
    this.tangents.value.set(1 / elements[0], 1 / elements[5]);
    this.mesh.visible = true;
  }

  private material(): NodeMaterial {
    const { colours, depths, size, region, tangents, blends } = this;
    const material = new NodeMaterial();
    if (blends) material.transparent = true;
    else material.depthFunc = AlwaysDepth;
    const place = uv();
    const seen = vec2(mix(region.x, region.y, place.x), place.y)
      .mul(2)
      .sub(1);
    const texel = vec2(seen.x.add(1).div(2), place.y.oneMinus());
    material.vertexNode = vec4(seen, 0, 1);
    const seenColour = colours.sample(texel);
    material.fragmentNode = blends ? seenColour : vec4(seenColour.rgb, 1);
    const metres = depths.load(ivec2(min(texel.mul(size).floor(), size.sub(1)))).r;
    const z = metres.div(vec3(seen.mul(tangents), 1).length());
    material.depthNode = select(metres.greaterThan(0), viewZToPerspectiveDepth(z.negate(), cameraNear, cameraFar), 1);
    return material;
  }
}

function createTextures(gpu: GPUDevice, width: number, height: number): PictureTextures {
  const usage = GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.TEXTURE_BINDING;
  const create = (label: string, format: GPUTextureFormat): GPUTexture =>
    gpu.createTexture({ label, size: [width, height], format, usage });
  return { colours: create('colours', 'rgba8unorm'), depths: create('depths', 'r32float') };
}

function destroy(textures: PictureTextures | null): void {
  textures?.colours.destroy();
  textures?.depths.destroy();
}

function colourTexture(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): DataTexture {
  const made = new DataTexture(rgba as Uint8Array<ArrayBuffer>, width, height);
  made.magFilter = made.minFilter = LinearFilter;
  made.needsUpdate = true;
  return made;
}

function depthTexture(metres: Float32Array<ArrayBuffer>, width: number, height: number): DataTexture {
  const made = new DataTexture(metres, width, height, RedFormat, FloatType);
  made.needsUpdate = true;
  return made;
}

/** In units of the scene; 0 where nothing is opaque. */
function metresOf({ depth, metresPerUnit }: Frame, metre: number): Float32Array<ArrayBuffer> {
  const metres = new Float32Array(depth.length);
  for (let i = 0; i < metres.length; i++) if (depth[i] !== NOTHING) metres[i] = depth[i] * metresPerUnit * metre;
  return metres;
}
