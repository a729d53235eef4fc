/** A file system in memory whose room can be taken away. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

const ROOMY = 'size=256m,nr_inodes=20000';

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Null where it is not permitted. */
  static mount(folder: string): SmallDisk | null {
    mkdirSync(folder);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', ROOMY, 'tmpfs', folder]);
    return status === 0 ? new SmallDisk(folder) : null;
  }

  /** Takes all but so many bytes or inodes away. */
  leave(what: 'bytes' | 'inodes', left: number): void {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(this.folder);
    this.remount(what === 'bytes' ? `size=${(blocks - bfree) * bsize + left}` : `nr_inodes=${files - ffree + left}`);
  }

  grow(): void {
    this.remount(ROOMY);
  }

  unmount(): void {
    spawnSync('umount', [this.folder]);
  }

  private remount(options: string): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,${options}`, this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`remount with ${options}: ${stderr}`);
  }
}
