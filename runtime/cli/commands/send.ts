// dicomrun send PATH…: stores files as they are.
import { ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../program.ts';
import { readDurationMs } from '../flag-values.ts';
import { addPeerFlags, choosePeer, limitsOf } from '../wire/peer-flags.ts';

interface SendFlags {
  readonly timeout: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<paths...>', 'files, folders, patterns')
    .option('--json', 'one JSON line per file')
    .option('-q, --quiet', 'only the count');
  addPeerFlags(command);
  command.action(async (paths: string[], flags: SendFlags) => {
    const { peer } = await choosePeer(command, terminal, {});
    const { outcomeLine, sendFiles } = await import('../wire/send.ts');
    const totals = await sendFiles({
      peer,
      paths,
      base: terminal.cwd,
      timeouts: limitsOf(readDurationMs('--timeout', flags.timeout)),
      onFile: (outcome) => {
        if (flags.json === true) terminal.out(`${JSON.stringify(outcome)}\n`);
        else if (flags.quiet !== true || outcome.state === 'failed') {
          terminal.err(`${outcomeLine(outcome)}\n`);
        }
      },
    });
    const { sent, failed, skipped } = totals;
    if (flags.json !== true) terminal.out(`${sent} stored, ${failed} failed, ${skipped} skipped\n`);
    exit(failed > 0 || sent === 0 ? ExitCode.THRESHOLDS : ExitCode.OK);
  });
};
