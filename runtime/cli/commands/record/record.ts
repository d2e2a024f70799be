// Records until it is told to stop, then says what it has seen.
import { performance } from 'node:perf_hooks';
import { isLoopback } from '../../../config/values/address.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { plural } from '../../../metrics/numbers.ts';
import { Forwarder } from '../../../recording/forward/forwarder.ts';
import { showLive } from '../../live-line.ts';
import type { Terminal } from '../../terminal.ts';
import { untilSignal } from '../../until-signal.ts';
import { RecordBook } from './book.ts';
import { notes, patientsData, unreadNote } from './notes.ts';
import type { RecordRequest } from './request.ts';

/** Associations that are open at the end get so long to come to theirs. */
const DRAIN_MS = 30_000;

/** @returns whether everything was written */
export async function record(terminal: Terminal, request: RecordRequest): Promise<boolean> {
  const note = notes(terminal);
  const book = new RecordBook(request, { startedAt: new Date(), to: request.to.aet, note });
  const forwarder = await openForwarder({
    listen: request.listen,
    to: request.to,
    ...(request.tls === undefined ? {} : { tls: request.tls }),
    ...(book.kept === null ? {} : { kept: book.kept }),
    startedAt: performance.now(),
    onTlsFailure: (why) => note(`a requestor's TLS failed: ${why}`),
    onUnreachable: (why) => note(`${request.to.host}:${request.to.port} is not reached: ${why}`),
    onAssociation: (association) => {
      if (association.unread !== undefined) note(unreadNote(association.unread));
      book.add(association);
    },
  });
  terminal.out(introduction(request, forwarder.port));
  if (request.keepData !== undefined) terminal.err(patientsData(request.keepData));
  terminal.err(request.forMs === undefined ? 'Ctrl-C ends it\n' : '');
  const live = (): string =>
    `${plural(forwarder.connections, 'association')}, ${forwarder.open} open, ${book.line()}`;
  const end = request.quiet ? () => undefined : showLive(terminal, live);
  await untilSignal(terminal, request.forMs);
  end();
  await drain(terminal, forwarder);
  return book.end(terminal);
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
