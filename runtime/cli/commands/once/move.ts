// dicomrun move STUDY_UID --to AET: C-MOVE of a study, a series or an instance.
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { splitHostPort } from '../../argv.ts';
import type { DefineCommand } from '../../command.ts';
import { readDurationMs, readTitle } from '../../flags/flag-values.ts';
import {
  addPeerFlags,
  addStackFlag,
  choosePeer,
  isSecond,
  limitsOf,
} from '../../wire/peer-flags.ts';
import { tellEnd, wishOf } from '../../wire/retrieval.ts';

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
    const wish = { ...wishOf('move', study, flags), destination: destinationOf(flags) };
    const { peer } = await choosePeer(command, terminal, where);
    const timeoutMs = readDurationMs('--timeout', flags.timeout);
    const end = isSecond(flags)
      ? await (
          await import('../../wire/second.ts')
        ).retrieveSecond(peer, { kind: 'move', ...wish }, timeoutMs)
      : await (
          await import('../../wire/move.ts')
        ).runMove(peer, wish, limitsOf(timeoutMs), (text) => terminal.err(text));
    exit(tellEnd(terminal, 'C-MOVE', end));
  });
};

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
