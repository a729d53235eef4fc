/**
 * What lies over the pictures: camera frustums, the crop box, the camera path. three draws it, hidden where the field is nearer: an invisible
 * rectangle for each picture writes the picture's depth first.
 *
 *     depth along the ray d, direction (x, y, -1):   z = d / |(x, y, -1)|,   depth buffer = ((f + n) - 2 f n / z) / (f - n) / 2 + 1/2
 */
import {
  BufferGeometry,
  Color,
  DataTexture,
  Float32BufferAttribute,
  GLSL3,
  Group,
  LineBasicMaterial,
  LineSegments,
  Line,
  Matrix4,
  Mesh,
  PlaneGeometry,
  RedIntegerFormat,
  Scene,
  ShaderMaterial,
  UnsignedShortType,
  Vector2,
  Vector3,
  Vector4,
  WebGLRenderer,
  type PerspectiveCamera,
} from 'three';
import type { CropBox, Frame } from '../renderer/frame-source.ts';
import type { Region } from './picture-layer.ts';

/** A camera as its frustum shows it. */
export interface FrustumCamera {
  readonly camToWorld: ArrayLike<number>;
  readonly intrinsics: { readonly width: number; readonly height: number; readonly fx: number; readonly fy: number };
}

const COLOURS = { views: 0x5aa9ff, crop: 0x6ee7a0, path: 0xff7ab6 };

/** Corners of a frustum: apex 0, image 1 to 4. */
const FRUSTUM_EDGES = [0, 1, 0, 2, 0, 3, 0, 4, 1, 2, 2, 3, 3, 4, 4, 1];
const BOX_EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7];

/** Pixels within which a click means a frustum. */
const NEAR_CLICK = 18;

export class Overlay {
  readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly depths: Mesh[] = [];
  private readonly views = new Group();
  private readonly box = lines(COLOURS.crop);
  private readonly path = new Group();
  private cameras: readonly FrustumCamera[] = [];
  private waiting = false;

  /** Throws Error where the browser has no WebGL 2. */
  constructor(parent: HTMLElement, camera: PerspectiveCamera) {
    this.renderer = new WebGLRenderer({ alpha: true, antialias: true, premultipliedAlpha: true });
    this.canvas = this.renderer.domElement;
    this.canvas.className = 'overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
    parent.append(this.canvas);
    this.scene.add(this.views, this.box, this.path);
    this.box.visible = false;
    this.camera = camera;
  }

  private readonly camera: PerspectiveCamera;

  resize(width: number, height: number): void {
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.renderer.setSize(width, height, false);
    this.draw();
  }

  /** Draws once before the next repaint, however often it is asked. */
  draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.renderer.render(this.scene, this.camera);
    });
  }

  /** What picture `index` hides from now on; null: nothing. */
  hideBehind(index: number, frame: Frame | null, region: Region): void {
    this.depths[index] ??= depthMesh(this.scene);
    const mesh = this.depths[index];
    const { uniforms } = mesh.material as ShaderMaterial;
    mesh.visible = frame !== null;
    (uniforms.depth.value as DataTexture | null)?.dispose();
    uniforms.depth.value = frame && depthTexture(frame);
    uniforms.metresPerUnit.value = frame?.metresPerUnit ?? 1;
    (uniforms.region.value as Vector2).set(region.left, region.right);
    const tangent = Math.tan((this.camera.fov * Math.PI) / 360);
    (uniforms.view.value as Vector4).set(tangent * this.camera.aspect, tangent, this.camera.near, this.camera.far);
    this.draw();
  }

  /** @param without place of a camera that is not drawn: one would look out of its frustum */
  showCameras(cameras: readonly FrustumCamera[], size: number, without: number | null): void {
    this.cameras = cameras;
    const rest = cameras.filter((_, i) => i !== without);
    replaceChildren(this.views, [frustums(rest, size, COLOURS.views)]);
    this.draw();
  }

  showCrop(crop: CropBox | null): void {
    this.box.visible = crop !== null;
    if (crop !== null) {
      const corners = Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((axis) => ((i >> axis) & 1 ? crop.max : crop.min)[axis])).flat();
      setLines(this.box, corners, BOX_EDGES);
    }
    this.draw();
  }

  /** @param along positions of the path */
  showPath(along: readonly (readonly number[])[], keys: readonly FrustumCamera[], size: number): void {
    const curve = new Line(
      new BufferGeometry().setFromPoints(along.map((p) => new Vector3(...p))),
      new LineBasicMaterial({ color: COLOURS.path }),
    );
    replaceChildren(this.path, along.length > 1 ? [curve, frustums(keys, size, COLOURS.path)] : [frustums(keys, size, COLOURS.path)]);
    this.draw();
  }

  /** The shown camera nearest to a place on the page, in pixels of the canvas; null if none is near. */
  cameraAt(x: number, y: number): number | null {
    const { clientWidth, clientHeight } = this.canvas;
    let found: number | null = null;
    let nearest = NEAR_CLICK;
    for (const [i, { camToWorld: m }] of this.cameras.entries()) {
      const point = new Vector3(m[3], m[7], m[11]).project(this.camera);
      if (Math.abs(point.z) > 1) continue;
      const away = Math.hypot(((point.x + 1) / 2) * clientWidth - x, ((1 - point.y) / 2) * clientHeight - y);
      if (away < nearest) [found, nearest] = [i, away];
    }
    return found;
  }
}

function depthTexture({ depth, width, height }: Frame): DataTexture {
  const texture = new DataTexture(depth, width, height, RedIntegerFormat, UnsignedShortType);
  texture.internalFormat = 'R16UI';
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return texture;
}

function depthMesh(scene: Scene): Mesh {
  const material = new ShaderMaterial({
    glslVersion: GLSL3,
    colorWrite: false,
    uniforms: {
      depth: { value: null },
      metresPerUnit: { value: 1 },
      region: { value: new Vector2(0, 1) },
      view: { value: new Vector4() },
    },
    vertexShader: `
      uniform vec2 region;
      out vec2 place;
      out vec2 ndc;
      void main() {
        place = uv;
        ndc = vec2(mix(region.x, region.y, uv.x), uv.y) * 2.0 - 1.0;
        gl_Position = vec4(ndc, 0.0, 1.0);
      }`,
    fragmentShader: `
      precision highp usampler2D;
      uniform usampler2D depth;
      uniform float metresPerUnit;
      uniform vec4 view;
      in vec2 place;
      in vec2 ndc;
      out vec4 colour;
      void main() {
        ivec2 size = textureSize(depth, 0);
        ivec2 texel = min(ivec2(vec2(place.x, 1.0 - place.y) * vec2(size)), size - 1);
        uint units = texelFetch(depth, texel, 0).r;
        if (units == 65535u) discard;
        float z = float(units) * metresPerUnit / length(vec3(ndc * view.xy, 1.0));
        float near = view.z;
        float far = view.w;
        gl_FragDepth = ((far + near) - 2.0 * far * near / z) / (far - near) * 0.5 + 0.5;
        colour = vec4(0.0);
      }`,
  });
  const mesh = new Mesh(new PlaneGeometry(1, 1), material);
  mesh.frustumCulled = false;
  mesh.renderOrder = -1;
  mesh.visible = false;
  scene.add(mesh);
  return mesh;
}

function frustums(cameras: readonly FrustumCamera[], size: number, colour: number): LineSegments {
  const corners: number[] = [];
  const edges: number[] = [];
  for (const [i, { camToWorld, intrinsics }] of cameras.entries()) {
    const x = ((intrinsics.width / intrinsics.fx) * size) / 2;
    const y = ((intrinsics.height / intrinsics.fy) * size) / 2;
    const pose = new Matrix4().fromArray(Array.from(camToWorld)).transpose();
    for (const corner of [
      [0, 0, 0],
      [-x, y, -size],
      [x, y, -size],
      [x, -y, -size],
      [-x, -y, -size],
    ])
      corners.push(...new Vector3(...corner).applyMatrix4(pose).toArray());
    edges.push(...FRUSTUM_EDGES.map((edge) => edge + i * 5));
  }
  const made = lines(colour);
  setLines(made, corners, edges);
  return made;
}

function lines(colour: number): LineSegments {
  const made = new LineSegments(new BufferGeometry(), new LineBasicMaterial({ color: new Color(colour) }));
  made.frustumCulled = false;
  return made;
}

function setLines({ geometry }: LineSegments, corners: readonly number[], edges: readonly number[]): void {
  geometry.setAttribute('position', new Float32BufferAttribute(corners, 3));
  geometry.setIndex([...edges]);
}

function replaceChildren(group: Group, children: (Line | LineSegments)[]): void {
  for (const child of group.children as (Line | LineSegments)[]) child.geometry.dispose();
  group.clear();
  group.add(...children);
}
