// `run --reporter junit=FILE`: what CI servers read of a load test. The forms of `smoke` that tell
// cases one by one stay with `smoke`.
import { dirname, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { makeFolders } from '../../make-folders.ts';
import type { Summary } from '../../metrics/summary.ts';
import { writeNamedFile } from '../../own-file.ts';
import { problemText } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';

/**
 * The files that `--reporter` names, and their folders made: before the run, so that a wrong path is
 * not told after an hour.
 *
 * @throws DicomRunError 104
 */
export function junitFiles(given: readonly string[], terminal: Terminal): readonly string[] {
  return given.map((text) => {
    const [, file = ''] = /^junit=(.+)$/.exec(text) ?? [];
    if (file === '') {
      throw bad(`"${text}" is none of run`, 'a load test has --reporter junit=FILE');
    }
    try {
      makeFolders(dirname(resolve(terminal.cwd, file)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw bad(`the folder of "${file}" cannot be made: ${why}`, 'name a folder you may write');
    }
    return resolve(terminal.cwd, file);
  });
}

/** Writes the run as JUnit XML, and returns the exit code of both: the verdict's, unless it is 0. */
export async function writeJunit(
  files: readonly string[],
  summary: Summary,
  terminal: Terminal,
): Promise<number> {
  const { exitCode } = summary.verdict;
  if (files.length === 0) return exitCode;
  const { renderJunit } = await import('../../report/junit.ts');
  const text = renderJunit(summary);
  const written = files.map((file) => writeReporter(terminal, file, text));
  return exitCodeWith(exitCode, written);
}

/** False when it could not be written, which is told: the tests are over, and their verdict stays. */
export function writeReporter(
  terminal: Terminal,
  file: string,
  text: string,
  mode?: number,
): boolean {
  try {
    writeNamedFile(resolve(terminal.cwd, file), text, mode);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `--reporter: "${file}" cannot be written: ${why}`;
    const hint = 'name another place, or make room and permissions there';
    terminal.err(problemText(terminal, { code: 'REPORTER_FILE', message, hint }));
    return false;
  }
}

/** A CI server that reads the file must not find a success without it. */
export function exitCodeWith(exitCode: number, written: readonly boolean[]): number {
  return exitCode === ExitCode.OK && written.includes(false) ? ExitCode.OUTPUT_LOST : exitCode;
}

function bad(why: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_REPORTER',
    message: `flag --reporter: ${why}`,
    hint,
  });
}
