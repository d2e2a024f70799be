// dicomrun report DIR: the summary of a run once more, also of one that was killed.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DefineCommand } from '../program.ts';

interface Flags {
  readonly json?: true | string;
}

export const define: DefineCommand = (command, { terminal }) => {
  command
    .argument('<dir>', 'folder of a run, e.g. results/20261121-041200-gi-routing-7f3a')
    .option('--json [file]', 'the whole summary as JSON, on standard output or into a file')
    .option('--summary-export <file>', 'the summary in the shape of k6')
    .action(async (dir: string, flags: Flags & { summaryExport?: string }) => {
      const [{ summaryFromRunLog }, { renderJson }, { renderK6Export }, { summaryText }] =
        await Promise.all([
          import('../../runlog/restore.ts'),
          import('../../report/json.ts'),
          import('../../report/k6-export.ts'),
          import('../print-summary.ts'),
        ]);
      const summary = summaryFromRunLog(resolve(terminal.cwd, dir));
      const write = (file: string, text: string) => {
        writeFileSync(resolve(terminal.cwd, file), text);
        terminal.err(`written: ${file}\n`);
      };
      if (flags.summaryExport !== undefined) write(flags.summaryExport, renderK6Export(summary));
      if (flags.json === true) terminal.out(renderJson(summary));
      else if (flags.json !== undefined) write(flags.json, renderJson(summary));
      else if (flags.summaryExport === undefined) terminal.out(summaryText(terminal, summary));
    });
};
