// The finished parts of one plan, each in a folder of its own: read, and refused unless they are all
// parts of it, every one once.
import { basename } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { OpenRecord, RunRecord } from '../format.ts';
import { restoreRun } from '../restore.ts';
import type { RestoredRun } from '../restore.ts';

export interface Part extends RestoredRun {
  readonly dir: string;
  /** `part 2 of 3`. */
  readonly name: string;
  /** From 0. */
  readonly index: number;
  readonly of: number;
  readonly open: readonly OpenRecord[];
  /** Last second with rows, since the part's own t0; -1 without any. */
  readonly lastAt: number;
}

/** All parts that have something to do, in their order. @throws DicomRunError 104: one is missing, there twice, or of another plan. */
export function readParts(dirs: readonly string[]): readonly Part[] {
  const parts = dirs.map(readPart).sort((a, b) => a.index - b.index);
  const [first] = parts;
  if (first === undefined) throw refused('there is nothing to merge', GIVE_ALL);
  for (const part of parts) mustFit(part, first);
  for (const [at, part] of parts.entries()) {
    const before = parts[at - 1];
    if (before?.index !== part.index) continue;
    const what = `${part.name} is there twice: ${before.dir} and ${part.dir}`;
    throw refused(what, 'give each part once');
  }
  const idle = (first.run.idle ?? []).map((part) => part - 1);
  const given = new Set([...parts.map(({ index }) => index), ...idle]);
  const gone = Array.from({ length: first.of }, (_, i) => i).filter((i) => !given.has(i));
  if (gone.length > 0) throw missing(gone, first.of);
  mustHaveMet(parts);
  return parts;
}

const GIVE_ALL = 'give the folders of all parts: dicomrun merge results/nightly-part-*';

function readPart(dir: string): Part {
  const open: OpenRecord[] = [];
  let lastAt = -1;
  const restored = restoreRun(dir, (record) => {
    if (record.k === 'open') open.push(record);
    if (record.k === 'rows') lastAt = record.at;
  });
  const [place, of] = (restored.run.part ?? '').split('/').map(Number);
  if (place === undefined || of === undefined) {
    const what = `${dir} is a whole run, not a part of one`;
    throw refused(what, 'parts are made with --execution-segment; see: dicomrun help many-hosts');
  }
  const name = `part ${place} of ${of}`;
  return { ...restored, dir, name, index: place - 1, of, open, lastAt };
}

/** What all parts of a plan have in common, and how its difference is told. */
const COMMON: readonly (readonly [what: string, of: (run: RunRecord) => unknown])[] = [
  ['it is divided otherwise', ({ part, widths }) => [part?.split('/')[1], widths]],
  ['another script', scriptOf],
  ['another version of dicomrun', ({ version }) => version],
  ['a smoke test, not a load test', ({ mode }) => mode],
  ['other scenarios', scenariosOf],
  ['other thresholds', ({ thresholds }) => thresholds],
];

function mustFit(part: Part, first: Part): void {
  for (const [what, of] of COMMON) {
    if (JSON.stringify(of(part.run)) === JSON.stringify(of(first.run))) continue;
    throw refused(
      `${part.dir} (${part.name}) is no part of the plan of ${first.dir} (${first.name}): ${what}`,
      'merge parts of one plan: the same script, options and division in all of them',
    );
  }
}

/** The state of its text where the log says it, else its name. */
function scriptOf({ script, settings = [] }: RunRecord): string {
  const origin = settings.find(({ path }) => path === 'script')?.origin ?? '';
  return /SHA-256 [0-9a-f]+/.exec(origin)?.[0] ?? basename(script);
}

function scenariosOf({ plan }: RunRecord): unknown {
  return typeof plan === 'object' && plan !== null && 'scenarios' in plan ? plan.scenarios : null;
}

/** Of different test ids are only those one run that went on at the same time. */
function mustHaveMet(parts: readonly Part[]): void {
  const [first] = parts;
  const other = parts.find(({ run }) => run.id !== first?.run.id);
  if (first === undefined || other === undefined || atOnce(parts)) return;
  throw refused(
    `${other.dir} (${other.name}) belongs to test id ${other.run.id}, ${first.dir} to ` +
      `${first.run.id}, and they did not run at the same time`,
    'give all parts the same --testid',
  );
}

/** Whether there was a moment in which all of them ran; those that do nothing are not counted. */
export function atOnce(parts: readonly Part[]): boolean {
  const busy = parts.filter(({ lastAt, summary }) => lastAt >= 0 && summary.execution.vus > 0);
  const begun = Math.max(...busy.map(({ run }) => run.t0));
  return busy.every(({ run, summary }) => run.t0 + summary.run.durationMs >= begun);
}

function missing(gone: readonly number[], of: number): DicomRunError {
  const shown = gone.slice(0, MOST_NAMED).map((index) => index + 1);
  const more = gone.length > MOST_NAMED ? ` and ${gone.length - MOST_NAMED} more` : '';
  const what =
    gone.length === 1
      ? `part ${shown.join()} of ${of} is missing`
      : `parts ${shown.join(', ')}${more} of ${of} are missing`;
  return refused(what, GIVE_ALL);
}

const MOST_NAMED = 10;

function refused(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'MERGE_PARTS', message, hint });
}
