// dicomrun web send|find|get: STOW-RS, QIDO-RS and WADO-RS once, from the command line.
import { relative, resolve } from 'node:path';
import { DicomRunError, ExitCode, type Problem } from '../../../errors.ts';
import { bytes, plural } from '../../../metrics/numbers.ts';
import type { DefineCommand } from '../../command.ts';
import { readCount } from '../../flags/flag-values.ts';
import { printable, problemText } from '../../problem-text.ts';
import { collect } from '../../flags/given-flags.ts';
import { type Terminal, widthOf } from '../../terminal.ts';
import { addTargetFlags, chooseWeb, type TargetFlags } from '../../web/target.ts';
import { statusProblem, type WebPeer } from '../../web/web-peer.ts';
import type { FileOutcome } from '../../wire/send.ts';
import { SendReport } from '../../wire/send-report.ts';
import { unlessInterrupted } from '../../until-signal.ts';

interface WebFlags extends TargetFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly perRequest?: string;
  readonly modality?: string;
  readonly dateRange?: string;
  readonly key?: readonly string[];
  readonly level?: string;
  readonly limit?: string;
  readonly folder?: string;
  readonly transferSyntax?: string;
  readonly metadata?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun web send ./study --web-target http://10.1.2.3:8042/dicom-web
  dicomrun web find today --modality CT --web-target http://10.1.2.3:8042/dicom-web
  dicomrun web find series 1.2.840.113619.2.1 --web-target http://10.1.2.3:8042/dicom-web --json
  dicomrun web get 1.2.840.113619.2.1 --folder ./got --web-target http://10.1.2.3:8042/dicom-web

A name and password, or a token, stand in DICOMRUN_WEB_TARGET_USERNAME and _PASSWORD, or _TOKEN.

Exit codes: 0 all of it, 99 not all was taken or kept, 111 nobody is there, or no DICOMweb.`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<what>', 'send, find or get')
    .argument(
      '[words...]',
      'send: files, folders, patterns; find: study UID, series UID, patient ID, accession NUMBER, today, all; get: STUDY [SERIES [INSTANCE]]',
    )
    .option('--json', 'as JSON')
    .option('-q, --quiet', 'send: only the count')
    .option('--per-request <n>', 'send: instances in a request at most (default 1)')
    .option('--modality <code>', 'find: only this modality')
    .option('--date-range <range>', 'find: study date, YYYYMMDD-YYYYMMDD')
    .option('-k, --key <keyword=value>', 'find: further key; empty value: return it', collect)
    .option('--level <level>', 'find: STUDY, SERIES or IMAGE')
    .option('--limit <n>', 'find: at most so many matches (default 1000)')
    .option('--folder <folder>', 'get: where files are written (default received)')
    .option('--transfer-syntax <name>', "get: the one to ask for (default '*', as it is stored)")
    .option('--metadata', 'get: print the metadata as DICOM JSON, no files')
    .addHelpText('after', EXAMPLES);
  addTargetFlags(command);
  command.action(async (what: string, words: string[]) => {
    const flags = command.opts<WebFlags>();
    const { run, service } = kindOf(what);
    mustFit(what, flags);
    const peer = await chooseWeb(command, terminal);
    try {
      exit(await run({ peer, words, flags, terminal }));
    } catch (error) {
      throw asRunError(peer, error, service);
    } finally {
      await peer.close();
    }
  });
};

interface Asked {
  readonly peer: WebPeer;
  readonly words: readonly string[];
  readonly flags: WebFlags;
  readonly terminal: Terminal;
}

interface Kind {
  readonly service: string;
  readonly run: (asked: Asked) => Promise<ExitCode>;
  readonly flags: readonly (keyof WebFlags)[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  send: { service: 'STOW-RS', run: send, flags: ['quiet', 'perRequest'] },
  find: {
    service: 'QIDO-RS',
    run: find,
    flags: ['modality', 'dateRange', 'key', 'level', 'limit'],
  },
  get: { service: 'WADO-RS', run: get, flags: ['folder', 'transferSyntax', 'metadata'] },
};

function kindOf(what: string): Kind {
  const kind = Object.hasOwn(KINDS, what) ? KINDS[what] : undefined;
  if (kind !== undefined) return kind;
  throw wrong(`there is no "web ${what}"`, 'dicomrun web send, find or get');
}

/** Flags of the others mean nothing here. */
function mustFit(what: string, flags: WebFlags): void {
  for (const [name, { flags: own }] of Object.entries(KINDS)) {
    const other = own.find((key) => flags[key] !== undefined);
    if (name === what || other === undefined) continue;
    const flag = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw wrong(`flag --${flag}: is for web ${name}, this is web ${what}`, 'leave it away');
  }
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_VALUE', message, hint });
}

/** What no answer came of. */
function asRunError(peer: WebPeer, error: unknown, service: string): Error {
  if (error instanceof Error && error.name !== 'WebFailure') return error;
  // A disk of ours that is full is no fault of theirs.
  const ours = error instanceof Error && 'code' in error && error.code === 'DATA_FILE';
  const code = ours ? ExitCode.THRESHOLDS : ExitCode.UNREACHABLE;
  return new DicomRunError(code, peer.problem(error, service));
}

function refused(terminal: Terminal, problem: Problem): ExitCode {
  terminal.err(problemText(terminal, problem));
  return ExitCode.THRESHOLDS;
}

async function send({ peer, words, flags, terminal }: Asked): Promise<ExitCode> {
  if (words.length === 0)
    throw wrong('web send: the files are missing', 'dicomrun web send ./study');
  const [{ sendFilesOverWeb }, { outcomeLine }] = await Promise.all([
    import('../../web/send.ts'),
    import('../../wire/send.ts'),
  ]);
  const report = new SendReport(terminal, flags);
  try {
    const request = {
      ...{ peer, paths: words, base: terminal.cwd },
      perRequest: readCount('--per-request', flags.perRequest ?? '1', 1),
      onFile: (outcome: FileOutcome) => report.file(outcome, outcomeLine(terminal, outcome)),
    };
    await unlessInterrupted(terminal, () => sendFilesOverWeb(request));
  } finally {
    report.end();
  }
  const { stored, failed } = report.totals;
  return failed > 0 || stored === 0 ? ExitCode.THRESHOLDS : ExitCode.OK;
}

async function find({ peer, words, flags, terminal }: Asked): Promise<ExitCode> {
  const [{ queryOf }, { findOverWeb }, { matchTable }] = await Promise.all([
    import('../../wire/query.ts'),
    import('../../web/find.ts'),
    import('../../wire/match-table.ts'),
  ]);
  const [what = '', value, ...more] = words;
  if (what === '' || more.length > 0) {
    throw wrong('web find: takes what to look for, and its value', 'dicomrun web find study UID');
  }
  const query = queryOf({ what, value, ...flags, today: new Date() });
  const limit = readCount('--limit', flags.limit ?? '1000', 1);
  const { answer, matches } = await findOverWeb(peer, query, limit);
  if (answer.status < 200 || answer.status >= 300) {
    return refused(terminal, statusProblem(peer.name, 'QIDO-RS', answer));
  }
  if (flags.json === true) terminal.out(`${JSON.stringify(matches, null, 2)}\n`);
  else terminal.out(matchTable(matches, query, widthOf(terminal)));
  const { warning } = answer.headers;
  if (warning !== undefined) terminal.err(`warn: the server says: ${printable(warning)}\n`);
  return ExitCode.OK;
}

async function get(asked: Asked): Promise<ExitCode> {
  const { peer, words, flags, terminal } = asked;
  const { getFiles, getMetadata, resourceOf } = await import('../../web/get.ts');
  const resource = resourceOf(words);
  if (flags.metadata === true) {
    const answer = await getMetadata(peer, resource);
    if (answer.status === 200) {
      terminal.out(`${answer.text.trimEnd()}\n`);
      return ExitCode.OK;
    }
    return refused(terminal, statusProblem(peer.name, 'WADO-RS', answer));
  }
  const folder = resolve(terminal.cwd, flags.folder ?? 'received');
  const { transferSyntax = '*' } = flags;
  const startedAt = performance.now();
  const { status, headers, retrieved } = await unlessInterrupted(terminal, (interrupted) =>
    getFiles(peer, resource, { folder, transferSyntax, interrupted }),
  );
  const { parts, bytes: size, instances } = retrieved;
  if (parts === 0)
    return refused(terminal, statusProblem(peer.name, 'WADO-RS', { status, headers }));
  const ms = performance.now() - startedAt;
  if (flags.json === true) {
    const files = instances.map(({ file }) => relative(terminal.cwd, file));
    terminal.out(`${JSON.stringify({ status, received: parts, bytes: size, ms, files })}\n`);
  } else {
    const where = relative(terminal.cwd, folder) || '.';
    const what = `${plural(parts, 'instance')}, ${bytes(size)}, in ${(ms / 1000).toFixed(2)} s`;
    terminal.out(`${what}; files in ${where}\n`);
  }
  return ExitCode.OK;
}
