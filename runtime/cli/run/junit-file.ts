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

/** Writes the run as JUnit XML; what cannot be written is told, and the verdict stays. */
export async function writeJunit(
  files: readonly string[],
  summary: Summary,
  terminal: Terminal,
): Promise<void> {
  if (files.length === 0) return;
  const { renderJunit } = await import('../../report/junit.ts');
  const text = renderJunit(summary);
  for (const file of files) {
    try {
      writeNamedFile(file, text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `--reporter: "${file}" cannot be written: ${why}`;
      terminal.err(problemText(terminal, { code: 'REPORTER_FILE', message }));
    }
  }
}

function bad(why: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_REPORTER',
    message: `flag --reporter: ${why}`,
    hint,
  });
}
