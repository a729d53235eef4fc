/**
 * Films by the ffmpeg of this machine: it is given the frames as they are and writes the file. ITU-R BT.709, limited range, a quarter of the
 * chroma, as players expect of films; such a picture has even sides, so an odd one loses its last row or column.
 */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError, SpikeRayError } from '../base/errors.ts';
import type { FilmFormat } from '../eval/film-formats.ts';
import type { FilmEncoder } from '../eval/render-frames.ts';
import type { PixelBuffer } from '../io/files.ts';

interface FilmCodec {
  /** Name of an encoder of ffmpeg. */
  readonly codec: string;
  readonly options: readonly string[];
}

/** Qualities at which differences from the frames are hard to see. */
const FORMATS = {
  mp4: { codec: 'libx264', options: ['-crf', '17', '-preset', 'medium', '-movflags', '+faststart'] },
  webm: { codec: 'libvpx-vp9', options: ['-crf', '22', '-b:v', '0', '-row-mt', '1'] },
} as const satisfies Record<FilmFormat, FilmCodec>;

const PIXELS: Readonly<Record<PixelBuffer['channels'], string>> = { 3: 'rgb24', 4: 'rgba' };

const WITHOUT = 'Install it, or leave --film out: the animated WebP needs nothing else.';

/** Throws InputError where there is no ffmpeg, or one that does not encode the format. */
export async function filmEncoder(format: FilmFormat): Promise<FilmEncoder> {
  const { codec, options } = FORMATS[format];
  const encoders = await ffmpeg(['-encoders'], []);
  if (!encoders.includes(` ${codec} `))
    throw new InputError(`--film ${format}: the ffmpeg of this machine has no encoder ${codec}`, WITHOUT.replace('it', 'one that has it'));
  return {
    ending: format,
    encode: async (frames, framesPerSecond, file) => {
      const { width, height, channels } = frames[0];
      if (width < 2 || height < 2)
        throw new InputError(`--film ${format}: a film has at least 2 x 2 pixels, found ${width} x ${height}`, 'Give another --size.');
      const input = [
        '-f',
        'rawvideo',
        '-pix_fmt',
        PIXELS[channels],
        '-s',
        `${width}x${height}`,
        '-r',
        String(framesPerSecond),
        '-i',
        'pipe:0',
      ];
      const filter = 'crop=trunc(iw/2)*2:trunc(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p';
      const colours = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
      const output = ['-vf', filter, '-c:v', codec, ...options, ...colours, '-y', `file:${file}`];
      await ffmpeg(
        ['-loglevel', 'error', ...input, ...output],
        frames.map(({ data }) => data),
      );
    },
  };
}

/** What it writes to stdout. Throws InputError where there is none, SpikeRayError with what it says where it fails. */
async function ffmpeg(options: readonly string[], input: Iterable<Uint8Array>): Promise<string> {
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no program of that name on the PATH' : cause.message;
      reject(new InputError(`a film needs ffmpeg, which cannot be started: ${why}`, WITHOUT, { cause }));
    });
    child.once('close', (code, signal) => {
      const why = said.stderr.trim().split('\n').slice(-2).join('; ') || `it ended with ${signal ?? `exit code ${code}`}`;
      if (code === 0) resolve();
      else reject(new SpikeRayError(`ffmpeg made no film: ${why}`, WITHOUT.replace('Install it', 'Install another')));
    });
  });
  // Where ffmpeg gives up, its pipe breaks as well; what it says tells more.
  await Promise.all([ended, pipeline(Readable.from(input), child.stdin).catch(() => undefined)]);
  return said.stdout;
}
