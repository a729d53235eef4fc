/**
 * The headless Chromium, the Vulkan loader and SwiftShader of the npm package `@sparticuz/chromium`, for Linux on x64. The package holds them
 * compressed; they are unpacked once, below node_modules.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

const CACHE = resolve('node_modules/.cache/spikeray');

export interface UnpackedChromium {
  readonly browser: string;
  /** What the browser needs in its environment where the system lacks its libraries and fonts. */
  readonly browserEnvironment: Readonly<Record<string, string>>;
  /** What a process needs in its environment from its start, so that it finds SwiftShader. */
  readonly vulkanEnvironment: Readonly<Record<string, string>>;
}

export async function unpackChromium(): Promise<UnpackedChromium> {
  const root = dirname(dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const folder = join(CACHE, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(join(root, 'bin'), folder);
  return {
    browser: join(folder, 'chromium'),
    browserEnvironment: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
    vulkanEnvironment: { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: join(folder, 'vk_swiftshader_icd.json') },
  };
}

/** Into a folder of another name first: what is there under its own name is whole, also when several processes do this at once. */
async function unpack(packed: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const open = (name: string) => [createReadStream(join(packed, name)), createBrotliDecompress()] as const;
  // Chromium looks for SwiftShader beside itself.
  for (const name of ['swiftshader', 'al2023', 'fonts']) await pipeline(...open(`${name}.tar.br`), extract(unfinished));
  await pipeline(...open('chromium.br'), createWriteStream(join(unfinished, 'chromium'), { mode: 0o755 }));
  await writeFile(
    join(unfinished, 'fonts.conf'),
    `<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`,
  );
  await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
