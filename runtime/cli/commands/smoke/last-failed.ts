// What failed in the smoke run before, in this folder: read by `--last-failed`, case by case.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { CaseResult } from '../../../metrics/summary.ts';
import type { Terminal } from '../../terminal.ts';

export interface FailedCase {
  /** `script › scenario › route`. */
  readonly suite: string;
  /** Absent: all of the suite, as what failed was not one of its cases. */
  readonly name?: string;
}

const LAST_FAILED = '.dicomrun-last-failed.json';
/** Made instead of a run whose target is down. */
export const TARGET_ANSWERS = 'target answers';

/** @throws DicomRunError 104 when nothing was noted */
export function readLastFailed(terminal: Terminal): readonly FailedCase[] {
  const file = resolve(terminal.cwd, LAST_FAILED);
  if (!existsSync(file)) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_LAST_FAILED',
      message: `flag --last-failed: there is no ${LAST_FAILED} in this folder`,
      hint: 'run the tests once without it: what fails is noted there',
    });
  }
  const noted = JSON.parse(readFileSync(file, 'utf8')) as readonly (string | FailedCase)[];
  return noted.map((one) => (typeof one === 'string' ? { suite: one } : one));
}

export function rememberFailed(terminal: Terminal, cases: readonly CaseResult[]): void {
  const bad = cases.filter(({ state, name }) => {
    return state === 'failed' || state === 'error' || name === TARGET_ANSWERS;
  });
  const text = JSON.stringify(bad.map(failedCase));
  try {
    writeFileSync(resolve(terminal.cwd, LAST_FAILED), `${text}\n`);
  } catch {
    // why: a folder that takes no file has no --last-failed; the tests are over and judged
  }
}

/** A check or a row can be run by itself; after an exception or a lost image all of it has to. */
function failedCase({ suite, name, state, properties }: CaseResult): FailedCase {
  const isRow = properties?.['start'] !== undefined;
  const isCheck = state === 'failed' && properties?.['whole'] === undefined;
  return isRow || isCheck ? { suite, name } : { suite };
}

/**
 * A pattern that fits the failed cases of a script and nothing else; null where all of it is wanted.
 *
 * @param script short name; its cases are titled `script › scenario › row`, whatever the route
 */
export function failedPattern(
  failed: readonly FailedCase[],
  { script, route }: { readonly script: string; readonly route: string | null },
): RegExp | null {
  const end = route === null ? '' : ` › ${route}`;
  const titles: string[] = [];
  for (const { suite, name } of failed) {
    const scenario = suite.endsWith(end) ? suite.slice(0, suite.length - end.length) : suite;
    if (scenario !== script && !scenario.startsWith(`${script} › `)) continue;
    if (name === undefined && scenario === script) return null;
    titles.push(name === undefined ? scenario : `${scenario}${end} › ${name}`);
    // The sandbox knows rows, and no routes.
    if (name !== undefined && end !== '') titles.push(`${scenario} › ${name}`);
  }
  const escaped = titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(?:${escaped.join('|')})(?: › .*)?$`, 'i');
}
