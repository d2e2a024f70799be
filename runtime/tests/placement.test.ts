// The files that place agents: each says flags that there are, and what the design asks of it. No
// scheduler is run.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram } from '../cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { ROOT } from './imports.ts';

const text = (name: string): string => readFileSync(join(ROOT, 'placement', name), 'utf8');
const FILES = [
  'dicomrun-agent.service',
  'slurm-agents.sh',
  'kubernetes-agents.json',
  'README.md',
] as const;

async function flagsOf(command: string): Promise<readonly string[]> {
  const context = {
    terminal: fakeTerminal(),
    exit: () => undefined,
    helpOf: () => Promise.resolve(null),
  };
  const program = await buildProgram([command], context);
  const found = program.commands.find((one) => one.name() === command);
  return found?.options.flatMap(({ long }) => long ?? []) ?? [];
}

it('name flags that the commands have', async () => {
  const known = [...(await flagsOf('agent')), ...(await flagsOf('run')), ...OTHERS];
  const used = FILES.flatMap((name) => text(name).match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []);
  expect(used).toContain('--creds');
  expect(used.filter((flag) => !known.includes(flag))).toEqual([]);
});

/** Of other programs. */
const OTHERS = [
  ...['--array', '--job-name', '--ntasks', '--cpus-per-task', '--mem', '--time', '--no-requeue'],
  ...['--signal', '--system', '--home', '--now', '--from-file'],
];

it('the script of Slurm is one of bash', () => {
  execFileSync('bash', ['-n', join(ROOT, 'placement/slurm-agents.sh')]);
  expect(text('slurm-agents.sh')).toMatch(/^#!.*\n(#.*\n)*#SBATCH --job-name/);
});

interface Item {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

it('the Job is indexed, runs all agents at once, and none twice', () => {
  const { items } = JSON.parse(text('kubernetes-agents.json')) as { items: readonly Item[] };
  expect(items.map(({ kind }) => kind).sort()).toEqual(['Job', 'NetworkPolicy', 'Service']);
  const job = items.find(({ kind }) => kind === 'Job')?.spec ?? {};
  expect(job).toMatchObject({ completionMode: 'Indexed', backoffLimit: 0 });
  expect(job['parallelism']).toBe(job['completions']);
  const service = items.find(({ kind }) => kind === 'Service')?.spec ?? {};
  expect(service).toMatchObject({ clusterIP: 'None' });
  expect(JSON.stringify(job)).toContain('"subdomain":"dicomrun-agents"');
});
