// dicomrun get STUDY_UID: C-GET of a study, a series or an instance, into files.
import { resolve } from 'node:path';
import { bytes as sizeText, plural } from '../../../metrics/numbers.ts';
import { ExitCode } from '../../../errors.ts';
import { splitHostPort } from '../../argv.ts';
import type { DefineCommand } from '../../command.ts';
import { readDurationMs } from '../../flags/flag-values.ts';
import { hintLine } from '../../problem-text.ts';
import { Progress } from '../../progress.ts';
import { unlessInterrupted } from '../../until-signal.ts';
import { collect } from '../../flags/given-flags.ts';
import {
  addPeerFlags,
  addStackFlag,
  choosePeer,
  isSecond,
  limitsOf,
} from '../../wire/peer-flags.ts';
import { type RetrieveWish, tellEnd, wishOf } from '../../wire/retrieval.ts';
import type { PeerAddress } from '../../wire/client.ts';
import type { Terminal } from '../../terminal.ts';

interface GetFlags {
  readonly out: string;
  readonly series?: string;
  readonly instance?: string;
  readonly transferSyntax?: readonly string[];
  readonly timeout: string;
  readonly stack?: string;
}

const EXAMPLES = `
Examples:
  dicomrun get 1.2.840.113619.2.1 -c PACS@10.1.2.3:104 --out ./study
  dicomrun get 1.2.840.113619.2.1 -c PACS@10.1.2.3:104 --transfer-syntax jpeg-lossless
  dicomrun get -aec PACS -aet ME 1.2.840.113619.2.1 10.1.2.3 104`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<study>', 'Study Instance UID')
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('--out <folder>', 'where the files go, named by SOP Instance UID', 'received')
    .option('--series <uid>', 'only this series')
    .option('--instance <uid>', 'only this SOP instance (with --series)')
    .option(
      '--transfer-syntax <name>',
      'take instances in this one, too, as they are stored (default: uncompressed); repeatable',
      collect,
    )
    .addHelpText('after', EXAMPLES);
  addStackFlag(addPeerFlags(command));
  command.action(async (_study: string, _host: string, _port: string, flags: GetFlags) => {
    const { words, ...where } = splitHostPort(command.args, (word) => word === command.args[0]);
    const [study = ''] = words;
    const wish = wishOf('get', study, flags);
    const { peer } = await choosePeer(command, terminal, { ...where, without: ['out'] });
    const get = isSecond(flags) ? getSecond : getFiles;
    exit(await get(terminal, peer, wish, flags));
  });
};

type Get = (
  terminal: Terminal,
  peer: PeerAddress,
  wish: RetrieveWish,
  flags: GetFlags,
) => Promise<ExitCode>;

const getFiles: Get = async (terminal, peer, wish, flags) => {
  const { getContexts, runGet } = await import('../../wire/get.ts');
  const { out, timeout, transferSyntax = [] } = flags;
  const wanted = {
    ...wish,
    folder: resolve(terminal.cwd, out),
    contexts: getContexts(transferSyntax),
  };
  const limits = limitsOf(readDurationMs('--timeout', timeout));
  const progress = new Progress(terminal, 'instances');
  const { result, received, bytes, failure } = await unlessInterrupted(terminal, (interrupted) =>
    runGet(peer, { ...wanted, interrupted }, limits, (counters) => {
      const { remaining, completed, failed, warning } = counters;
      const done = (completed ?? 0) + (failed ?? 0) + (warning ?? 0);
      if (remaining !== null) progress.show(done, done + remaining);
    }),
  );
  progress.erase();
  terminal.out(`${plural(received, 'instance')}, ${sizeText(bytes)}, in ${out}\n`);
  const code = tellEnd(terminal, 'C-GET', result, failure !== '');
  if (failure !== '') {
    terminal.err(`instances were answered with A700, because they cannot be kept: ${failure}\n`);
    terminal.err(`${hintLine(terminal, 'give --out a folder with room that you may write to')}\n`);
    return ExitCode.THRESHOLDS;
  }
  if ((result.failed ?? 0) > 0) terminal.err(`${hintLine(terminal, COMPRESSED)}\n`);
  return code;
};

const COMPRESSED =
  'an archive that does not decompress fails what it holds compressed: --transfer-syntax takes it as it is';

const getSecond: Get = async (terminal, peer, wish, flags) => {
  const { retrieveSecond } = await import('../../wire/second.ts');
  const timeoutMs = readDurationMs('--timeout', flags.timeout);
  const end = await retrieveSecond(peer, { kind: 'get', ...wish }, timeoutMs);
  const came = plural(end.instances.length, 'instance');
  terminal.out(`${came}; no files: dcmjs-dimse reads and writes them anew\n`);
  return tellEnd(terminal, 'C-GET', end);
};
