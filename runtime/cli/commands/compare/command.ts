// dicomrun compare BEFORE AFTER: two runs side by side, and whether the second is worse.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hintLine } from '../../problem-text.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';
import { runFolder } from '../../data/run-folder.ts';
import { needsAscii } from '../../run/print-summary.ts';
import type { Style } from '../../terminal.ts';

interface CompareFlags {
  readonly tolerance: string;
  readonly json?: boolean;
  readonly html?: string;
}

const TOLERANCE_HINT = '--tolerance 25, where runs of the same load differ by that much anyway';

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<before>', 'folder of the run that counts as good, or last~1')
    .argument('<after>', 'folder of the run to judge, or last')
    .option('--tolerance <percent>', 'worse by more than this is a regression', '10')
    .option('--json', 'as JSON: figures, what is worse besides, what makes it doubtful')
    .option('--html <file>', 'also as one HTML file that needs no network')
    .action(async (before: string, after: string, flags: CompareFlags) => {
      const [
        { readSide },
        { broke, compareRuns, doubts },
        { compareJson, compareText },
        { readCount },
      ] = await parts();
      const tolerance = readCount('--tolerance', flags.tolerance) / 100;
      const first = readSide(runFolder(before, terminal));
      const second = readSide(runFolder(after, terminal));
      const rows = compareRuns(first, second, tolerance);
      const doubtful = doubts(first, second);
      const judged = { rows, broken: broke(first, second) };
      if (flags.json === true) {
        terminal.out(compareJson(judged, doubtful));
      } else {
        const paint = (style: Style, text: string) => terminal.style(style, text, 'out');
        terminal.out(compareText(judged, paint, needsAscii(terminal.env) ? '+-' : '±'));
      }
      for (const line of doubtful) terminal.err(`${terminal.style('yellow', '!')} ${line}\n`);
      if (flags.html !== undefined) {
        const { compareHtml } = await import('./compare-html.ts');
        const sides = { before: first.summary, after: second.summary };
        const page = compareHtml({ ...sides, ...judged, doubtful });
        writePage(resolve(terminal.cwd, flags.html), flags.html, page);
        terminal.err(`written: ${flags.html}\n`);
      }
      const isWorse = rows.some(({ verdict }) => verdict === 'worse');
      if (isWorse) terminal.err(`${hintLine(terminal, TOLERANCE_HINT)}\n`);
      exit(isWorse || judged.broken.length > 0 ? ExitCode.THRESHOLDS : ExitCode.OK);
    });
};

const parts = () =>
  Promise.all([
    import('./run-side.ts'),
    import('./compare-runs.ts'),
    import('./compare-text.ts'),
    import('../../flags/flag-values.ts'),
  ]);

/** For its owner only, as a report is. */
function writePage(file: string, name: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (error) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'COMPARE_FILE',
      message: `flag --html: ${name} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'name a file that you may write',
    });
  }
}
