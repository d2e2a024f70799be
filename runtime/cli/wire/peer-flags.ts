// `-c AET@host:port -b AET`, dcmtk's words, or the configured target, as the peer to talk to.
import { type Command, Option } from 'commander';
import type { Options } from '../../config/types.ts';
import { resolveOptions } from '../../config/resolve.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { readSources } from '../flags/config-sources.ts';
import { addConnectFlags, connectFlags, TLS_FLAGS } from '../flags/connect-flags.ts';
import { givenFlags } from '../flags/given-flags.ts';
import type { Terminal } from '../terminal.ts';
import type { PeerAddress } from './client.ts';

/** Flags of every command that talks to one peer. */
export function addPeerFlags(command: Command): Command {
  return addConnectFlags(command)
    .option('--route <name>', 'use this configured route')
    .option('--timeout <duration>', 'limit of each phase', '10s')
    .option('--env-file <file>', '.env file')
    .option('--config <file>', 'configuration file')
    .option('--profile <name>', 'profile of the configuration file');
}

/** The implementation that speaks with `--stack dcmjs-dimse`. */
const SECOND_STACK = 'dcmjs-dimse';

/** The flag of every command that can ask by another implementation. */
export function addStackFlag(command: Command): Command {
  const flag = new Option('--stack <name>', 'who speaks: ours, or one that is not ours (slow)');
  return command.addOption(flag.choices(['dicomrun', SECOND_STACK]));
}

/** Whether the flags ask for the other implementation. */
export function isSecond(flags: { readonly stack?: string }): boolean {
  return flags.stack === SECOND_STACK;
}

export interface PeerChoice<Peer = PeerAddress> {
  readonly peer: Peer;
  readonly options: Options;
}

interface Where {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  /** Flags that mean something else to the command than to the configuration. */
  readonly without?: readonly string[];
}

const CONFIG_FLAGS = [
  ...['route', 'env-file', 'config', 'profile', 'out', 'verify', 'web-target'],
  ...TLS_FLAGS,
];

export async function choosePeer(
  command: Command,
  terminal: Terminal,
  where: Where & { readonly optional: true },
): Promise<PeerChoice<PeerAddress | null>>;
/** The peer that the flags and the configuration mean. @throws DicomRunError 104 without one */
export async function choosePeer(
  command: Command,
  terminal: Terminal,
  where: Where,
): Promise<PeerChoice>;
export async function choosePeer(
  command: Command,
  terminal: Terminal,
  where: Where & { readonly optional?: true },
): Promise<PeerChoice<PeerAddress | null>> {
  const { without = [] } = where;
  const given = Object.fromEntries(
    Object.entries(givenFlags(command)).filter(
      ([name]) => CONFIG_FLAGS.includes(name) && !without.includes(name),
    ),
  );
  const flags = { ...given, ...connectFlags(command, where.host, where.port) };
  const sources = await readSources(flags, null, terminal);
  const options = resolveOptions({
    ...sources,
    mode: 'run',
    scriptOptions: null,
    exports: null,
    flags,
    env: terminal.env,
  });
  const isMissing = options.target === null && where.optional === true;
  return { peer: isMissing ? null : peerOf(options), options };
}

function peerOf(options: Options): PeerAddress {
  const { target, route, routes } = options;
  if (target === null) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_NO_TARGET',
      message: 'no peer was named, and none is configured',
      hint: '-c AET@host:port -b MY_AET, or dcmtk style: -aec AET -aet MY_AET host port',
    });
  }
  const chosen = route === null ? undefined : routes[route];
  if (chosen === undefined) return target;
  const { calledAET, callingAET, host = target.host, port = target.port } = chosen;
  return { ...target, calledAET, callingAET, host, port };
}

/** All phases get the one limit. */
export function limitsOf(timeoutMs: number) {
  return {
    connectMs: timeoutMs,
    tlsMs: timeoutMs,
    associateMs: timeoutMs,
    responseMs: timeoutMs,
    releaseMs: timeoutMs,
  };
}
