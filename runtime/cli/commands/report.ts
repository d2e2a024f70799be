// dicomrun report DIR: the summary of a run once more, also of one that was killed.
import { resolve } from 'node:path';
import type { Summary } from '../../metrics/summary.ts';
import { AS_USUAL, writeNamedFile } from '../../own-file.ts';
import type { DefineCommand } from '../command.ts';
import { runFolder } from '../data/run-folder.ts';
import type { Terminal } from '../terminal.ts';

interface ReportFlags {
  readonly html?: string;
  readonly json?: true | string;
  readonly junit?: string;
  readonly summaryExport?: string;
}

export const define: DefineCommand = (command, { terminal }) => {
  command
    .argument('<dir>', 'folder of a run, or last')
    .option('--html <file>', 'one HTML file that needs no network')
    .option('--json [file]', 'the whole summary as JSON, on standard output or into a file')
    .option('--junit <file>', 'test cases for CI servers')
    .option('--summary-export <file>', 'the summary in the shape of k6')
    .action(async (dir: string, flags: ReportFlags) => {
      const folder = runFolder(dir, terminal);
      const { summaryFromRunLog } = await import('../../runlog/restore.ts');
      const summary = summaryFromRunLog(folder);
      const wrote = await writeFiles(terminal, { summary, folder, flags });
      if (flags.json === true) {
        const { renderJson } = await import('../../report/json.ts');
        terminal.out(renderJson(summary));
      } else if (!wrote) {
        const { summaryText } = await import('../run/print-summary.ts');
        terminal.out(summaryText(terminal, summary));
      }
    });
};

interface Report {
  readonly summary: Summary;
  readonly folder: string;
  readonly flags: ReportFlags;
}

/** True when a file was asked for. */
async function writeFiles(
  terminal: Terminal,
  { summary, folder, flags }: Report,
): Promise<boolean> {
  const { html, json, junit, summaryExport } = flags;
  const texts: (readonly [string, string])[] = [];
  if (html !== undefined) {
    const { renderHtml } = await import('../../report/html/render.ts');
    texts.push([html, renderHtml(folder)]);
  }
  if (typeof json === 'string') {
    const { renderJson } = await import('../../report/json.ts');
    texts.push([json, renderJson(summary)]);
  }
  if (junit !== undefined) {
    const { renderJunit } = await import('../../report/junit.ts');
    texts.push([junit, renderJunit(summary)]);
  }
  if (summaryExport !== undefined) {
    const { renderK6Export } = await import('../../report/k6-export.ts');
    texts.push([summaryExport, renderK6Export(summary)]);
  }
  for (const [file, text] of texts) {
    writeNamedFile(resolve(terminal.cwd, file), text, AS_USUAL);
    terminal.err(`written: ${file}\n`);
  }
  return texts.length > 0;
}
