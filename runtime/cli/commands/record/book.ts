// What a recording comes to: the file, the numbers, the instances if they are kept, and the script.
import { basename, join, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { bytes, plural } from '../../../metrics/numbers.ts';
import { writeOwnFile } from '../../../own-file.ts';
import type { RecordedAssociation } from '../../../recording/format.ts';
import { KeptInstances } from '../../../recording/observe/kept-instances.ts';
import { TrafficTally, type TrafficSummary } from '../../../recording/summary.ts';
import { RecordingWriter } from '../../../recording/writer.ts';
import { shellWord } from '../../terminal.ts';
import type { Terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import { replayScript } from './replay-script.ts';
import type { RecordRequest } from './request.ts';
import { summaryLines } from './summary-text.ts';

/** What replays it, in the folder of the recording. */
const SCRIPT = 'replay.ts';
/** What shows it, beside it. */
const PAGE = 'recording.html';

type Places = Pick<RecordRequest, 'folder' | 'out' | 'keepData' | 'cwd'>;

export interface RecordBookUser {
  readonly startedAt: Date;
  /** AE title that the traffic is meant for. */
  readonly to: string;
  /** Says a thing once. */
  note(text: string): void;
}

export class RecordBook {
  /** Null unless instances are kept. */
  readonly kept: KeptInstances | null;
  readonly #writer: RecordingWriter;
  readonly #tally = new TrafficTally();
  readonly #places: Places;
  readonly #user: RecordBookUser;
  #bytes = 0;
  #lost = 0;

  /** Makes the folders. @throws DicomRunError 104 */
  constructor(places: Places, user: RecordBookUser) {
    this.#places = places;
    this.#user = user;
    const { folder, out, keepData, cwd } = places;
    const onLost = (why: string): void =>
      user.note(`an instance cannot be written into ${keepData ?? ''}, bytes go on: ${why}`);
    this.kept =
      keepData === undefined
        ? null
        : begun(keepData, '--keep-data', () => new KeptInstances(resolve(cwd, keepData), onLost));
    const tool = `dicomrun ${version()}`;
    this.#writer = begun(out, '--out', () => RecordingWriter.begin(folder, { ...user, tool }));
  }

  add(association: RecordedAssociation): void {
    this.#bytes += association.bytes[0] + association.bytes[1];
    this.#tally.add(association);
    try {
      this.#writer.write(association);
    } catch (error) {
      this.#lost += 1;
      const why = (error as Error).message;
      this.#user.note(`the recording cannot be written, bytes go on: ${why}`);
    }
  }

  /** How far it is. */
  line(): string {
    return `${plural(this.#tally.operations, 'operation')}, ${bytes(this.#bytes)}`;
  }

  /** Says what was seen, and where it is. @returns whether everything was written */
  async end(terminal: Terminal): Promise<boolean> {
    this.#writer.close();
    const summary = this.#tally.summary();
    const { out, keepData } = this.#places;
    terminal.out(`${summaryLines(summary, this.#user.startedAt).join('\n')}\n`);
    const written = plural(summary.associations - this.#lost, 'association');
    terminal.out(`${out}: ${written} written${lostText(this.#lost)}\n`);
    if (this.kept !== null) {
      const { count, lost } = this.kept;
      const files = plural(count, 'instance');
      terminal.out(`${keepData ?? ''}: ${files} written${lostText(lost)}: patients' data\n`);
    }
    if (summary.associations > 0) await this.#page(terminal, summary);
    if (summary.operations > 0) this.#script(terminal, summary);
    return this.#lost === 0 && (this.kept?.lost ?? 0) === 0;
  }

  async #page(terminal: Terminal, summary: TrafficSummary): Promise<void> {
    // Only here: the page is heavy, and recording goes on for hours before it is asked for.
    const { recordingPage } = await import('./page.ts');
    const name = basename(this.#places.folder);
    const page = (): string => recordingPage(name, this.#writer.header, summary);
    if (!this.#writes(terminal, PAGE, page)) return;
    terminal.out(`for a browser: ${join(this.#places.out, PAGE)}\n`);
  }

  #script(terminal: Terminal, summary: TrafficSummary): void {
    if (!this.#writes(terminal, SCRIPT, () => replayScript(summary))) return;
    terminal.out(`next: dicomrun inspect ${shellWord(join(this.#places.out, SCRIPT))}\n`);
  }

  #writes(terminal: Terminal, name: string, text: () => string): boolean {
    try {
      writeOwnFile(join(this.#places.folder, name), text());
      return true;
    } catch (error) {
      terminal.err(`warn: ${name} cannot be written: ${(error as Error).message}\n`);
      return false;
    }
  }
}

function begun<T>(folder: string, flag: string, begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RECORD',
      message: `${folder} cannot be written: ${(error as Error).message}`,
      hint: `name another folder with ${flag}`,
    });
  }
}

function lostText(lost: number): string {
  return lost === 0 ? '' : `, ${lost} lost`;
}
