/** How a camera maps its plane z = -1 to pixels. */

/** Coefficients of the lens (src/geometry/lens.ts): radial k, tangential p, as OpenCV and COLMAP have them. */
export interface Distortion {
  readonly k1: number;
  readonly k2: number;
  readonly k3: number;
  readonly k4: number;
  readonly p1: number;
  readonly p2: number;
}

export interface Intrinsics {
  readonly width: number;
  readonly height: number;
  /** Focal lengths and principal point, pixels. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** Without it the camera is a pinhole. */
  readonly distortion?: Distortion;
}

/** Size of an image, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The intrinsics for another image size with the same vertical field of view and square pixels kept square. */
export function resizeIntrinsics(intrinsics: Intrinsics, size: Size): Intrinsics {
  const scale = size.height / intrinsics.height;
  return {
    ...intrinsics,
    ...size,
    fx: intrinsics.fx * scale,
    fy: intrinsics.fy * scale,
    cx: size.width / 2 + (intrinsics.cx - intrinsics.width / 2) * scale,
    cy: size.height / 2 + (intrinsics.cy - intrinsics.height / 2) * scale,
  };
}
