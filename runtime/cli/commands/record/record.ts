// Records until it is told to stop, then says what it has seen.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isLoopback } from '../../../config/values/address.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { bytes, plural } from '../../../metrics/numbers.ts';
import { Forwarder } from '../../../recording/forward/forwarder.ts';
import { TrafficTally, type TrafficSummary } from '../../../recording/summary.ts';
import { RecordingWriter } from '../../../recording/writer.ts';
import { writeOwnFile } from '../../../own-file.ts';
import { showLive } from '../../live-line.ts';
import type { Terminal } from '../../terminal.ts';
import { untilSignal } from '../../until-signal.ts';
import { version } from '../../version.ts';
import { replayScript } from './replay-script.ts';
import type { RecordRequest } from './request.ts';
import { summaryLines } from './summary-text.ts';

/** What replays it, in the folder of the recording. */
const SCRIPT = 'replay.ts';
/** Associations that are open at the end get so long to come to theirs. */
const DRAIN_MS = 30_000;

/** @returns whether everything was written */
export async function record(terminal: Terminal, request: RecordRequest): Promise<boolean> {
  const startedAt = new Date();
  const tally = new TrafficTally();
  const forwarded: [number, number] = [0, 0];
  const writer = beginFile(request, startedAt);
  const note = notes(terminal);
  let lost = 0;
  const forwarder = await openForwarder({
    listen: request.listen,
    to: request.to,
    ...(request.tls === undefined ? {} : { tls: request.tls }),
    onTlsFailure: (why) => note(`a requestor's TLS failed: ${why}`),
    startedAt: performance.now(),
    onUnreachable: (why) => note(`${request.to.host}:${request.to.port} is not reached: ${why}`),
    onAssociation: (association) => {
      forwarded[0] += association.bytes[0];
      forwarded[1] += association.bytes[1];
      if (association.unread !== undefined) note(unreadNote(association.unread));
      tally.add(association);
      try {
        writer.write(association);
      } catch (error) {
        lost += 1;
        note(`the recording cannot be written, bytes go on: ${(error as Error).message}`);
      }
    },
  });
  terminal.out(introduction(request, forwarder.port));
  terminal.err(request.forMs === undefined ? 'Ctrl-C ends it\n' : '');
  const live = (): string =>
    `${plural(forwarder.connections, 'association')}, ${forwarder.open} open, ` +
    `${plural(tally.operations, 'operation')}, ${bytes(forwarded[0] + forwarded[1])}`;
  const end = request.quiet ? () => undefined : showLive(terminal, live);
  await untilSignal(terminal, request.forMs);
  end();
  await drain(terminal, forwarder);
  writer.close();
  tell(terminal, request, { summary: tally.summary(), startedAt, lost });
  return lost === 0;
}

/** What was seen, and where it is. */
function tell(
  terminal: Terminal,
  request: RecordRequest,
  { summary, startedAt, lost }: { summary: TrafficSummary; startedAt: Date; lost: number },
): void {
  terminal.out(`${summaryLines(summary, startedAt).join('\n')}\n`);
  const written = plural(summary.associations - lost, 'association');
  terminal.out(`${request.out}: ${written} written\n`);
  if (summary.operations > 0) writeScript(terminal, request, summary);
}

function writeScript(terminal: Terminal, { folder, out }: RecordRequest, summary: TrafficSummary) {
  try {
    writeOwnFile(join(folder, SCRIPT), replayScript(summary));
    terminal.out(`next: dicomrun inspect ${join(out, SCRIPT)}\n`);
  } catch (error) {
    terminal.err(`warn: ${SCRIPT} cannot be written: ${(error as Error).message}\n`);
  }
}

function beginFile({ folder, to, out }: RecordRequest, startedAt: Date): RecordingWriter {
  try {
    const tool = `dicomrun ${version()}`;
    return RecordingWriter.begin(folder, { startedAt, to: to.aet, tool });
  } catch (error) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RECORD',
      message: `${out} cannot be written: ${(error as Error).message}`,
      hint: 'name another folder with --out',
    });
  }
}

async function openForwarder(options: Parameters<typeof Forwarder.open>[0]): Promise<Forwarder> {
  try {
    return await Forwarder.open(options);
  } catch (error) {
    const { host, port } = options.listen;
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_PORT',
      message: inUse ? `port ${port} is in use` : `${host}:${port}: ${(error as Error).message}`,
      hint: 'choose another with --listen, or 0 for any free one',
    });
  }
}

function introduction({ listen, to, out }: RecordRequest, port: number): string {
  const only = isLoopback(listen.host)
    ? ` (only from this machine; --listen 0.0.0.0:${port} for others)`
    : '';
  return (
    `listens on ${listen.host}:${port}${only}, forwards to ${to.aet}@${to.host}:${to.port}\n` +
    `records into ${out}, without attribute values and UIDs\n`
  );
}

function unreadNote(why: string): string {
  return why === 'TLS'
    ? 'TLS is passed on unread; --tls would end it here and read it'
    : `a connection is passed on, but cannot be read: ${why}`;
}

/** Each text once. */
function notes(terminal: Terminal): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text) || said.size > 100) return;
    said.add(text);
    terminal.err(`warn: ${text}\n`);
  };
}

async function drain(terminal: Terminal, forwarder: Forwarder): Promise<void> {
  const drained = forwarder.drain();
  if (forwarder.open > 0) {
    const open = plural(forwarder.open, 'association');
    terminal.err(`waiting for ${open} to end, up to 30 s; Ctrl-C again cuts\n`);
    await Promise.race([drained, untilSignal(terminal, DRAIN_MS)]);
    forwarder.cut();
  }
  await drained;
}
