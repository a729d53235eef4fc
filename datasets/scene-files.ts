/**
 * The files of a scene folder as dataset files speak of them. Every folder is listed once, so that a hundred thousand frames cost no more questions
 * than there are folders. A path that is written matches the file of that name, with or without an extension of images, or else the one that
 * differs only in letter case or in the composition of its letters (Windows and Mac do not tell these apart).
 */
import { distance } from 'fastest-levenshtein';
import type { Files } from '../src/io/files.ts';
import { IMAGE_EXTENSIONS, isImageName } from './image-names.ts';
import { baseName, joinPath, normaliseRelative, outsideParts } from './scene-paths.ts';

interface Listing {
  readonly names: ReadonlySet<string>;
  /** Folded name to the names that fold to it. */
  readonly folded: ReadonlyMap<string, readonly string[]>;
}

const NOTHING: Listing = { names: new Set(), folded: new Map() };

export class SceneFiles {
  readonly root: string;
  private readonly files: Files;
  private readonly listings = new Map<string, Promise<Listing>>();
  private readonly moved = new Map<string, string[]>();

  constructor(root: string, files: Files) {
    this.root = root;
    this.files = files;
  }

  /**
   * The path inside the scene for one that a dataset file gives. One that is absolute or leads out of the folder is where the scene lay when it was
   * written: its longest ending that exists in the folder is meant.
   *
   * @param where file and key, for messages
   * @throws InputError for one that leads out of the folder
   */
  async locate(written: string, where: string): Promise<string> {
    const parts = outsideParts(written);
    if (parts === null) return normaliseRelative(written, where);
    const named = baseName(this.root);
    for (let start = 0; start < parts.length; start++) {
      // A single name could be that of any file, unless the folder before it is this one.
      if (start === parts.length - 1 && parts[start - 1] !== named) break;
      const relative = parts.slice(start).join('/');
      if ((await this.find(relative)) === null) continue;
      const file = where.slice(0, where.indexOf(': '));
      this.moved.set(file, [...(this.moved.get(file) ?? []), `"${written}" as ${relative}`]);
      return relative;
    }
    return normaliseRelative(written, where);
  }

  /** What `locate` took for a path inside. */
  get warnings(): string[] {
    return [...this.moved].map(
      ([file, paths]) =>
        `${paths.length} paths of ${baseName(file)} are absolute or lead out of the scene: read inside it (${some(paths)})`,
    );
  }

  /**
   * The existing file for a path inside the scene, or null.
   *
   * @param anyKind whether the image may be of another kind than written: x.png for x.JPG
   */
  async find(relative: string, anyKind = false): Promise<string | null> {
    const slash = relative.lastIndexOf('/');
    const folder = await this.findFolder(slash < 0 ? '' : relative.slice(0, slash));
    if (folder === null) return null;
    const name = relative.slice(slash + 1);
    const listing = await this.list(folder);
    const stem = anyKind ? name.replace(/\.[A-Za-z]+$/, '') : name;
    for (const candidate of [name, ...IMAGE_EXTENSIONS.map((extension) => stem + extension)]) {
      const found = match(listing, candidate);
      if (found === null) continue;
      const path = joinPath(this.root, joinInside(folder, found));
      // A folder may have the name of an image without its extension.
      if (isImageName(found) || (await this.files.kind(path)) === 'file') return path;
    }
    return null;
  }

  /** Paths inside of the images that lie in the same folders as those given and are none of them, nor of the others. */
  async imagesBeside(paths: readonly string[], others: readonly string[] = []): Promise<string[]> {
    const known = new Set([...paths, ...others]);
    const start = joinPath(this.root, '').length;
    const folders = new Set(paths.map((path) => path.slice(start, Math.max(start, path.lastIndexOf('/')))));
    const beside: string[] = [];
    for (const folder of folders) {
      for (const name of (await this.list(folder)).names) {
        const relative = joinInside(folder, name);
        if (isImageName(name) && !known.has(joinPath(this.root, relative))) beside.push(relative);
      }
    }
    return beside;
  }

  /** The path inside the scene that is spelled most like one that is not there, or null. */
  async nearest(relative: string): Promise<string | null> {
    const slash = relative.lastIndexOf('/');
    const parent = slash < 0 ? '' : relative.slice(0, slash);
    const folder = await this.findFolder(parent);
    if (folder === null) {
      const near = await this.nearest(parent);
      return near === null ? null : `${near}/`;
    }
    const names = [...(await this.list(folder)).names].filter((name) => !name.startsWith('.'));
    const near = nearestFile(relative.slice(slash + 1), names);
    return near === null ? null : joinInside(folder, near);
  }

  /** The folder as it is spelled on disk; '' is the scene's own. */
  private async findFolder(relative: string): Promise<string | null> {
    if (relative === '') return '';
    const slash = relative.lastIndexOf('/');
    const parent = await this.findFolder(slash < 0 ? '' : relative.slice(0, slash));
    if (parent === null) return null;
    const found = match(await this.list(parent), relative.slice(slash + 1));
    return found === null ? null : joinInside(parent, found);
  }

  private list(folder: string): Promise<Listing> {
    const known = this.listings.get(folder);
    if (known !== undefined) return known;
    const listing = this.read(folder === '' ? this.root : joinPath(this.root, folder));
    this.listings.set(folder, listing);
    return listing;
  }

  private async read(path: string): Promise<Listing> {
    if ((await this.files.kind(path)) !== 'folder') return NOTHING;
    const names = await this.files.list(path);
    const folded = new Map<string, string[]>();
    for (const name of names) folded.set(fold(name), [...(folded.get(fold(name)) ?? []), name]);
    return { names: new Set(names), folded };
  }
}

/** The first few of many, for messages. */
export function some(texts: readonly string[]): string {
  return texts.slice(0, 3).join(', ') + (texts.length > 3 ? ', …' : '');
}

/**
 * The file that a name may mean: the same but for extension, zeros before numbers and what is between words, or a few other letters. With other
 * numbers it is another image.
 */
function nearestFile(name: string, names: readonly string[]): string | null {
  const stem = (text: string): string => fold(text).replace(/\.[^.]*$/, '');
  const bare = (text: string): string => stem(text).replace(/[^\p{L}\p{N}]/gu, '').replace(/0*(\d+)/g, '$1'); // prettier-ignore
  const digits = (text: string): string => (stem(text).match(/[1-9]\d*/g) ?? []).join(' ');
  const meant = bare(name);
  const same = names.find((other) => bare(other) === meant);
  if (same !== undefined) return same;
  const numbers = digits(name);
  let found: string | null = null;
  let least = 1 + Math.max(2, Math.floor(stem(name).length / 4));
  for (const other of names) {
    if (digits(other) !== numbers) continue;
    const letters = distance(stem(name), stem(other));
    if (letters < least) [found, least] = [other, letters];
  }
  return found;
}

/** The name itself, or the only one that folds to the same. */
function match({ names, folded }: Listing, name: string): string | null {
  if (names.has(name)) return name;
  const alike = folded.get(fold(name)) ?? [];
  return alike.length === 1 ? alike[0] : null;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function joinInside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
