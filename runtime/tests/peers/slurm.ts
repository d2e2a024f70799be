// Slurm with one node, this host: a controller and a daemon on loopback, without accounts or munge.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MOVED_CLOCK } from '../moved-clock.ts';
import { anyPortFree, end, findCommand, run, temporaryFolder, until } from './process.ts';

export interface SlurmPeer {
  /** Submits a batch script; its job's number. */
  submit(args: readonly string[], place: SlurmPlace): string;
  /** Resolves when no job is left. */
  drained(): Promise<void>;
  log(): string;
  /** Ends jobs that are left, and Slurm. */
  stop(): Promise<void>;
}

interface SlurmPlace {
  readonly folder: string;
  /** Variables that the jobs have, besides a bare environment. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startSlurm(): Promise<SlurmPeer> {
  const folder = await temporaryFolder('slurm');
  const config = join(folder, 'slurm.conf');
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  writeFileSync(config, configuration(folder, await anyPortFree(), await anyPortFree()));
  const ask = (command: string, args: readonly string[], place?: SlurmPlace): string => {
    const { HOME = '' } = process.env;
    const env = { ...MOVED_CLOCK, HOME, ...place?.env, SLURM_CONF: config };
    const options = {
      cwd: place?.folder ?? folder,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    } as const;
    const done = spawnSync(findCommand(command) ?? command, args, options);
    if (done.status !== 0) throw new Error(`${command}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  };
  const controller = run('slurmctld', ['-D', '-f', config], folder);
  const daemon = run('slurmd', ['-D', '-f', config], folder);
  const stop = async (): Promise<void> => {
    await end(daemon);
    await end(controller);
    await rm(folder, { recursive: true, force: true });
  };
  const isIdle = (): boolean => {
    try {
      return ask('sinfo', ['-h', '-o', '%T']).includes('idle');
    } catch {
      return false; // it is not up yet
    }
  };
  await until(controller, () => Promise.resolve(isIdle()), 30_000).catch(async (error: unknown) => {
    await end(daemon);
    throw new Error(`${String(error)}\n${daemon.log()}`);
  });
  const jobs = (): string => ask('squeue', ['-h', '-o', '%i']).trim();
  const drained = async (): Promise<void> => {
    while (jobs() !== '') await delay(200);
  };
  return {
    submit: (args, place) => ask('sbatch', ['--parsable', ...args], place).trim(),
    drained,
    log: () => controller.log() + daemon.log(),
    stop: async () => {
      const left = jobs();
      if (left !== '') {
        ask('scancel', ['--full', '--signal=KILL', '--user', userInfo().username]);
        await Promise.race([drained(), delay(5_000)]);
      }
      await stop();
    },
  };
}

/** More processors and memory than there may be: nothing here needs them. */
function configuration(folder: string, controllerPort: number, daemonPort: number): string {
  const [host = ''] = hostname().split('.');
  const { username } = userInfo();
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${daemonPort}
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/none
CredType=cred/none
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SchedulerType=sched/builtin
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`;
}
