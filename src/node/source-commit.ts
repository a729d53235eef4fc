/** The commit of the program's own repository, for reports; null where it does not run from one (an installed package). */
import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function sourceCommit(): Promise<string | null> {
  const here = dirname(fileURLToPath(import.meta.url));
  try {
    const root = (await run('git', ['-C', here, 'rev-parse', '--show-toplevel'])).stdout.trim();
    // A package inside somebody else's repository must not report that repository's commit.
    const own = here.startsWith(resolve(root, 'src')) || here.startsWith(resolve(root, 'dist'));
    if (!own) return null;
    const commit = (await run('git', ['-C', here, 'rev-parse', '--short=12', 'HEAD'])).stdout.trim();
    const changed = (await run('git', ['-C', here, 'status', '--porcelain', '--untracked-files=no'])).stdout.trim() !== '';
    return changed ? `${commit} with local changes` : commit;
  } catch {
    return null;
  }
}
