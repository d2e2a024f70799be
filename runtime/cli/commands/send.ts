// dicomrun send PATH…: stores files as they are.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExitCode } from '../../errors.ts';
import { splitHostPort } from '../argv.ts';
import type { DefineCommand } from '../command.ts';
import { readDurationMs } from '../flag-values.ts';
import { addPeerFlags, choosePeer, limitsOf } from '../wire/peer-flags.ts';

interface SendFlags {
  readonly timeout: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun send ./study -c PACS@10.1.2.3:104 -b MY_AET
  dicomrun send -aec PACS -aet MY_AET 10.1.2.3 104 ./study`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<paths...>', 'files, folders, patterns; host and port first, dcmtk style')
    .option('--json', 'one JSON line per file')
    .option('-q, --quiet', 'only the count')
    .addHelpText('after', EXAMPLES);
  addPeerFlags(command);
  command.action(async (given: string[], flags: SendFlags) => {
    const isFile = (word: string) => existsSync(resolve(terminal.cwd, word));
    const { words: paths, ...where } = splitHostPort(given, isFile);
    const { peer } = await choosePeer(command, terminal, where);
    const { outcomeLine, sendFiles } = await import('../wire/send.ts');
    const hints = new Set<string>();
    const totals = await sendFiles({
      peer,
      paths,
      base: terminal.cwd,
      timeouts: limitsOf(readDurationMs('--timeout', flags.timeout)),
      onFile: (outcome) => {
        if (outcome.state === 'failed' && outcome.hint !== undefined) hints.add(outcome.hint);
        if (flags.json === true) terminal.out(`${JSON.stringify(outcome)}\n`);
        else if (flags.quiet !== true || outcome.state === 'failed') {
          terminal.err(`${outcomeLine(outcome)}\n`);
        }
      },
    });
    const { sent, failed, skipped } = totals;
    if (flags.json !== true) terminal.out(`${sent} stored, ${failed} failed, ${skipped} skipped\n`);
    for (const hint of hints) terminal.err(`  ${terminal.style('cyan', 'try:')} ${hint}\n`);
    exit(failed > 0 || sent === 0 ? ExitCode.THRESHOLDS : ExitCode.OK);
  });
};
