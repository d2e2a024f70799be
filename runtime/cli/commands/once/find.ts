// dicomrun find study UID | patient ID | accession NUMBER | worklist | today: C-FIND, as a table.
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { Problem } from '../../../errors.ts';
import type { OperationResult } from '../../../dicom/scu/operation.ts';
import { Status } from '../../../dicom/dimse/status.ts';
import { describeFailure } from '../../../dicom/failure-text.ts';
import { plural } from '../../../metrics/numbers.ts';
import { splitHostPort } from '../../argv.ts';
import { problemText } from '../../problem-text.ts';
import { widthOf } from '../../terminal.ts';
import type { DefineCommand } from '../../command.ts';
import { readCount, readDurationMs } from '../../flags/flag-values.ts';
import { collect } from '../../flags/given-flags.ts';
import { answerText } from '../../wire/answer-text.ts';
import type { Command } from 'commander';
import type { JsonDataset } from '../../../dicom/element/json.ts';
import type { PeerAddress } from '../../wire/client.ts';
import type { WireQuery } from '../../wire/query.ts';
import {
  addPeerFlags,
  addStackFlag,
  choosePeer,
  isSecond,
  limitsOf,
} from '../../wire/peer-flags.ts';
import type { PeerChoice } from '../../wire/peer-flags.ts';

interface FindFlags {
  readonly modality?: string;
  readonly dateRange?: string;
  readonly key?: readonly string[];
  readonly level?: string;
  readonly model?: string;
  readonly limit: string;
  readonly timeout: string;
  readonly json?: boolean;
  readonly stack?: string;
}

const EXAMPLES = `
Examples:
  dicomrun find today --modality CT -c PACS@10.1.2.3:104
  dicomrun find study 1.2.840.113619.2.1 -c PACS@10.1.2.3:104
  dicomrun find patient TEST0001 -c PACS@10.1.2.3:104 --json
  dicomrun find accession A123 --key NumberOfStudyRelatedInstances= -c PACS@10.1.2.3:104`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<what>', 'study, series, patient, accession, worklist, today or all')
    .argument('[value]', 'UID, ID or number; * and ? are wildcards')
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('--modality <code>', 'only this modality')
    .option('--date-range <range>', 'study date, YYYYMMDD-YYYYMMDD, either end may be open')
    .option('-k, --key <keyword=value>', 'further key; empty value: return it; repeatable', collect)
    .option('--level <level>', 'PATIENT, STUDY, SERIES or IMAGE')
    .option('--model <model>', 'study or patient (default: study root, then patient root)')
    .option('--limit <n>', 'cancel after so many matches', '1000')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES);
  addStackFlag(addPeerFlags(command));
  command.action(async () => {
    const flags = command.opts<FindFlags>();
    const { words, ...where } = splitHostPort(command.args, (word) => word === command.args[0]);
    const [what = '', value] = words;
    const { queryOf } = await import('../../wire/query.ts');
    const asked = queryOf({ what, value, ...flags, today: new Date() });
    const choice = await choosePeer(command, terminal, where);
    const peer = whomToAsk(choice, command, where);
    const { query, timeoutMs } = asConfigured(asked, command, choice.options.verify);
    const limit = readCount('--limit', flags.limit, 1);
    const ask = isSecond(flags) ? askOther : askOurs;
    const { matches, result, model } = await ask(peer, query, { limit, timeoutMs });
    if (model !== undefined && model !== query.model) terminal.err(otherModel(model));
    const problem = endOf(peer, result, matches.length);
    // "0 matches" would be an answer that the peer never gave.
    if (problem === null || matches.length > 0) {
      const asTable = flags.json === true ? null : await import('../../wire/match-table.ts');
      terminal.out(asTable?.matchTable(matches, query, widthOf(terminal)) ?? jsonText(matches));
    }
    if (problem === null) return;
    if (result.failure !== null) throw new DicomRunError(ExitCode.UNREACHABLE, problem);
    terminal.err(problemText(terminal, problem));
    exit(ExitCode.THRESHOLDS);
  });
};

const jsonText = (matches: readonly JsonDataset[]): string =>
  `${JSON.stringify(matches, null, 2)}\n`;

/** As `verify` says, where the command line does not: the model to begin with, how long to wait. */
function asConfigured(
  asked: WireQuery,
  command: Command,
  verify: PeerChoice['options']['verify'],
): { readonly query: WireQuery; readonly timeoutMs: number } {
  const begins = verify?.model === 'patient' && asked.only !== true && asked.model === 'study';
  const said = readDurationMs('--timeout', command.opts<FindFlags>().timeout);
  const isSaid = command.getOptionValueSource('timeout') === 'cli';
  return {
    query: begins ? { ...asked, model: 'patient' } : asked,
    timeoutMs: isSaid ? said : (verify?.queryTimeoutMs ?? said),
  };
}

function otherModel(model: WireQuery['model']): string {
  const [found, nothing] = model === 'patient' ? ['Patient', 'Study'] : ['Study', 'Patient'];
  return `found by ${found} Root; ${nothing} Root finds nothing there\n`;
}

interface Limits {
  readonly limit: number;
  readonly timeoutMs: number;
}

interface Found {
  readonly matches: readonly JsonDataset[];
  /** Information model that answered, where that is known. */
  readonly model?: WireQuery['model'];
  readonly result: Pick<OperationResult, 'status' | 'errorComment' | 'failure'>;
}

async function askOurs(peer: PeerAddress, query: WireQuery, limits: Limits): Promise<Found> {
  const { runFind } = await import('../../wire/find.ts');
  return await runFind(peer, query, { ...limits, timeouts: limitsOf(limits.timeoutMs) });
}

async function askOther(peer: PeerAddress, query: WireQuery, limits: Limits): Promise<Found> {
  const { findSecond } = await import('../../wire/second.ts');
  const { matches, final } = await findSecond(peer, query, limits);
  const result = { status: final.status, errorComment: final.comment, failure: null };
  return { matches, result };
}

/** Who is named on the command line, else the configured query server (CFIND_*), else the target. */
function whomToAsk(
  { peer, options }: PeerChoice,
  command: Command,
  { host }: { readonly host?: string | undefined },
): PeerAddress {
  const { connect, aec } = command.opts<{ connect?: string; aec?: string }>();
  const isNamed = connect !== undefined || aec !== undefined || host !== undefined;
  const { verify } = options;
  return isNamed || verify === null || verify.isTarget ? peer : verify;
}

/** What was wrong with the end of the query; null = nothing. */
function endOf(peer: PeerAddress, result: Found['result'], count: number): Problem | null {
  const { status, errorComment, failure } = result;
  const after = count === 0 ? '' : ` after ${plural(count, 'match', 'matches')}`;
  if (failure !== null) {
    const { code, message, hint } = describeFailure(failure, peer);
    const said = failure.kind === 'aborted' && !failure.local ? unknownTo(peer) : hint;
    const problem = { code, message: `the query failed${after}: ${message}` };
    return said === undefined ? problem : { ...problem, hint: said };
  }
  if (status === Status.SUCCESS || status === Status.CANCEL) return null;
  const { text, hint } = answerText('C-FIND', status, errorComment);
  const message = `the peer ended the query${after} with ${text}`;
  return { code: 'STATUS', message, ...(hint === undefined ? {} : { hint }) };
}

const unknownTo = ({ callingAET }: PeerAddress): string =>
  `archives often abort a C-FIND of an AE title that they do not know: is "${callingAET}" registered there? its log tells`;
