/**
 * Programs of others, in Python: scripts/peers/*.py asked with JSON. `npm run test:peers` installs what they import and names the Python in
 * SPIKERAY_PEERS; without it tests that need them are skipped.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PYTHON = process.env.SPIKERAY_PEERS;

/** @throws Error where a Python is named that lacks the module: a run that was asked to compare must not skip it */
export function peerHas(module: string): boolean {
  if (PYTHON === undefined) return false;
  const { status, stderr } = spawnSync(PYTHON, ['-c', `import ${module}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`SPIKERAY_PEERS=${PYTHON} cannot import ${module}: ${stderr}`);
  return true;
}

/** @param script in scripts/peers */
export function askPeer(script: string, question: object): unknown {
  const file = fileURLToPath(new URL(`../../scripts/peers/${script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(PYTHON!, [file], { input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}
