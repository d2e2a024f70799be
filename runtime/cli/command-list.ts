// The commands there are. Each is loaded only when it is the one asked for.
import type { DefineCommand } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  /** Heading in the list of commands. */
  readonly group: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: DefineCommand }>;
}

/** In the order of the list that `dicomrun --help` shows. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    group: 'Begin:',
    summary: 'see it work in 20 seconds, without a server',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'new',
    group: 'Begin:',
    summary: 'write a first script',
    load: () => import('./commands/new/command.ts'),
  },
  {
    name: 'doctor',
    group: 'Begin:',
    summary: 'check a server, the way to it and this machine',
    load: () => import('./commands/doctor/command.ts'),
  },
  {
    name: 'help',
    group: 'Begin:',
    summary: 'show a help topic, or the list of them',
    load: () => import('./commands/help/command.ts'),
  },
  {
    name: 'completion',
    group: 'Begin:',
    summary: 'completion of commands and flags, for a shell',
    load: () => import('./commands/completion/command.ts'),
  },
  {
    name: 'run',
    group: 'Test:',
    summary: 'run a script as a load test',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'smoke',
    group: 'Test:',
    summary: 'run scripts as smoke tests, once each',
    load: () => import('./commands/smoke/command.ts'),
  },
  {
    name: 'capacity',
    group: 'Test:',
    summary: 'find the highest rate that keeps the thresholds',
    load: () => import('./commands/capacity/command.ts'),
  },
  {
    name: 'record',
    group: 'Test:',
    summary: 'record real traffic between two systems, without patients',
    load: () => import('./commands/record/command.ts'),
  },
  {
    name: 'inspect',
    group: 'Test:',
    summary: 'show the effective options and the plan of a script',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'config',
    group: 'Test:',
    summary: 'show every option, its value and where it comes from',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'report',
    group: 'Results:',
    summary: 'show the summary of a run again, also of a killed one',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'compare',
    group: 'Results:',
    summary: 'compare two runs, and tell a regression',
    load: () => import('./commands/compare/command.ts'),
  },
  {
    name: 'merge',
    group: 'Results:',
    summary: 'one summary and verdict from the parts of one plan',
    load: () => import('./commands/merge.ts'),
  },
  {
    name: 'replay',
    group: 'Results:',
    summary: 'bring a run into InfluxDB afterwards',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'ledger',
    group: 'Results:',
    summary: 'list what a run sent',
    load: () => import('./commands/ledger.ts'),
  },
  {
    name: 'engine',
    group: 'Many hosts:',
    summary: 'start the meeting point of a run on several hosts',
    load: () => import('./commands/engine.ts'),
  },
  {
    name: 'agent',
    group: 'Many hosts:',
    summary: 'carry parts of runs that are conducted elsewhere',
    load: () => import('./commands/agent.ts'),
  },
  {
    name: 'agents',
    group: 'Many hosts:',
    summary: 'list the agents that are there',
    load: () => import('./commands/agents.ts'),
  },
  {
    name: 'echo',
    group: 'DICOM, once:',
    summary: 'ask a peer whether it is there (C-ECHO)',
    load: () => import('./commands/once/echo.ts'),
  },
  {
    name: 'find',
    group: 'DICOM, once:',
    summary: 'query a peer (C-FIND)',
    load: () => import('./commands/once/find.ts'),
  },
  {
    name: 'send',
    group: 'DICOM, once:',
    summary: 'store files as they are (C-STORE)',
    load: () => import('./commands/once/send.ts'),
  },
  {
    name: 'move',
    group: 'DICOM, once:',
    summary: 'have a peer send studies elsewhere (C-MOVE)',
    load: () => import('./commands/once/move.ts'),
  },
  {
    name: 'get',
    group: 'DICOM, once:',
    summary: 'retrieve studies into files (C-GET)',
    load: () => import('./commands/once/get.ts'),
  },
  {
    name: 'web',
    group: 'DICOM, once:',
    summary: 'store, find and get over DICOMweb (STOW-RS, QIDO-RS, WADO-RS)',
    load: () => import('./commands/once/web.ts'),
  },
  {
    name: 'serve',
    group: 'DICOM, once:',
    summary: 'run a simulated router, archive or sink',
    load: () => import('./commands/serve/command.ts'),
  },
  {
    name: 'generate',
    group: 'Files:',
    summary: 'write synthetic studies as files',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'tags',
    group: 'Files:',
    summary: 'change elements of files in place',
    load: () => import('./commands/tags.ts'),
  },
  {
    name: 'dump',
    group: 'Files:',
    summary: 'show a file, or the differences of two',
    load: () => import('./commands/dump.ts'),
  },
];
