// The command line as a whole: which commands there are, usage errors, help. Each command is loaded
// only when it is the one asked for.
import { Command, CommanderError } from 'commander';
import { DicomRunError, ExitCode } from '../errors.ts';
import { normaliseArgv } from './argv.ts';
import { COMMANDS } from './command-list.ts';
import { foreignFlag } from './flags/foreign-flags.ts';
import { printError, problemText } from './problem-text.ts';
import { asTyped, TYPED } from './flags/given-flags.ts';
import type { VuPool } from '../conductor/fleet/member.ts';
import { nearest } from '../metrics/distribution/nearest.ts';
import type { CommandContext } from './command.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/**
 * Runs one command line and returns its exit code. Prints; never throws, never exits.
 *
 * @param booted the threads of a run that the command line looks like
 */
export async function runCommandLine(
  argv: readonly string[],
  terminal: Terminal,
  booted: VuPool | null = null,
): Promise<number> {
  const args = normaliseArgv(argv);
  let code: number = ExitCode.OK;
  let program: Command | null = null;
  try {
    mustBeCommand(args);
    program = await buildProgram(args, {
      typed: argv,
      terminal,
      booted,
      exit: (value) => (code = value),
      helpOf: (name) => helpOf(name, terminal),
    });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageExitCode(error);
    return printError(terminal, error, (text) => spelt(program, args, text));
  }
}

/** A message of the command that was asked for, with its flags as they were typed. */
function spelt(program: Command | null, args: readonly string[], text: string): string {
  const asked = program?.commands.find((command) => command.name() === askedFor(args));
  return asked === undefined ? text : asTyped(asked, text);
}

/** Defined, not to be run. */
function definedCommands(context: CommandContext): Promise<readonly Command[]> {
  return Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => {
      const command = new Command(name).description(summary);
      (await load()).define(command, context);
      return command;
    }),
  );
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
  given: Omit<CommandContext, 'allCommands'>,
): Promise<Command> {
  const context: CommandContext = {
    ...given,
    allCommands: () => definedCommands(context),
  };
  const { terminal } = context;
  const asked = askedFor(args);
  const program = new Command('dicomrun');
  const helpWidth = terminal.outIsTTY ? Math.max(60, Math.min(100, terminal.columns())) : 100;
  program.setOptionValue(TYPED, context.typed ?? args);
  program
    .usage('COMMAND [options]')
    .description('Load and smoke tests for DICOM routers, gateways and archives, from a script.')
    .version(version(), '-V, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(usageText(terminal, spelt(program, args, text), asked)),
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
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
      .helpGroup(entry.group)
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
  getscu: 'get',
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
  const word = asked.toLowerCase();
  const elsewhere = Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
  if (elsewhere !== undefined) return `dicomrun ${elsewhere} --help`;
  const names = COMMANDS.map(({ name }) => name);
  const near = nearest(asked, names);
  return near === null ? names.join(', ') : `dicomrun ${near}`;
}

/** The parser's message in the house's form: what, then what to try. */
export function usageText(terminal: Terminal, text: string, asked?: string): string {
  const [first = '', ...more] = text.trimEnd().split('\n');
  const what = first.replace(/^error: /, '');
  const unknown = /^unknown option '(--?[^'=]*)/.exec(what)?.[1];
  const near = /^\(Did you mean (.*)\?\)$/.exec(more.join(' ').trim())?.[1];
  const own = unknown === undefined ? undefined : foreignFlag(unknown);
  const hint = own ?? near ?? `dicomrun ${asked === undefined ? '' : `${asked} `}--help`;
  return problemText(terminal, { code: 'CONFIG_USAGE', message: what, hint });
}

const FIRST_STEPS = `
First steps:
  dicomrun demo                                    see it work
  dicomrun new gi-routing.ts                       write a first script
  dicomrun doctor -c AET@host:port -b MY_AET       check a server
  dicomrun smoke gi-routing.ts                     the script as a smoke test
  dicomrun run gi-routing.ts --vus 50 --ramp 2m    the script as a load test`;
