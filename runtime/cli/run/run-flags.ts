// The flags of `run` and of what works like it. Their values travel as the user wrote them: the
// configuration parses and checks them together with every other source.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { flagHelp } from '../../config/option-table.ts';
import { OUTPUT_HELP } from '../../outputs/index.ts';
import { connectFrom, dcmtkForms } from '../argv.ts';

/** Values by the flag's long name without dashes, as written; flags that were not given are absent. */
export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Shown alike by every command that makes results. */
export const PHI_OK = flagHelp('phi-ok');

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function count(_: string, before: number | undefined): number {
  return (before ?? 0) + 1;
}

/** How the target is talked to, as flags without their dashes. */
export const TLS_FLAGS: readonly string[] = [
  'tls',
  'tls-ca',
  'tls-cert',
  'tls-key',
  'tls-server-name',
  'no-tls-verify',
];

/** Whom to talk to: every command that opens an association has these. */
export function addConnectFlags(command: Command): Command {
  return command
    .optionsGroup('Target:')
    .option('-c, --connect <aet@host:port>', 'called AE title and address of the target')
    .option('-b, --bind <aet>', 'calling AE title')
    .option('--aec <aet>', 'called AE title, with host and port as last arguments (dcmtk: -aec)')
    .option('--aet <aet>', 'calling AE title (dcmtk: -aet)')
    .option('--tls', 'TLS; the flags below ask for it, too')
    .option(...flagHelp('tls-ca'))
    .option(...flagHelp('tls-cert'))
    .option(...flagHelp('tls-key'))
    .option(...flagHelp('tls-server-name'))
    .option(...flagHelp('no-tls-verify'));
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
    .option(...flagHelp('min-iteration-duration'));
}

export function addTargetFlags(command: Command): Command {
  return addConnectFlags(command)
    .option(...flagHelp('route'))
    .option(...flagHelp('web-target'))
    .option(...flagHelp('embedded'))
    .option('--verify <aet@host:port>', 'where C-FIND verification asks')
    .option(
      '--receiver <aet=host:port>',
      'where a receiver of the script listens, repeatable',
      collect,
    )
    .option(...flagHelp('connect-backlog'))
    .option(...flagHelp('connect-rate'))
    .option(...flagHelp('no-preflight'));
}

export function addConfigFlags(command: Command): Command {
  return command
    .optionsGroup('Configuration:')
    .option('-e, --env <key=value>', 'variable for __ENV, repeatable', collect)
    .option('--env-file <file>', '.env file, repeatable, later wins', collect)
    .option('--config <file>', 'configuration file instead of the one beside the script')
    .option('--profile <name>', 'profile of the configuration file')
    .option('--tag <key=value>', 'tag on every sample, repeatable', collect)
    .option(...flagHelp('data'));
}

export function addResultFlags(command: Command): Command {
  return command
    .optionsGroup('Results:')
    .option('-o, --out <kind=target>', `${OUTPUT_HELP}, repeatable`, collect)
    .option(...flagHelp('results'))
    .option(...flagHelp('testid'))
    .option(...flagHelp('title'))
    .option(...flagHelp('summary-export'))
    .option(...flagHelp('summary-trend-stats'))
    .option(...flagHelp('summary-time-unit'))
    .option(...flagHelp('no-summary'))
    .option(...flagHelp('no-report'))
    .option(...flagHelp('no-thresholds'))
    .option(...flagHelp('strict-output'))
    .option(...flagHelp('console-output'))
    .option(...PHI_OK)
    .option(...flagHelp('ledger'))
    .option('--scrape <name=url>', 'read a Prometheus page of the target, repeatable', collect)
    .option(...flagHelp('scrape-interval'))
    .option('--web [host:port]', 'serve the live page')
    .option(...flagHelp('progress-interval'))
    .option('-q, --quiet', 'no progress; twice: errors only', count)
    .option('--no-color', 'no colours')
    .option('--color', 'colours also where there is no terminal');
}

export function addRuntimeFlags(command: Command): Command {
  return command
    .optionsGroup('Runtime:')
    .option(...flagHelp('workers'))
    .option(...flagHelp('worker-heap'))
    .option(...flagHelp('settle'))
    .option(...flagHelp('delivery-horizon'))
    .option(...flagHelp('wire-cache'))
    .option(...flagHelp('execution-segment'))
    .option(...flagHelp('execution-segment-sequence'))
    .option(...flagHelp('hang-timeout'))
    .option(...flagHelp('setup-timeout'))
    .option(...flagHelp('teardown-timeout'))
    .option(...flagHelp('no-setup'))
    .option(...flagHelp('no-teardown'))
    .option(...flagHelp('throw'))
    .option(...flagHelp('trace'));
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
