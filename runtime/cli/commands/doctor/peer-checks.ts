// The way to a peer and what it can do: name, TCP, association, echo, contexts.
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { queryClass } from '../../../dicom/dimse/services.ts';
import { describeFailure, nagleHint, peerText } from '../../../dicom/failure-text.ts';
import { echoRequest, VERIFICATION_SOP_CLASS } from '../../../dicom/scu/requests.ts';
import type { Accepted } from '../../../dicom/ul/associate.ts';
import type { Timeouts } from '../../../dicom/ul/associate-request.ts';
import type { Association } from '../../../dicom/ul/association.ts';
import { attempt, ECHO_CONTEXT, IMPLICIT_LITTLE, release, request } from '../../wire/client.ts';
import type { PeerAddress } from '../../wire/client.ts';
import type { Diagnosis } from './finding.ts';

const ECHOES = 5;
const PROPOSED_WINDOW = 16;

export interface PeerCheck {
  readonly peer: PeerAddress;
  readonly timeouts: Partial<Timeouts>;
  readonly timeoutMs: number;
}

/** Name and TCP; a finding that failed ends the rest. */
export async function checkNetwork({ peer, timeoutMs }: PeerCheck): Promise<readonly Diagnosis[]> {
  const findings: Diagnosis[] = [];
  if (isIP(peer.host) === 0) {
    const name = await checkName(peer.host);
    findings.push(name);
    if (name.state === 'fail') return findings;
  }
  findings.push(await checkTcp(peer, timeoutMs));
  return findings;
}

async function checkName(host: string): Promise<Diagnosis> {
  const check = 'name';
  try {
    const addresses = await lookup(host, { all: true });
    const list = addresses.map(({ address }) => address).join(', ');
    return { check, state: 'ok', text: `${host} is ${list}` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const hint = 'check the spelling, or use the address';
    return { check, state: 'fail', text: `${host} is not known (${code})`, hint };
  }
}

function checkTcp(peer: PeerAddress, timeoutMs: number): Promise<Diagnosis> {
  const check = 'tcp';
  const startedAt = performance.now();
  const where = `${peer.host}:${peer.port}`;
  return new Promise((resolve) => {
    const socket = connect({ host: peer.host, port: peer.port });
    const end = (finding: Diagnosis) => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(timeoutMs, () =>
      end({
        check,
        state: 'fail',
        text: `${where}: no answer within ${timeoutMs / 1000} s`,
        hint: 'a firewall drops packets, or the address is wrong',
      }),
    );
    socket.on('connect', () => {
      const ms = (performance.now() - startedAt).toFixed(1);
      end({ check, state: 'ok', text: `${where} connected in ${ms} ms` });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const failure = {
        kind: 'transport',
        code: `TCP_${error.code ?? 'ERROR'}`,
        message: error.message,
        phase: 'connect',
      } as const;
      const { hint } = describeFailure(failure, peer);
      const more = hint === undefined ? {} : { hint };
      end({ check, state: 'fail', text: error.message, ...more });
    });
  });
}

/** An association with a wide window, and what the peer said of itself. */
export async function checkAssociation(
  check: PeerCheck,
): Promise<{ readonly finding: Diagnosis; readonly accepted: Accepted | null }> {
  const outcome = await attempt(check.peer, {
    contexts: [ECHO_CONTEXT],
    timeouts: check.timeouts,
    asyncOps: { invoked: PROPOSED_WINDOW, performed: 1 },
  });
  if (outcome.kind !== 'accepted') {
    const { message, hint } = describeFailure(outcome, check.peer);
    const more = hint === undefined ? {} : { hint };
    const isTls = outcome.kind === 'transport' && outcome.phase === 'tls';
    const step = isTls ? 'tls' : 'association';
    const finding: Diagnosis = { check: step, state: 'fail', text: message, ...more };
    return { finding, accepted: null };
  }
  const { association, answer } = outcome;
  const { implementationVersion } = answer.user as { readonly implementationVersion?: string };
  const about = [
    `accepted in ${outcome.associateMs.toFixed(1)} ms`,
    outcome.tlsMs > 0 ? `TLS ${outcome.tlsMs.toFixed(1)} ms` : '',
    `max PDU ${association.maxPdu === 0 ? 'unlimited' : association.maxPdu}`,
    `window ${association.window}`,
    implementationVersion === undefined ? '' : `peer is ${implementationVersion}`,
  ];
  const text = about.filter((part) => part !== '').join(', ');
  return { finding: { check: 'association', state: 'ok', text }, accepted: outcome };
}

/** Whether the verify target answers us, and takes queries. */
export async function checkVerify(check: PeerCheck): Promise<Diagnosis> {
  const abstractSyntax = queryClass('study', 'find');
  const find = { abstractSyntax, transferSyntaxes: [IMPLICIT_LITTLE] };
  const outcome = await attempt(check.peer, { contexts: [find], timeouts: check.timeouts });
  if (outcome.kind !== 'accepted') {
    const { message, hint } = describeFailure(outcome, check.peer);
    const more = hint === undefined ? {} : { hint };
    return { check: 'verify', state: 'fail', text: message, ...more };
  }
  const takes = outcome.association.contextFor(abstractSyntax, '') !== 0;
  await release(outcome.association);
  const where = peerText(check.peer);
  if (takes) return { check: 'verify', state: 'ok', text: `${where} takes C-FIND, Study Root` };
  const hint = 'name the AE title that answers queries: --verify AET@host:port, CFIND_AE_TITLE';
  return { check: 'verify', state: 'fail', text: `${where} offers no C-FIND, Study Root`, hint };
}

/** Five echoes, and whether the peer holds its answers back (Nagle, delayed ACK). */
export async function checkEcho(association: Association): Promise<Diagnosis> {
  const check = 'echo';
  const contextId = association.contextFor(VERIFICATION_SOP_CLASS, '');
  if (contextId === 0) {
    return { check, state: 'warn', text: 'the peer does not take the Verification SOP class' };
  }
  const times: number[] = [];
  let nagle: string | null = null;
  try {
    for (let i = 0; i < ECHOES; i++) {
      const message = echoRequest(contextId, association.maxPdu);
      const { status, durationMs, firstByte, lastByte } = await request(association, message);
      if (status !== 0) return { check, state: 'warn', text: `status ${status.toString(16)}` };
      times.push(durationMs);
      nagle ??= nagleHint(firstByte, lastByte);
    }
  } catch {
    return { check, state: 'fail', text: 'no answer; the association broke' };
  }
  times.sort((a, b) => a - b);
  const median = (times[Math.floor(times.length / 2)] ?? 0).toFixed(2);
  const text = `${times.length} of ${ECHOES}, median ${median} ms, max ${(times.at(-1) ?? 0).toFixed(2)} ms`;
  if (nagle !== null) return { check, state: 'warn', text, hint: nagle };
  return { check, state: 'ok', text };
}

export { release };
