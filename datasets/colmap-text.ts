/**
 * COLMAP's sparse models as text: lines of words, those that begin with # are comments.
 *
 *     cameras.txt   id model width height parameters...
 *     images.txt    id qw qx qy qz tx ty tz camera name; and a line of observations, which may be empty
 *     points3D.txt  id x y z r g b error observations...
 */
import { InputError } from '../src/base/errors.ts';
import { COLMAP_MODELS, type ColmapCamera } from './colmap-camera.ts';
import type { ColmapImage, ColmapReader } from './colmap-model.ts';
import { decimal } from './decimal.ts';

export const colmapText: ColmapReader = {
  extension: 'txt',

  cameras(path, bytes) {
    return records(bytes).map(({ line, number }): ColmapCamera => {
      const [id, model = '', width, height, ...parameters] = line.split(/\s+/);
      const names = COLMAP_MODELS.find(({ name }) => name === model)?.parameters;
      if (names !== undefined && parameters.length !== names.length)
        throw malformed(path, number, `${names.length} parameters for ${model} (${names.join(' ')})`, String(parameters.length));
      const numbers = [id, width, height, ...parameters].map((text) => toNumber(path, number, text));
      return { id: numbers[0], model, width: numbers[1], height: numbers[2], parameters: numbers.slice(3) };
    });
  },

  images(path, bytes) {
    const lines = new TextDecoder().decode(bytes).split('\n');
    const images: ColmapImage[] = [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i].trim();
      if (line === '' || line.startsWith('#')) continue;
      const words = line.split(/\s+/, 9);
      // Names may hold spaces, several in a row too.
      const name = /^\s*(?:\S+\s+){8}\S+\s(.+)$/.exec(lines[i].replace(/\r$/, ''))?.[1];
      if (name === undefined)
        throw malformed(path, i + 1, 'number, pose (7 numbers), camera and name of an image', `${line.split(/\s+/).length} words`);
      const numbers = words.slice(1).map((text) => toNumber(path, i + 1, text));
      images.push({ name, camera: numbers[7], rotation: numbers.slice(0, 4), translation: numbers.slice(4, 7) });
      i++;
      checkObservations(path, i + 1, lines[i] ?? '');
    }
    return images;
  },

  imageCount(path, bytes) {
    return this.images(path, bytes).length;
  },

  points(path, bytes) {
    const lines = records(bytes);
    const points = new Float64Array(lines.length * 3);
    lines.forEach(({ line, number }, i) => {
      const words = line.split(/\s+/, 4);
      for (let axis = 0; axis < 3; axis++) points[i * 3 + axis] = toNumber(path, number, words[axis + 1]);
    });
    return points;
  },
};

/** Where the lines of observations were left out, every other image would be taken for one: a name ends it in place of the number of a point. */
function checkObservations(path: string, number: number, line: string): void {
  const text = line.trimEnd();
  const last = text.slice(Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t')) + 1);
  if (text !== '' && !Number.isFinite(decimal(last)))
    throw malformed(path, number, 'observations of the image in the line before (x, y, point), or an empty line', `"${last.slice(0, 40)}"`);
}

/** Lines with something in them, and their numbers. */
function records(bytes: Uint8Array): { line: string; number: number }[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((text, i) => {
    const line = text.trim();
    return line === '' || line.startsWith('#') ? [] : { line, number: i + 1 };
  });
}

function toNumber(path: string, line: number, text: string | undefined): number {
  const value = decimal(text);
  if (Number.isFinite(value)) return value;
  throw malformed(path, line, 'a finite number', text === undefined ? 'the end of the line' : `"${text.slice(0, 40)}"`);
}

function malformed(path: string, line: number, expected: string, found: string): InputError {
  return new InputError(
    `${path}: line ${line}: expected ${expected}, found ${found}`,
    'The file may be truncated: copy or export it again.',
  );
}
