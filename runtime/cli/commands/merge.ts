// dicomrun merge DIR…: one summary, one verdict and one report from the finished parts of a plan.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Summary } from '../../metrics/summary.ts';
import type { Merged, Part } from '../../runlog/merge/merge.ts';
import type { DefineCommand } from '../command.ts';
import { runFolder } from '../data/run-folder.ts';
import { shellWord, shownPath } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface MergeFlags {
  readonly results?: string;
  readonly report: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun merge results/nightly-part-*             all parts of test id nightly
  dicomrun merge a/nightly-part-1-of-2 b/nightly-part-2-of-2 --results merged

How to run parts: dicomrun help many-hosts`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<dirs...>', 'folders of all parts, e.g. results/nightly-part-1-of-2 …')
    .option('--results <dir>', 'where the folder is made; default: beside the first part')
    .option('--no-report', 'no HTML report')
    .addHelpText('after', EXAMPLES)
    .action(async (dirs: readonly string[], flags: MergeFlags) => {
      const { idOf, readParts } = await import('../../runlog/merge/merge.ts');
      const folders = dirs.map((dir) => runFolder(dir, terminal));
      const parts = readParts(folders);
      const home = resolve(terminal.cwd, flags.results ?? dirname(folders[0] ?? ''));
      const folder = await makeFolder(home, `${idOf(parts)}-merged`);
      const { summary, totals } = await writeLog(terminal, { parts, folder, flags });
      const told = await writeFiles(terminal, { summary, totals, folder, flags });
      const { summaryText } = await import('../run/print-summary.ts');
      terminal.out(summaryText(terminal, told));
      exit(told.verdict.exitCode);
    });
};

async function makeFolder(home: string, name: string): Promise<string> {
  const { makeRunFolder } = await import('../../conductor/records/result-files.ts');
  const folder = join(home, name);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'MERGE_FOLDER',
      message: `${folder} is there already: these parts were merged before`,
      hint: `dicomrun report ${folder}, or merge into another place with --results DIR`,
    });
  }
  return makeRunFolder(home, name);
}

interface Work {
  readonly parts: readonly Part[];
  readonly folder: string;
  readonly flags: MergeFlags;
}

/** The log of the whole, and what it adds up to. */
async function writeLog(terminal: Terminal, { parts, folder, flags }: Work): Promise<Merged> {
  const [{ mergeParts }, { RunLogWriter }, { RESULT_FILES }, { RUNLOG_FILE }] = await Promise.all([
    import('../../runlog/merge/merge.ts'),
    import('../../runlog/writer.ts'),
    import('../../conductor/records/result-files.ts'),
    import('../../runlog/format.ts'),
  ]);
  const file = (name: string, what: string) => ({ path: join(folder, name), what });
  const files = [
    ...(flags.report ? [file(RESULT_FILES.report, 'report, for a browser')] : []),
    file(RESULT_FILES.summary, 'summary'),
    file(RUNLOG_FILE, 'run log'),
  ];
  const next = [`dicomrun report ${shellWord(shownPath(terminal, folder))}`];
  const log = new RunLogWriter(folder, (problem) => terminal.err(`! ${problem}\n`));
  try {
    return mergeParts(parts, { files, next }, (record) => {
      log.append(record);
      if (record.k === 'rows' || record.k === 'block') log.flush();
    });
  } finally {
    log.close();
  }
}

interface Result extends Merged {
  readonly folder: string;
  readonly flags: MergeFlags;
}

async function writeFiles(
  terminal: Terminal,
  { summary, totals, folder, flags }: Result,
): Promise<Summary> {
  const [{ renderJson }, { writeOwnFile }, { RESULT_FILES }] = await Promise.all([
    import('../../report/json.ts'),
    import('../../own-file.ts'),
    import('../../conductor/records/result-files.ts'),
  ]);
  const unwritten = new Set<string>();
  const write = (name: string, text: () => string): void => {
    try {
      writeOwnFile(join(folder, name), text());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      terminal.err(`! ${join(folder, name)} cannot be written: ${why}\n`);
      unwritten.add(join(folder, name));
    }
  };
  if (flags.report) {
    const { renderHtml, reportData } = await import('../../report/html/render.ts');
    write(RESULT_FILES.report, () => renderHtml(reportData(folder, { summary, totals })));
  }
  write(RESULT_FILES.summary, () => renderJson(summary));
  return { ...summary, files: summary.files.filter(({ path }) => !unwritten.has(path)) };
}
