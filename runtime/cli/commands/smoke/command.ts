// dicomrun smoke SCRIPT|FOLDER…: the same scripts as smoke tests.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { flagHelp } from '../../../config/option-table.ts';
import type { DefineCommand } from '../../command.ts';
import { addConfigFlags, addTargetFlags, PHI_OK } from '../../run/run-flags.ts';
import { connectFlags } from '../../flags/connect-flags.ts';
import { collect, givenFlags, type FlagValues } from '../../flags/given-flags.ts';
import { AS_USUAL } from '../../../own-file.ts';
import { exitCodeWith, writeReporter } from '../../run/junit-file.ts';
import { applyColor } from '../../run/run-script.ts';
import type { SmokeResult } from './run-smoke.ts';
import { azureText, githubText } from '../../run/case-text.ts';
import { REPORTERS } from './reporters.ts';
import type { ReporterName } from './reporters.ts';
import { nearest } from '../../../metrics/distribution/nearest.ts';
import type { Terminal } from '../../terminal.ts';

interface SmokeFlags {
  readonly grep?: string;
  readonly label?: readonly string[];
  readonly retries: string;
  readonly bail?: boolean;
  readonly lastFailed?: boolean;
  readonly list?: boolean;
  readonly parallel: string;
  readonly timeout: string;
  readonly reporter?: readonly string[];
  readonly route?: string;
}

const EXAMPLES = `
Examples:
  dicomrun smoke gi-routing.ts --embedded
  dicomrun smoke tests/ --route all --reporter list --reporter junit=smoke.xml
  dicomrun smoke tests/ --grep archive --retries 1

Exit codes: 0 all passed, 99 something failed, 111 the target is down (cases are skipped).`;

const REPORTER_HELP = `${REPORTERS.join(', ')}; repeatable; list, too, where all go into files`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<scripts...>', 'scripts, or folders of them')
    .option('--grep <regexp>', 'only what fits: script › scenario › case')
    .option('--label <label>', 'only scripts and rows with this label; !LABEL: without', collect)
    .option('--list', 'print what would run, and run nothing')
    .option('--bail', 'stop at the first case that fails')
    .option('--last-failed', 'only what failed in the run before, in this folder')
    .option('--parallel <n>', 'scripts at the same time', '1')
    .option('--retries <n>', 'run a failed script again', '0')
    .option('--timeout <duration>', 'limit of one script', '2m')
    .option('--reporter <name[=file]>', REPORTER_HELP, collect)
    .addHelpText('after', EXAMPLES);
  addTargetFlags(command);
  addConfigFlags(command);
  command
    .optionsGroup('Results:')
    .option(...flagHelp('title'))
    .option('--results <dir>', 'where run folders are made (default results)')
    .option('--settle <duration>', 'wait for deliveries at the end (default 30s)')
    .option('--no-report', 'no HTML report, of the session or its runs')
    .option(...PHI_OK)
    .option('--trace', 'print every PDU')
    .option('--thresholds', 'judge the latency thresholds of the script, too')
    .option('--no-color', 'no colours')
    .option('--color', 'colours also where there is no terminal');
  command.action(async (scripts: string[]) => exit(await smoke(command, scripts, terminal)));
};

async function smoke(command: Command, scripts: string[], terminal: Terminal): Promise<number> {
  const own = command.opts<SmokeFlags>();
  const given = smokeFlags(givenFlags(command));
  const flags = { ...given, ...connectFlags(command, undefined, undefined) };
  applyColor(terminal, flags);
  const reporters = parseReporters(own.reporter, terminal);
  const [{ runSmoke }, select, { readCount, readDurationMs }] = await Promise.all([
    import('./run-smoke.ts'),
    import('./select.ts'),
    import('../../flags/flag-values.ts'),
  ]);
  const found = select.findScripts(scripts, terminal.cwd);
  if (found.helpers.length > 0) {
    const which = found.helpers.join(', ');
    terminal.err(`left out, no default function and no options in it: ${which}\n`);
  }
  const pattern = select.parsePattern(own.grep);
  const labels = own.label ?? [];
  if (own.list === true) {
    const { listSmoke } = await import('./list-smoke.ts');
    return listSmoke({ scripts: found.scripts, flags, labels, pattern, terminal });
  }
  const result = await runSmoke({
    scripts: found.scripts,
    routes: await routesOf(own.route, flags, terminal),
    flags,
    labels,
    pattern,
    bail: own.bail === true,
    lastFailed: own.lastFailed === true,
    parallel: readCount('--parallel', own.parallel),
    retries: readCount('--retries', own.retries),
    timeoutMs: readDurationMs('--timeout', own.timeout),
    terminal,
  });
  const written = await report(result, reporters, terminal);
  await tellPage(result, flags, terminal);
  return exitCodeWith(result.exitCode, written);
}

/** To standard error: standard output may be a document. */
async function tellPage(
  { session, exitCode }: SmokeResult,
  flags: FlagValues,
  terminal: Terminal,
): Promise<void> {
  const { writeSessionReport } = await import('./session-report.ts');
  const page = writeSessionReport(session, { exitCode, flags, terminal });
  if (page !== null) terminal.err(`report of all, for a browser: ${page}\n`);
}

const OWN_FLAGS = [
  ...['grep', 'label', 'retries', 'timeout', 'reporter', 'route'],
  ...['list', 'bail', 'lastFailed', 'last-failed', 'parallel'],
];

/** The flags that the configuration knows. */
function smokeFlags(given: FlagValues): FlagValues {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !OWN_FLAGS.includes(name)));
}

/** `--route all`, or names separated by commas. */
async function routesOf(
  given: string | undefined,
  flags: FlagValues,
  terminal: Terminal,
): Promise<readonly (string | null)[]> {
  if (given === undefined) return [null];
  if (given !== 'all') return given.split(',').map((name) => name.trim());
  const { effectiveOptions } = await import('../config.ts');
  const { routes } = await effectiveOptions(undefined, flags, terminal);
  const names = Object.keys(routes);
  if (names.length > 0) return names;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_ROUTE',
    message: 'flag --route all: no routes are configured',
    hint: 'set REMOTE_AE_<X> and LOCAL_AE_<X> in .env, or routes in dicomrun.config.ts',
  });
}

interface Reporter {
  readonly name: ReporterName;
  readonly file: string | null;
  /** To standard error: standard output is a document for programs. */
  readonly aside?: boolean;
}

const LIST: Reporter = { name: 'list', file: null };
const DOCUMENTS: ReadonlySet<ReporterName> = new Set(['junit', 'json', 'csv', 'tap']);

function parseReporters(
  given: readonly string[] | undefined,
  terminal: Terminal,
): readonly Reporter[] {
  const named = (given ?? []).map((text): Reporter => {
    const [name = '', ...rest] = text.split('=');
    const file = rest.length === 0 ? null : rest.join('=');
    const known = REPORTERS.find((one) => one === name);
    if (known !== undefined) return { name: known, file };
    const near = nearest(name, REPORTERS);
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_REPORTER',
      message: `flag --reporter: there is no reporter "${name}"`,
      hint: near === null ? REPORTERS.join(', ') : `--reporter ${near}`,
    });
  });
  // Files are for programs: whoever typed the command still reads what came of it.
  const reporters = named.every(({ file }) => file !== null) ? [LIST, ...named] : named;
  const has = (name: ReporterName) => reporters.some((one) => one.name === name);
  const aside = reporters.some(({ name, file }) => file === null && DOCUMENTS.has(name));
  const auto: Reporter[] = [];
  if (terminal.env['GITHUB_ACTIONS'] === 'true' && !has('github')) {
    auto.push({ name: 'github', file: null, aside });
  }
  if (terminal.env['TF_BUILD'] !== undefined && !has('azure')) {
    auto.push({ name: 'azure', file: null, aside });
  }
  return [...reporters, ...auto];
}

/** Whether each of the files could be written. */
async function report(
  result: SmokeResult,
  reporters: readonly Reporter[],
  terminal: Terminal,
): Promise<readonly boolean[]> {
  const forms = await import('./reporters.ts');
  const { junit, session: _, ...outcome } = result;
  const paint: Parameters<typeof forms.listText>[1] = (style, text) =>
    terminal.style(style, text, 'out');
  const texts: Readonly<Record<ReporterName, () => string>> = {
    list: () => forms.listText(outcome, paint),
    dot: () => forms.dotText(outcome, paint),
    junit: () => forms.mergeJunit(junit),
    github: () => githubText(outcome),
    azure: () => azureText(outcome),
    json: () => forms.jsonText(outcome),
    csv: () => forms.csvText(outcome),
    tap: () => forms.tapText(outcome),
  };
  const written: boolean[] = [];
  for (const { name, file, aside } of reporters) {
    const text = texts[name]();
    if (aside === true) terminal.err(text);
    else if (file === null) terminal.out(text);
    else written.push(writeReporter(terminal, file, text, AS_USUAL));
  }
  return written;
}
