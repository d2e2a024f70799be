// Small readings at the edges of a run: what comes before its first sample and after its summary.
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Loaded } from './share.ts';

/** Between `start` and t0: for the messages to arrive in every thread. */
const HEAD_START_MS = 20;
const HEAD_START_PER_WORKER_MS = 5;
const MAX_HEAD_START_MS = 100;

/** Outputs are started in between, which may need a file or a module. */
export function headStart(workers: number, outputs: number): number {
  if (outputs > 0) return MAX_HEAD_START_MS;
  return Math.min(MAX_HEAD_START_MS, HEAD_START_MS + HEAD_START_PER_WORKER_MS * workers);
}

/** Files are read at init, before anything can be recorded. */
export function fileReads({ declarations }: Loaded): readonly number[] {
  return declarations.flatMap((one) => (one.kind === 'pool' ? (one.pool.readMs ?? []) : []));
}

/** What `handleSummary` returned, as JSON: text by file name; null for nothing of use. */
export function fileMap(json: string | null): Record<string, string | Uint8Array> | null {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return null;
  const map: Record<string, string | Uint8Array> = {};
  for (const [key, text] of Object.entries(value)) {
    const { bytes } = Object(text) as { bytes?: readonly number[] };
    map[key] = typeof text === 'string' ? text : Uint8Array.from(bytes ?? []);
  }
  return map;
}

/** Not even a summary could be made; what was recorded is there. */
export function unfinished(error: unknown, folder: string): DicomRunError {
  const message = error instanceof Error ? error.message : String(error);
  const hint = `what was recorded until then: dicomrun report ${folder}`;
  return new DicomRunError(ExitCode.INTERNAL, { code: 'INTERNAL', message, hint }, error);
}
