// What `get` and `move` share: which instances are meant, one request, and what is said of its end.
import { hintLine } from '../problem-text.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { describeFailure } from '../../dicom/failure-text.ts';
import { retrieve } from '../../dicom/scu/retrieve.ts';
import type { RetrieveOptions, RetrieveResult, SubOperations } from '../../dicom/scu/retrieve.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { Terminal } from '../terminal.ts';
import { answerText } from './answer-text.ts';
import type { PeerAddress } from './client.ts';

/** A study, a series or an instance. */
export interface RetrieveWish {
  readonly study: string;
  readonly series: string | undefined;
  readonly instance: string | undefined;
}

interface RetrieveFlags {
  readonly series?: string | undefined;
  readonly instance?: string | undefined;
}

/**
 * What was typed, before anybody is asked: a peer that is given no UID answers what it likes.
 *
 * @throws DicomRunError 104
 */
export function wishOf(
  command: 'get' | 'move',
  study: string,
  { series, instance }: RetrieveFlags,
): RetrieveWish {
  const words = { 'Study Instance UID': study, '--series': series, '--instance': instance };
  for (const [what, text] of Object.entries(words)) {
    // A list is allowed (PS3.4 §C.4.2.1.4), a wildcard is not.
    if (text === undefined || /^[\d.]{1,64}(\\[\d.]{1,64})*$/.test(text)) continue;
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_VALUE',
      message: `${command}: ${what} "${text}" is no UID (PS3.5 §9)`,
      hint: '`dicomrun find today` lists studies, `dicomrun find series UID` the series of one',
    });
  }
  return { study, series, instance };
}

/** The level, and the unique keys down to it (PS3.4 §C.4.2.1.4). */
export function wishKeys({ study, series, instance }: RetrieveWish): {
  readonly level: string;
  readonly keys: Readonly<Record<string, string>>;
} {
  const level = instance !== undefined ? 'IMAGE' : series !== undefined ? 'SERIES' : 'STUDY';
  const keys = {
    StudyInstanceUID: study,
    ...(series === undefined ? {} : { SeriesInstanceUID: series }),
    ...(instance === undefined ? {} : { SOPInstanceUID: instance }),
  };
  return { level, keys };
}

/** @throws DicomRunError 111 when there is no answer */
export async function retrieveOnce(
  association: Association,
  peer: PeerAddress,
  options: RetrieveOptions,
  onProgress: (counters: SubOperations) => void,
): Promise<RetrieveResult> {
  const result = await new Promise<RetrieveResult>((onDone) => {
    retrieve(association, options, { onProgress, onDone });
  });
  if (result.failure === null) return result;
  throw new DicomRunError(ExitCode.UNREACHABLE, describeFailure(result.failure, peer));
}

/** The final response of either stack. */
export interface RetrieveEnd extends SubOperations {
  readonly status: number;
  readonly errorComment: string;
  /** The final status is success or warning, and no sub-operation failed. */
  readonly ok: boolean;
}

/** Prints what came of it; the exit code. Where the cause is `known`, nothing is guessed about the peer. */
export function tellEnd(
  terminal: Terminal,
  service: string,
  end: RetrieveEnd,
  known = false,
): ExitCode {
  const { status, errorComment, ok } = end;
  const { text, hint } = answerText(service, status, errorComment);
  terminal.out(`${countsText(end)}; status ${text}\n`);
  const more = hint ?? (status === 0 && cameToNothing(end) ? NOTHING_FITS : undefined);
  if (more !== undefined && !known) terminal.err(`${hintLine(terminal, more)}\n`);
  return status === 0 && ok ? ExitCode.OK : ExitCode.THRESHOLDS;
}

const NOTHING_FITS = 'nothing fits these UIDs there: `dicomrun find study UID` asks for them';

/** Every counter 0: one that the peer leaves out may be anything. */
function cameToNothing({ completed, failed, warning }: SubOperations): boolean {
  return completed === 0 && (failed ?? 0) === 0 && (warning ?? 0) === 0;
}

function countsText({ completed, failed, warning }: SubOperations): string {
  const told = (count: number | null, what: string): string =>
    count === null ? `${what} not told` : `${count} ${what}`;
  return [
    told(completed, 'completed'),
    told(failed, 'failed'),
    told(warning, 'with warnings'),
  ].join(', ');
}
