/**
 * A Slurm cluster of several nodes on this one machine, without systemd and cgroups: to try `spikeray sweep submit --on slurm`, and for its tests.
 *
 *     node dist/scripts/slurm-here.js up FOLDER [NODES]      then: export SLURM_CONF=FOLDER/slurm.conf
 *     node dist/scripts/slurm-here.js down FOLDER
 *
 * Needs slurmctld, slurmd, the clients and munge (Debian: apt-get install slurmctld slurmd slurm-client munge), and root. Partition `batch` can be
 * preempted by `urgent`; a node that says nothing for NODE_TIMEOUT seconds is lost.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, totalmem, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const NODE_TIMEOUT = 10;
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'];

/** Programs of Slurm that are not here. */
function missingPrograms(): string[] {
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/usr/bin');
  return PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
}

export class SlurmHere {
  readonly nodes: readonly string[];
  private readonly conf: string;

  /** @param folder absolute */
  constructor(
    readonly folder: string,
    nodes = 3,
  ) {
    this.nodes = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
    this.conf = join(folder, 'slurm.conf');
  }

  /** What programs of Slurm, and the program that calls them, need. */
  get env(): Record<string, string> {
    return { SLURM_CONF: this.conf, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };
  }

  async up(): Promise<void> {
    const missing = missingPrograms();
    if (missing.length > 0)
      throw new Error(`no ${missing.join(', ')} here. Debian: apt-get install --no-install-recommends slurmctld slurmd slurm-client munge`);
    for (const name of ['state', 'log', 'run', ...this.nodes.map((node) => `spool/${node}`)])
      mkdirSync(join(this.folder, name), { recursive: true, mode: 0o755 });
    this.startMunge();
    writeFileSync(this.conf, this.configuration());
    this.startController();
    for (const node of this.nodes) this.startNode(node);
    await this.until(
      'all nodes to be idle',
      () => this.run('sinfo', '--noheader', '--states=idle', '--format=%D').trim() === String(this.nodes.length),
    );
  }

  startController(): void {
    this.run('slurmctld');
  }

  /** As if its machine lost power; the nodes go on. */
  killController(): void {
    process.kill(this.pidOf('slurmctld'), 'SIGKILL');
  }

  startNode(node: string): void {
    this.run('slurmd', '-N', node);
  }

  /** As if it lost its power: all that runs there is gone. */
  killNode(node: string): void {
    this.signalNode(node, 'SIGKILL');
  }

  /** All that runs there stands still, until `thaw`. */
  freeze(node: string): void {
    this.signalNode(node, 'SIGSTOP');
  }

  thaw(node: string): void {
    this.signalNode(node, 'SIGCONT');
  }

  /** Ends everything, however many nodes it was started with. */
  async down(): Promise<void> {
    if (!existsSync(this.conf)) return;
    spawnSync('scancel', ['--state=RUNNING,PENDING', `--user=${userInfo().username}`], { env: { ...process.env, ...this.env } });
    await setTimeout(500);
    for (const node of readdirSync(join(this.folder, 'spool'))) this.signalNode(node, 'SIGKILL');
    for (const name of ['slurmctld', 'munged']) {
      try {
        process.kill(this.pidOf(name), 'SIGTERM');
      } catch {
        // It has ended already.
      }
    }
  }

  /** Runs a program of Slurm; throws what it says unless it ends well. */
  run(program: string, ...args: string[]): string {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env } });
  }

  async until(what: string, holds: () => boolean, seconds = 400): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await setTimeout(200)) if (holds()) return;
    throw new Error(`waited ${seconds} s for ${what}\n${this.run('squeue', '--array')}\n${this.run('sinfo')}`);
  }

  private pidOf(name: string): number {
    return Number(readFileSync(join(this.folder, `run/${name}.pid`), 'utf8'));
  }

  private startMunge(): void {
    const key = join(this.folder, 'munge.key');
    if (!existsSync(key)) writeFileSync(key, randomBytes(128), { mode: 0o400 });
    const at = (name: string): string => join(this.folder, name);
    const files = [`--key-file=${key}`, `--socket=${at('run/munge.sock')}`, `--pid-file=${at('run/munged.pid')}`];
    this.run('munged', '--force', ...files, `--log-file=${at('log/munged.log')}`, `--seed-file=${at('run/munge.seed')}`);
  }

  private signalNode(node: string, signal: NodeJS.Signals): void {
    let slurmd: number[] = [];
    try {
      slurmd = [this.pidOf(`slurmd.${node}`)];
    } catch {
      // It never began.
    }
    for (const pid of [...slurmd, ...this.processesOf(node)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** What jobs run there, and the slurmstepd above each. */
  private processesOf(node: string): number[] {
    const found = new Set<number>();
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        if (!environment.includes(`SLURMD_NODENAME=${node}`) || !environment.includes(`SLURM_CONF=${this.conf}`)) continue;
        found.add(Number(name));
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        if (parent !== undefined && readFileSync(`/proc/${parent}/comm`, 'utf8').startsWith('slurmstepd')) found.add(Number(parent));
      } catch {
        // It has ended meanwhile.
      }
    }
    return [...found];
  }

  private configuration(): string {
    const { folder } = this;
    const count = this.nodes.length;
    const host = hostname().split('.')[0];
    // Ports of one's own, so that two clusters on a machine do not meet.
    const port = 20_000 + (process.pid % 1000) * 10;
    const memory = Math.floor(totalmem() / 2 ** 20);
    return `ClusterName=here
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=${userInfo().username}
SlurmdUser=${userInfo().username}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${folder}/run/munge.sock,cred_expire=5
SlurmctldPort=${port}
StateSaveLocation=${folder}/state
SlurmctldPidFile=${folder}/run/slurmctld.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdPidFile=${folder}/run/slurmd.%n.pid
SlurmdLogFile=${folder}/log/slurmd.%n.log
SlurmdSpoolDir=${folder}/spool/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2,requeue_setup_env_fail
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdTimeout=${NODE_TIMEOUT}
SlurmctldTimeout=10
MinJobAge=300
KillWait=10
MpiDefault=none
SlurmdParameters=config_overrides
DebugFlags=NO_CONF_HASH
JobRequeue=1
MailProg=/bin/true
NodeName=n[1-${count}] NodeHostname=${host} NodeAddr=127.0.0.1 Port=[${port + 1}-${port + count}] CPUs=1 RealMemory=${memory} State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
`;
  }
}

async function main([command, folder, nodes = '3']: readonly string[]): Promise<void> {
  if (folder === undefined || (command !== 'up' && command !== 'down'))
    throw new Error('slurm-here up FOLDER [NODES], or slurm-here down FOLDER');
  const cluster = new SlurmHere(resolve(folder), Number(nodes));
  if (command === 'down') {
    await cluster.down();
    return;
  }
  await cluster.up();
  process.stdout.write(`${cluster.run('sinfo')}export SLURM_CONF=${cluster.env.SLURM_CONF}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
