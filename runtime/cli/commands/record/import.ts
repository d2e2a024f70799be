// Makes a recording out of a capture.
import { basename } from 'node:path';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { CapturedTraffic } from '../../../recording/capture/captured-traffic.ts';
import { readCapture } from '../../../recording/capture/tshark.ts';
import type { Terminal } from '../../terminal.ts';
import { RecordBook } from './book.ts';
import { notes, patientsData, unreadNote } from './notes.ts';
import type { CaptureRequest } from './request.ts';

/** @returns whether everything was written @throws DicomRunError 104 */
export async function importCapture(terminal: Terminal, request: CaptureRequest): Promise<boolean> {
  const { file, port, keepData } = request;
  const note = notes(terminal);
  if (keepData !== undefined) terminal.err(patientsData(keepData));
  const made: { book?: RecordBook; traffic?: CapturedTraffic } = {};
  const complaint = await captured(request, {
    onStart: (epochMs) => {
      const book = new RecordBook(request, { startedAt: new Date(epochMs), to: '', note });
      made.book = book;
      made.traffic = new CapturedTraffic({
        kept: book.kept,
        onAssociation: (association) => {
          if (association.unread !== undefined) note(unreadNote(association.unread));
          book.add(association);
        },
      });
    },
    onPacket: (packet) => made.traffic?.packet(packet),
  });
  if (made.book === undefined) {
    const why = complaint === '' ? `no TCP packet of port ${port} is in it` : complaint;
    throw wrong(`${basename(file)}: ${why}`, '--port names the port that the acceptor listens on');
  }
  if (complaint !== '') note(`${basename(file)} is read up to here: ${complaint}`);
  made.traffic?.end();
  return made.book.end(terminal);
}

async function captured(
  { file, port }: CaptureRequest,
  user: Parameters<typeof readCapture>[2],
): Promise<string> {
  try {
    return await readCapture(file, port, user);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw wrong('tshark is not there: it reads captures', 'install Wireshark or tshark');
  }
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_RECORD', message, hint });
}
