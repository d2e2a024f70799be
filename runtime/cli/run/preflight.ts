// One C-ECHO before the run, and what the web is asked: a wrong address or title is said once, not per VU.
import { statusHex } from '../../dicom/dimse/status.ts';
import { peerText } from '../../dicom/failure-text.ts';
import type { Target } from '../../config/types.ts';
import type { RunContext } from '../../conductor/run-types.ts';
import { asksForTarget } from '../../conductor/share.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { PeerSpec } from '../../threads/vu.ts';
import type { PeerAddress } from '../wire/client.ts';
import { webPreflight } from '../web/preflight.ts';

const CALLING_AET = 'DICOMRUN';
const NO_VERIFICATION =
  'it may take other services all the same: --no-preflight leaves this check out';
const LIMITS = { connectMs: 5_000, tlsMs: 5_000, associateMs: 10_000, responseMs: 10_000 };

/** Whom the preflight asks; null when there is nobody to ask. @throws DicomRunError 104 */
export function preflightPeer(context: RunContext): PeerAddress | null {
  const { options, targets, loaded } = context;
  if (targets.webTarget === null && loaded.webServers.some(({ usesTarget }) => usesTarget)) {
    throw noWebTarget();
  }
  if (asksForTarget(loaded.peers)) {
    if (targets.target === null) throw noTarget();
    return options.preflight && !context.embedded ? routed(context, targets.target) : null;
  }
  return options.preflight ? onlyPeer(loaded.peers) : null;
}

/** The target by the route that the script's first peer takes. */
function routed({ targets, loaded, options }: RunContext, target: Target): PeerAddress {
  const asking = loaded.peers.find((peer) => peer.usesTarget && peer.use === undefined);
  const name = asking?.route ?? options.route;
  const route = name === null || name === undefined ? undefined : targets.routes[name];
  const own = {
    ...(asking?.calledAET === undefined ? {} : { calledAET: asking.calledAET }),
    ...(asking?.callingAET === undefined ? {} : { callingAET: asking.callingAET }),
  };
  return withTls({ ...target, ...definedRoute(route), ...own }, asking?.tls);
}

function definedRoute(route: RunContext['targets']['routes'][string] | undefined) {
  if (route === undefined) return {};
  const { calledAET, callingAET, host, port } = route;
  return {
    calledAET,
    callingAET,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

/**
 * The peer that a script names itself, when it is the only one: with several, some may be meant to
 * refuse.
 */
function onlyPeer(peers: readonly PeerSpec[]): PeerAddress | null {
  const [first, ...more] = peers;
  if (first === undefined || more.length > 0) return null;
  const { host, port, calledAET, callingAET = CALLING_AET, tls } = first;
  if (host === undefined || port === undefined || calledAET === undefined) return null;
  return withTls({ host, port, calledAET, callingAET }, tls);
}

/** What the script says of TLS wins over the target's; `false` is none. */
function withTls(peer: PeerAddress, own: PeerSpec['tls']): PeerAddress {
  if (own === undefined) return peer;
  const { tls: _, ...plain } = peer;
  if (own === false) return plain;
  return { ...plain, tls: own === true ? {} : own };
}

function noTarget(): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NO_TARGET',
    message: 'the script asks for the configured target, and none is configured',
    hint: '--embedded for a router and archive inside this program, or -c AET@host:port',
  });
}

function noWebTarget(): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NO_TARGET',
    message: 'the script asks for the configured web target, and none is configured',
    hint: '--embedded for an archive inside this program, or --web-target http://host:port/dicom-web',
  });
}

/**
 * Opens one association and echoes, and asks the web servers for a study: each where the script uses it.
 *
 * @param folder the script's, which files of TLS are relative to
 * @returns what is worth a line in the plan
 * @throws DicomRunError 111 with the decoded reason
 */
export async function preflight(context: RunContext, folder: string): Promise<readonly string[]> {
  const [notes] = await Promise.all([webPreflight(context, folder), echoOnce(context)]);
  return notes;
}

async function echoOnce(context: RunContext): Promise<void> {
  const peer = preflightPeer(context);
  if (peer === null) return;
  const { echo, ECHO_CONTEXT, open, release } = await import('../wire/client.ts');
  const association = await open(peer, { contexts: [ECHO_CONTEXT], timeouts: LIMITS });
  try {
    const { status } = await echo(association, peer, NO_VERIFICATION);
    if (status !== 0) {
      const hex = statusHex(status);
      throw new DicomRunError(ExitCode.UNREACHABLE, {
        code: `status ${hex}`,
        message: `${peerText(peer)} answered C-ECHO with status ${hex}`,
        hint: 'see the log of the peer, or leave this check out with --no-preflight',
      });
    }
  } finally {
    await release(association);
  }
}
