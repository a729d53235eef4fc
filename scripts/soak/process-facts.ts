/** What a process holds (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFacts {
  /** Resident set, bytes. */
  readonly memory: number;
  readonly descriptors: number;
  /** What the descriptors are, without their numbers: "socket", "anon_inode:[eventpoll]", paths. */
  readonly kinds: readonly string[];
  readonly threads: number;
  /** In its folder for temporary files. */
  readonly temporaries: number;
}

export function processFacts(pid: number, temporary: string): ProcessFacts {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status)!;
  const [, threads] = /^Threads:\s+(\d+)$/m.exec(status)!;
  const numbers = readdirSync(`/proc/${pid}/fd`);
  return {
    memory: Number(kibibytes) * 1024,
    descriptors: numbers.length,
    kinds: numbers.flatMap((number) => kindOf(`/proc/${pid}/fd/${number}`)).sort(),
    threads: Number(threads),
    temporaries: readdirSync(temporary).length,
  };
}

/** Nothing if it was closed meanwhile. */
function kindOf(link: string): string[] {
  try {
    return [readlinkSync(link).replace(/:\[\d+\]$/, '')];
  } catch {
    return [];
  }
}
