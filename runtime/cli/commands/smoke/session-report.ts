// The HTML report over a smoke session: one page beside the folders of its runs.
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { newRunId, RESULT_FILES } from '../../../conductor/records/result-files.ts';
import { makeFolders } from '../../../make-folders.ts';
import type { CaseResult } from '../../../metrics/summary.ts';
import { writeOwnFile } from '../../../own-file.ts';
import { renderSession } from '../../../report/html/session.ts';
import { SESSION_SCHEMA } from '../../../report/html/session-data.ts';
import type { SessionRun } from '../../../report/html/session-data.ts';
import type { FlagValues } from '../../flags/given-flags.ts';
import { shownPath } from '../../terminal.ts';
import type { Terminal } from '../../terminal.ts';
import { version } from '../../version.ts';

/** Where a run left its results. */
export interface Placed {
  readonly resultsDir: string;
  readonly folder: string;
  readonly hasReport: boolean;
  readonly title: string | null;
}

/** One script of a session, by one route. */
export interface SessionPart {
  readonly script: string;
  readonly exitCode: number;
  readonly cases: readonly CaseResult[];
  /** Null when it never came to a run. */
  readonly placed: Placed | null;
}

export interface Session {
  readonly startedAt: Date;
  readonly parts: readonly SessionPart[];
  /** Scripts left out because it ended early. */
  readonly notRun: number;
}

/**
 * Writes the page, unless somebody wants no reports. A disk that fails costs the page, not the verdict.
 *
 * @returns its path as the terminal shows it; null when there is none
 */
export function writeSessionReport(
  { startedAt, parts, notRun }: Session,
  { exitCode, flags, terminal }: SessionEnd,
): string | null {
  const first = parts.find(({ placed }) => placed !== null)?.placed;
  const wanted = first?.hasReport ?? flags['no-report'] !== true;
  if (!wanted) return null;
  const home = resolve(terminal.cwd, first?.resultsDir ?? textOf(flags['results']) ?? 'results');
  const id = newRunId(startedAt.getTime(), 'smoke', Math.random());
  const file = join(home, `${id}.html`);
  try {
    makeFolders(home, 0o755);
    const html = renderSession({
      schema: SESSION_SCHEMA,
      id,
      title: textOf(flags['title']) ?? commonTitle(parts),
      version: version(),
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      exitCode,
      notRun,
      runs: parts.map((part) => runOf(part, home)),
    });
    writeOwnFile(file, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.err(`warning: no HTML report over the session: ${why}\n`);
    return null;
  }
  return shownPath(terminal, file);
}

interface SessionEnd {
  readonly exitCode: number;
  readonly flags: FlagValues;
  readonly terminal: Terminal;
}

/** Of a variable, of the configuration, or of the only script. */
function commonTitle(parts: readonly SessionPart[]): string | null {
  const [title = null, ...others] = new Set(parts.map(({ placed }) => placed?.title ?? null));
  return others.length === 0 ? title : null;
}

function runOf({ script, exitCode, cases, placed }: SessionPart, home: string): SessionRun {
  const own = placed === null ? null : resolve(placed.folder, RESULT_FILES.report);
  const report = own !== null && existsSync(own) ? relative(home, own).replaceAll('\\', '/') : null;
  return { script, exitCode, cases, report };
}

const textOf = (value: FlagValues[string] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
