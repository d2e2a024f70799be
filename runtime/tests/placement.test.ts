// The files that place agents: each says flags that there are, and what the design asks of it. No
// scheduler is run.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram } from '../cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { ROOT } from './imports.ts';
import { refusals } from './kubernetes-check.ts';
import type { KubernetesObject } from './kubernetes-check.ts';

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

it('the Job is indexed, runs all agents at once, and none twice', () => {
  const { items } = JSON.parse(text('kubernetes-agents.json')) as {
    items: readonly KubernetesObject[];
  };
  expect(items.map(({ kind }) => kind).sort()).toEqual(['Job', 'NetworkPolicy', 'Service']);
  const job = items.find(({ kind }) => kind === 'Job')?.spec ?? {};
  expect(job).toMatchObject({ completionMode: 'Indexed', backoffLimit: 0 });
  expect(job['parallelism']).toBe(job['completions']);
  const service = items.find(({ kind }) => kind === 'Service')?.spec ?? {};
  expect(service).toMatchObject({ clusterIP: 'None' });
  expect(JSON.stringify(job)).toContain('"subdomain":"dicomrun-agents"');
});

it('Kubernetes would take all of it, by the schema of its API', () => {
  const list = JSON.parse(text('kubernetes-agents.json')) as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly items: readonly KubernetesObject[];
  };
  expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' });
  expect(refusals(list.items)).toEqual([]);
  const job = list.items.find(({ kind }) => kind === 'Job');
  if (job === undefined) throw new Error('no Job');
  const spoiled = [
    { parallel: 3 },
    { completions: '10' },
    { completionMode: 'Index' },
    { template: undefined },
  ];
  const refused = refusals(spoiled.map((spec) => ({ ...job, spec: { ...job.spec, ...spec } })));
  for (const words of [
    `'"parallel"' does not exist in type`,
    'data/spec/completions must be integer',
    'completionMode must be equal to one of',
    'must have required property template',
  ]) {
    expect(refused.join('\n')).toContain(words);
  }
}, 60_000);

it('each mount of a container has its volume, and the selectors find the agents', () => {
  const { items } = JSON.parse(text('kubernetes-agents.json')) as {
    items: readonly KubernetesObject[];
  };
  const specOf = <T>(kind: string): T => items.find((one) => one.kind === kind)?.spec as T;
  const { template } = specOf<{ readonly template: Template }>('Job');
  const volumes = template.spec.volumes.map(({ name }) => name).sort();
  const mounts = template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
  expect(mounts.map(({ name }) => name).sort()).toEqual(volumes);
  const { selector } = specOf<{ readonly selector: object }>('Service');
  const { podSelector } = specOf<{ readonly podSelector: { readonly matchLabels: object } }>(
    'NetworkPolicy',
  );
  expect(template.metadata.labels).toMatchObject(selector);
  expect(template.metadata.labels).toMatchObject(podSelector.matchLabels);
});

interface Named {
  readonly name: string;
}

interface Template {
  readonly metadata: { readonly labels: object };
  readonly spec: {
    readonly volumes: readonly Named[];
    readonly containers: readonly { readonly volumeMounts: readonly Named[] }[];
  };
}

const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  Unit: ['Description', 'Wants', 'After'],
  Service: [
    ...['User', 'WorkingDirectory', 'EnvironmentFile', 'ExecStart', 'Restart', 'RestartSec'],
    ...['KillSignal', 'TimeoutStopSec', 'LimitNOFILE', 'NoNewPrivileges', 'ProtectSystem'],
    ...['ProtectHome', 'PrivateTmp', 'ReadWritePaths'],
  ],
  Install: ['WantedBy'],
};

it('the unit of systemd has directives in the sections where they belong', () => {
  let section = '';
  const wrong = text('dicomrun-agent.service')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .filter((line) => {
      const head = /^\[(\w+)\]$/.exec(line)?.[1];
      section = head ?? section;
      if (head !== undefined) return SECTIONS[head] === undefined;
      return SECTIONS[section]?.includes(/^(\w+)=\S/.exec(line)?.[1] ?? '') !== true;
    });
  expect(wrong).toEqual([]);
});
