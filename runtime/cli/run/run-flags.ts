// The flags of `run` and of what works like it. Their values travel as the user wrote them: the
// configuration parses and checks them together with every other source.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { OUTPUT_HELP } from '../../outputs/index.ts';
import { connectFrom, dcmtkForms } from '../argv.ts';

/** Values by the flag's long name without dashes, as written; flags that were not given are absent. */
export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Shown alike by every command that makes results. */
export const PHI_OK = [
  '--phi-ok',
  'results name UIDs in full and quote peers word for word',
] as const;

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function count(_: string, before: number | undefined): number {
  return (before ?? 0) + 1;
}

/** Whom to talk to: every command that opens an association has these. */
export function addConnectFlags(command: Command): Command {
  return command
    .optionsGroup('Target:')
    .option('-c, --connect <aet@host:port>', 'called AE title and address of the target')
    .option('-b, --bind <aet>', 'calling AE title')
    .option('--aec <aet>', 'called AE title, with host and port as last arguments (dcmtk: -aec)')
    .option('--aet <aet>', 'calling AE title (dcmtk: -aet)');
}

export function addLoadFlags(command: Command): Command {
  return command
    .optionsGroup('Load:')
    .option('-u, --vus <n>', 'virtual users')
    .option('--ramp <duration>', 'reach --vus in this time, then hold them for --duration')
    .option('-d, --duration <duration>', 'how long to run (after --ramp: to hold; default 1m)')
    .option('-i, --iterations <n>', 'iterations over all virtual users')
    .option('-s, --stage <duration:vus>', 'one stage of a ramp, repeatable', collect)
    .option('--scenario <name>', 'only this scenario of the script; load flags shape it')
    .option('--min-iteration-duration <duration>', 'pad shorter iterations');
}

export function addTargetFlags(command: Command): Command {
  return addConnectFlags(command)
    .option('--route <name>', 'use this configured route')
    .option('--embedded', 'run against an embedded router and archive')
    .option('--verify <aet@host:port>', 'where C-FIND verification asks')
    .option(
      '--receiver <aet=host:port>',
      'where a receiver of the script listens, repeatable',
      collect,
    )
    .option('--connect-backlog <n>', 'associations to an address not yet answered (default 50)')
    .option('--connect-rate <n>', 'associations to an address begun per second, at most')
    .option('--no-preflight', 'do not check the target before the run');
}

export function addConfigFlags(command: Command): Command {
  return command
    .optionsGroup('Configuration:')
    .option('-e, --env <key=value>', 'variable for __ENV, repeatable', collect)
    .option('--env-file <file>', '.env file, repeatable, later wins', collect)
    .option('--config <file>', 'configuration file instead of the one beside the script')
    .option('--profile <name>', 'profile of the configuration file')
    .option('--tag <key=value>', 'tag on every sample, repeatable', collect)
    .option('--data <folder>', 'data folder for files() (DICOM_ROOT_DIR)');
}

export function addResultFlags(command: Command): Command {
  return command
    .optionsGroup('Results:')
    .option('-o, --out <kind=target>', `${OUTPUT_HELP}, repeatable`, collect)
    .option('--results <dir>', 'where run folders are made (default results)')
    .option('--testid <id>', 'name of the run in every output')
    .option('--title <text>', 'what the run is called on screen, in reports and in JUnit')
    .option('--summary-export <file>', 'summary in the shape of k6')
    .option('--summary-trend-stats <list>', 'statistics of trends, e.g. avg,med,p(99)')
    .option('--summary-time-unit <unit>', 's, ms or us')
    .option('--no-summary', 'no summary on standard output')
    .option('--no-report', 'no HTML report')
    .option('--no-thresholds', 'do not judge thresholds')
    .option('--strict-output', 'exit 112 when an output lost samples')
    .option('--console-output <file>', 'console of the script into a file')
    .option(...PHI_OK)
    .option('--ledger <what>', 'what the ledger of sent instances holds: studies, instances, none')
    .option('--scrape <name=url>', 'read a Prometheus page of the target, repeatable', collect)
    .option('--scrape-interval <time>', 'time between two readings of it')
    .option('--web [host:port]', 'serve the live page')
    .option('--progress-interval <duration>', 'a progress line each so often, 0 for none')
    .option('-q, --quiet', 'no progress; twice: errors only', count)
    .option('--no-color', 'no colours')
    .option('--color', 'colours also where there is no terminal');
}

export function addRuntimeFlags(command: Command): Command {
  return command
    .optionsGroup('Runtime:')
    .option('--workers <n>', 'worker threads (default: cores - 1)')
    .option('--worker-heap <size>', 'heap of a worker (default: a share of half the memory)')
    .option('--settle <duration>', 'wait for deliveries at the end (default 30s)')
    .option('--delivery-horizon <duration>', 'an instance is missing after this (default 10m)')
    .option('--wire-cache <size>', 'encoded images kept per worker (default 256MB)')
    .option('--execution-segment <from:to>', 'run this part of the plan, e.g. 0:1/2')
    .option('--execution-segment-sequence <list>', 'all parts of the plan, e.g. 0,1/2,1')
    .option('--hang-timeout <duration>', 'interrupt a script that does not yield (default 5s)')
    .option('--setup-timeout <duration>', 'limit of setup() (default 60s)')
    .option('--teardown-timeout <duration>', 'limit of teardown() (default 60s)')
    .option('--no-setup', 'do not call setup()')
    .option('--no-teardown', 'do not call teardown()')
    .option('--throw', 'bad metric values throw')
    .option('--trace', 'print every PDU');
}

/** All flags of `run`. */
export function addRunFlags(command: Command): Command {
  addLoadFlags(command);
  addTargetFlags(command);
  addConfigFlags(command);
  addResultFlags(command);
  return addRuntimeFlags(command);
}

/** Flags that say whom to talk to, dcmtk's spelling included, as `connect` and `bind`. */
export function connectFlags(
  command: Command,
  host: string | undefined,
  port: string | undefined,
): FlagValues {
  if (host !== undefined && port === undefined) mustBeHost(host);
  const words = command.opts<{ connect?: string; bind?: string; aec?: string; aet?: string }>();
  const given: { connect?: string; aec?: string; host?: string; port?: string } = {};
  if (words.connect !== undefined) given.connect = words.connect;
  if (words.aec !== undefined) given.aec = words.aec;
  if (host !== undefined) given.host = host;
  if (port !== undefined) given.port = port;
  const connect = connectFrom(given);
  const bind = words.bind ?? words.aet;
  const spelt = speltAs(command);
  const bindAs = words.bind === undefined ? spelt.get('aet') : spelt.get('bind');
  return {
    ...(connect === undefined ? {} : { connect, 'as:connect': connectName(given, spelt) }),
    ...(bind === undefined
      ? {}
      : { bind, 'as:bind': `flag ${bindAs ?? (words.bind === undefined ? '--aet' : '--bind')}` }),
  };
}

/** `run a.ts b.ts`: the second script stands where dcmtk's host would. */
function mustBeHost(word: string): void {
  if (!/\.[cm]?[jt]s$/.test(word)) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_HOST',
    message: `"${word}" stands where a host is expected`,
    hint: 'one script at a time; `dicomrun smoke` takes several',
  });
}

/** How a message calls the target: as the user gave it. */
function connectName(
  given: { readonly connect?: string; readonly aec?: string; readonly port?: string },
  spelt: ReadonlyMap<string, string>,
): string {
  if (given.connect !== undefined) return `flag ${spelt.get('connect') ?? '--connect'}`;
  const where = given.port === undefined ? 'host' : 'host port';
  if (given.aec === undefined) return `argument ${where}`;
  return `flag ${spelt.get('aec') ?? '--aec'} with ${where}`;
}

/** Key under which the program keeps the command line, before anything was made of it. */
export const TYPED = 'typed';

/** Flags that were typed as anything but their long name: long name without dashes -> `-c`, `-aec`. */
function speltAs(command: Command): ReadonlyMap<string, string> {
  const typed = (command.parent?.getOptionValue(TYPED) ?? []) as readonly string[];
  const spelt = new Map<string, string>();
  for (const { short, long } of command.options) {
    const name = long?.replace(/^--/, '') ?? '';
    const forms = [short, ...dcmtkForms(long)].filter((form) => form !== undefined);
    const form = forms.find((one) => typed.some((token) => isForm(token, one)));
    const isLong = typed.some((token) => token === long || token.startsWith(`${long}=`));
    if (form !== undefined && !isLong) spelt.set(name, form);
  }
  return spelt;
}

/** A message that names flags, with each as it was typed: `+IR` where it says `--images-per-series`. */
export function asTyped(command: Command, text: string): string {
  const spelt = speltAs(command);
  return text.replace(/--([a-z][a-z-]*)/g, (long, name: string) => spelt.get(name) ?? long);
}

/** `-u5` is `-u`, but `-aec` is not `-a`. */
const isForm = (token: string, form: string): boolean =>
  token === form || (form.length === 2 && new RegExp(`^${form}[\\d=]`).test(token));

/** What was given on the command line, and nothing that was not. */
export function givenFlags(command: Command): FlagValues {
  const given: Record<string, string | number | boolean | readonly string[]> = {};
  const spelt = speltAs(command);
  for (const option of command.options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== 'cli') continue;
    if (key === 'aec' || key === 'aet') continue;
    const value = command.getOptionValue(key) as string | boolean;
    // `--no-x` and `--x` share one attribute: only the one that was meant counts.
    if (option.negate !== (value === false)) continue;
    const name = option.long?.replace(/^--/, '') ?? key;
    given[name] = option.negate ? true : value;
    const form = spelt.get(name);
    if (form !== undefined) given[`as:${name}`] = `flag ${form}`;
  }
  return given;
}
