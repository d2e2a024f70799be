// The flags that say whom to talk to, in our words and in dcmtk's.
import type { Command } from 'commander';
import { flagHelp } from '../../config/option-table.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { connectFrom } from '../argv.ts';
import { type FlagValues, speltAs } from './given-flags.ts';

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
