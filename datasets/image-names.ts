/** Which files are images, by their names. */

/** Tried in this order for a path that is written without one. */
export const IMAGE_EXTENSIONS: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.avif'];

/** Endings of formats that photos come in and nothing here decodes: reading them says so. */
const UNREADABLE: readonly string[] = [
  '.heic',
  '.heif',
  '.dng',
  '.cr2',
  '.cr3',
  '.nef',
  '.arw',
  '.exr',
  '.hdr',
  '.jxl',
  '.jp2',
  '.bmp',
  '.tga',
];

/** Hidden files are none: a Mac leaves ._NAME.png beside NAME.png. */
export function isImageName(name: string): boolean {
  return !name.startsWith('.') && [...IMAGE_EXTENSIONS, ...UNREADABLE].includes(extensionOf(name));
}

/** Whether a name is that of an image that cannot be decoded. */
export function isUnreadable(name: string): boolean {
  return UNREADABLE.includes(extensionOf(name));
}

export function withoutImageExtension(path: string): string {
  return isImageName(path.slice(path.lastIndexOf('/') + 1)) ? path.slice(0, path.lastIndexOf('.')) : path;
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot).toLowerCase();
}
