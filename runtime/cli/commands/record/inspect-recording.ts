// `dicomrun inspect FOLDER` of a recording: what it holds, and how many associations were open when.
import { resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { drawSteps } from '../../../executors/chart.ts';
import { readRecording, RecordingError } from '../../../recording/reader.ts';
import { TrafficTally, type TrafficSummary } from '../../../recording/summary.ts';
import { RecordingWriter } from '../../../recording/writer.ts';
import { needsAscii } from '../../run/print-summary.ts';
import type { Terminal } from '../../terminal.ts';
import { summaryLines } from './summary-text.ts';

const NS_PER_MS = 1e6;

export function isRecording(terminal: Terminal, folder: string): boolean {
  return RecordingWriter.isThere(resolve(terminal.cwd, folder));
}

/** @throws DicomRunError 104 */
export function inspectRecording(terminal: Terminal, folder: string, asJson: boolean): void {
  const tally = new TrafficTally();
  const header = read(folder, () =>
    readRecording(resolve(terminal.cwd, folder), ({ association }) => tally.add(association)),
  );
  const summary = tally.summary();
  if (asJson) {
    terminal.out(`${JSON.stringify({ ...header, ...summary }, null, 2)}\n`);
    return;
  }
  const lines = [
    ...summaryLines(summary, new Date(header.startedAt)),
    ...curveLines(summary, needsAscii(terminal.env)),
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

function curveLines({ associations, curve }: TrafficSummary, ascii: boolean): string[] {
  if (associations === 0) return [];
  const { bucketMs, open } = curve;
  const bucketNs = bucketMs * NS_PER_MS;
  const steps = open.map((vus, at) => ({ atNs: at * bucketNs, vus }));
  return [
    'associations open at once:',
    ...drawSteps([...steps, { atNs: open.length * bucketNs, vus: 0 }], { ascii }),
  ];
}

function read<T>(folder: string, what: () => T): T {
  try {
    return what();
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RECORD',
      message: `${folder}: ${error.message}`,
      hint: 'a folder that `dicomrun record` has written',
    });
  }
}
