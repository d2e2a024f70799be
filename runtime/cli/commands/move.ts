// dicomrun move STUDY_UID --to AET: C-MOVE of a study, a series or an instance.
import type { SubOperations } from '../../dicom/scu/retrieve.ts';
import { hintLine } from '../problem-text.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { splitHostPort } from '../argv.ts';
import type { DefineCommand } from '../command.ts';
import { readDurationMs, readTitle } from '../flag-values.ts';
import { answerText } from '../wire/answer-text.ts';
import { addPeerFlags, addStackFlag, choosePeer, isSecond, limitsOf } from '../wire/peer-flags.ts';

interface MoveFlags {
  readonly to?: string;
  readonly aem?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly timeout: string;
  readonly stack?: string;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<study>', 'Study Instance UID')
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('--to <aet>', 'AE title of the destination, as the peer knows it')
    .option('--aem <aet>', 'the same (dcmtk: -aem)')
    .option('--series <uid>', 'only this series')
    .option('--instance <uid>', 'only this SOP instance (with --series)');
  addStackFlag(addPeerFlags(command));
  command.action(async (_study: string, _host: string, _port: string, flags: MoveFlags) => {
    const { words, ...where } = splitHostPort(command.args, (word) => word === command.args[0]);
    const [study = ''] = words;
    const destination = destinationOf(flags);
    const { peer } = await choosePeer(command, terminal, where);
    const timeoutMs = readDurationMs('--timeout', flags.timeout);
    const wish = { study, series: flags.series, instance: flags.instance, destination };
    const result = isSecond(flags)
      ? await (await import('../wire/second.ts')).moveSecond(peer, wish, timeoutMs)
      : await (
          await import('../wire/move.ts')
        ).runMove(peer, wish, limitsOf(timeoutMs), (text) => terminal.err(text));
    const { status, errorComment, ok } = result;
    const { text, hint } = answerText('C-MOVE', status, errorComment);
    terminal.out(`${countsText(result)}; status ${text}\n`);
    const more = hint ?? (status !== 0 || !movedNothing(result) ? undefined : NOTHING_MOVED);
    if (more !== undefined) terminal.err(`${hintLine(terminal, more)}\n`);
    exit(status === 0 && ok ? ExitCode.OK : ExitCode.THRESHOLDS);
  });
};

const NOTHING_MOVED = 'nothing fits these UIDs there: `dicomrun find study UID` asks for them';

/** Every counter 0: one that the peer leaves out may be anything. */
function movedNothing({ completed, failed, warning }: SubOperations): boolean {
  return completed === 0 && (failed ?? 0) === 0 && (warning ?? 0) === 0;
}

function countsText({ completed, failed, warning }: SubOperations): string {
  const told = (count: number | null, what: string): string =>
    count === null ? `${what} not told` : `${count} ${what}`;
  return [
    told(completed, 'completed'),
    told(failed, 'failed'),
    told(warning, 'with warnings'),
  ].join(', ');
}

/** @throws DicomRunError 104 without a destination, or for one that is no AE title */
function destinationOf({ to, aem }: MoveFlags): string {
  const given = to ?? aem;
  if (given === undefined) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_DESTINATION',
      message: 'the destination is missing',
      hint: '--to AET: an AE title that the peer knows and can send to',
    });
  }
  return readTitle(to === undefined ? '--aem' : '--to', given);
}
