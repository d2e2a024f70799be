// The command line as a whole: which commands there are, usage errors, help. Each command is loaded
// only when it is the one asked for.
import { Command, CommanderError } from 'commander';
import { DicomRunError, ExitCode } from '../errors.ts';
import { normaliseArgv } from './argv.ts';
import { printError } from './problem-text.ts';
import { suggestion } from './suggest.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** A command file exports this: it adds flags and the action to its empty command. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

export interface CommandContext {
  readonly terminal: Terminal;
  /** Set by the action; the process exits with it. */
  readonly exit: (code: number) => void;
  /** Prints the help of a command and returns its exit code; null when there is none of that name. */
  readonly helpOf: (name: string) => Promise<number | null>;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: DefineCommand }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run a script as a load test',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'smoke',
    summary: 'run scripts as smoke tests, once each',
    load: () => import('./commands/smoke.ts'),
  },
  {
    name: 'demo',
    summary: 'see it work in 20 seconds, without a server',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'new',
    summary: 'write a first script',
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'inspect',
    summary: 'show the effective options and the plan of a script',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'config',
    summary: 'show every option, its value and where it comes from',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'report',
    summary: 'show the summary of a run again, also of a killed one',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'replay',
    summary: 'bring a run into InfluxDB afterwards',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'echo',
    summary: 'ask a peer whether it is there (C-ECHO)',
    load: () => import('./commands/echo.ts'),
  },
  {
    name: 'find',
    summary: 'query a peer (C-FIND)',
    load: () => import('./commands/find.ts'),
  },
  {
    name: 'send',
    summary: 'store files as they are (C-STORE)',
    load: () => import('./commands/send.ts'),
  },
  {
    name: 'move',
    summary: 'have a peer send studies elsewhere (C-MOVE)',
    load: () => import('./commands/move.ts'),
  },
  {
    name: 'generate',
    summary: 'write synthetic studies as files',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'tags',
    summary: 'change elements of files in place',
    load: () => import('./commands/tags.ts'),
  },
  {
    name: 'dump',
    summary: 'show a file, or the differences of two',
    load: () => import('./commands/dump.ts'),
  },
  {
    name: 'doctor',
    summary: 'check a server, the way to it and this machine',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'serve',
    summary: 'run a simulated router, archive or sink',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'ledger',
    summary: 'list what a run sent',
    load: () => import('./commands/ledger.ts'),
  },
  {
    name: 'compare',
    summary: 'compare two runs, and tell a regression',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'capacity',
    summary: 'find the highest rate that keeps the thresholds',
    load: () => import('./commands/capacity.ts'),
  },
  {
    name: 'help',
    summary: 'show a help topic, or the list of them',
    load: () => import('./commands/help.ts'),
  },
];

/** Runs one command line and returns its exit code. Prints; never throws, never exits. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const args = normaliseArgv(argv);
  let code: number = ExitCode.OK;
  try {
    mustBeCommand(args);
    const program = await buildProgram(args, {
      terminal,
      exit: (value) => (code = value),
      helpOf: (name) => helpOf(name, terminal),
    });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageExitCode(error);
    return printError(terminal, error);
  }
}

async function helpOf(name: string, terminal: Terminal): Promise<number | null> {
  const isCommand = COMMANDS.some((entry) => entry.name === name);
  return isCommand ? runCommandLine([name, '--help'], terminal) : null;
}

/** Help asked for is success; everything else about usage is a configuration error. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? ExitCode.OK : ExitCode.CONFIG;
}

/** All commands by name and summary, the one that is asked for with its flags. */
export async function buildProgram(
  args: readonly string[],
  context: CommandContext,
): Promise<Command> {
  const { terminal } = context;
  const asked = askedFor(args);
  const program = new Command('dicomrun');
  program
    .usage('COMMAND [options]')
    .description('Load and smoke tests for DICOM routers, gateways and archives, from a script.')
    .version(version(), '-V, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(usageText(terminal, text, asked)),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .exitOverride()
    .addHelpText('after', FIRST_STEPS);
  await addCommands(program, asked, context);
  program.action(() => program.outputHelp());
  return program;
}

/** All of them by name and summary; only the one that is asked for is loaded. */
async function addCommands(
  program: Command,
  asked: string | undefined,
  context: CommandContext,
): Promise<void> {
  for (const entry of COMMANDS) {
    const command = program
      .command(entry.name)
      .description(entry.summary)
      .copyInheritedSettings(program);
    if (entry.name === asked) {
      const { define } = await entry.load();
      define(command, context);
    } else {
      command.allowUnknownOption();
    }
  }
}

const askedFor = (args: readonly string[]): string | undefined =>
  args.find((token) => !token.startsWith('-'));

const isScript = (word: string): boolean => /\.[cm]?[jt]s$/.test(word);

/** A script, or the command of another tool, where one of ours has to stand. */
function mustBeCommand(args: readonly string[]): void {
  const asked = askedFor(args);
  if (asked === undefined || COMMANDS.some(({ name }) => name === asked)) return;
  // `--vus 5 a.ts`: what looks like a command is the value of a flag.
  const isMissing = args[0]?.startsWith('-') === true && args.some(isScript);
  const script = isMissing ? args.find(isScript) : [asked].find(isScript);
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_COMMAND',
    message: isMissing ? 'the command is missing' : `there is no command "${asked}"`,
    hint: script === undefined ? commandHint(asked) : `dicomrun run ${script}`,
  });
}

/** What does the work of another tool's command here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  echoscu: 'echo',
  storescu: 'send',
  dcmsend: 'send',
  store: 'send',
  findscu: 'find',
  query: 'find',
  movescu: 'move',
  storescp: 'serve',
  dcmrecv: 'serve',
  dcmqrscp: 'serve',
  dcmqrscu: 'find',
  dcmdump: 'dump',
  dcmdiff: 'dump',
  dcmodify: 'tags',
  archive: 'inspect',
  init: 'new',
};

function commandHint(asked: string): string {
  const elsewhere = ELSEWHERE[asked.toLowerCase()];
  if (elsewhere !== undefined) return `dicomrun ${elsewhere} --help`;
  const names = COMMANDS.map(({ name }) => name);
  const near = suggestion(asked, names);
  return near === null ? names.join(', ') : `dicomrun ${near}`;
}

/** The parser's message in the house's form: what, then what to try. */
export function usageText(terminal: Terminal, text: string, asked?: string): string {
  const [first = '', ...more] = text.trimEnd().split('\n');
  const what = first.replace(/^error: /, '');
  const near = /^\(Did you mean (.*)\?\)$/.exec(more.join(' ').trim())?.[1];
  const hint = near ?? `dicomrun ${asked === undefined ? '' : `${asked} `}--help`;
  return `${terminal.style('red', 'error:')} ${what}\n  ${terminal.style('cyan', 'try:')} ${hint}\n`;
}

const FIRST_STEPS = `
First steps:
  dicomrun demo                                    see it work
  dicomrun new gi-routing.ts                       write a first script
  dicomrun doctor -c AET@host:port -b MY_AET       check a server
  dicomrun smoke gi-routing.ts                     the script as a smoke test
  dicomrun run gi-routing.ts --vus 50 --ramp 2m    the script as a load test`;
