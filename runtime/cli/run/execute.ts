// One script, from its text to its summary: the phases of a run in the order in which they happen.
// What each does stands in runtime/conductor/phases/; here is what the command line adds.
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { close, lastTick, unfinished } from '../../conductor/phases/close.ts';
import type { Crew } from '../../conductor/crew.ts';
import type { VuPool } from '../../conductor/fleet/member.ts';
import { beginning, drive } from '../../conductor/phases/drive.ts';
import { handlesSummary, handleSummary } from '../../conductor/phases/handle-summary.ts';
import { listen, ready } from '../../conductor/phases/listen.ts';
import { load, loadAgain } from '../../conductor/phases/load.ts';
import { record } from '../../conductor/phases/record.ts';
import { settle } from '../../conductor/phases/settle.ts';
import { setUp } from '../../conductor/phases/set-up.ts';
import { tearDown } from '../../conductor/phases/tear-down.ts';
import { Discretion } from '../../conductor/records/discretion.ts';
import { needsAscii } from './print-summary.ts';
import type { Recorder } from '../../conductor/records/recorder.ts';
import { Run } from '../../conductor/run.ts';
import type {
  CustomSummary,
  RecordedRun,
  RunBook,
  RunContext,
  RunEnd,
  RunScript,
  RunSettings,
} from '../../conductor/run-types.ts';
import type { Screen } from '../../conductor/screen.ts';
import { newRunNumber, strangeReceivers, targetName } from '../../conductor/share.ts';
import type { Stopper } from '../../conductor/stopper.ts';
import type { Options } from '../../config/types.ts';
import type { CaseResult, Summary } from '../../metrics/summary.ts';
import type { Output } from '../../outputs/output.ts';
import type { RunRecord, Setting } from '../../runlog/format.ts';
import { distRoot } from '../package-root.ts';
import { shownPath } from '../terminal.ts';
import { version } from '../version.ts';
import { MAX_WORKERS, vuWorkerFile } from './early.ts';
import { preflight } from './preflight.ts';
import { namedServers } from '../web/preflight.ts';
import { givenHeap, ScriptSource } from './script-source.ts';
import type { SourceRequest } from './script-source.ts';
import { liveLine, startWeb } from './web.ts';

export interface ExecuteRequest extends SourceRequest {
  readonly screen: Screen;
  readonly stopper: Stopper;
  /** Commands worth typing after the run. */
  readonly next: (folder: string, how: RunOutcome) => readonly string[];
  /** Takers of samples besides `--out`. */
  readonly outputs?: readonly Output[];
  /** Test cases of smoke mode, once everything is recorded. */
  readonly cases?: (recorder: Recorder) => readonly CaseResult[];
  /** The other processes of the run; absent: there are none. */
  readonly crew?: Crew;
  /** Where the script comes from, if not from its file here. */
  readonly source?: Source;
  /** Workers, the first of which boots already; it is ended with the run. */
  readonly pool?: VuPool;
  /** Whether the target is there; default: one association with C-ECHO. */
  readonly preflight?: typeof preflight;
  /** Worth a line in the plan block. */
  readonly notes?: readonly string[];
  /** Of a run of several processes, the same in all. */
  readonly runNumber?: string;
}

/** What the proposal of the next command depends on. */
export interface RunOutcome {
  /** It ended before its time, or broke. */
  readonly failed: boolean;
  /** Images were accepted that did not arrive. */
  readonly lost: boolean;
}

/** A run that others carry: what to execute in its place. */
export interface CarriedRun {
  readonly request: ExecuteRequest;
  /** Lets everybody go, whatever came of it. */
  end(): Promise<void>;
}

/** The script, and later its options. */
export type Source = Pick<ScriptSource, 'build' | 'resolve' | 'state'>;

export interface ExecuteResult {
  readonly summary: Summary;
  readonly folder: string;
  readonly options: Options;
  /** Null without a `handleSummary`, or when it failed. */
  readonly custom: CustomSummary | null;
}

type Threads = Pick<RunSettings, 'vuWorker' | 'acceptorWorker'>;

/** Runs a script. Throws DicomRunError when it never came to a run; otherwise always a result. */
export async function execute(
  request: ExecuteRequest,
  threads: Threads = compiledThreads(),
): Promise<ExecuteResult> {
  const { screen } = request;
  const source = request.source ?? new ScriptSource(request);
  const run = new Run(settingsOf(request, threads));
  try {
    const script = await readScript(run, source);
    const prepared = await listen(run, script);
    const { context } = prepared;
    const look = request.preflight ?? preflight;
    const found = await ready(run, prepared, () => look(context, script.built.folder));

    const book = await openBook(request, context, await source.state);
    const recorded = record(run, prepared, book);
    tellPlan(request, context, { book, found });
    const setupJson = await setUp(run, context);

    const t0 = await beginning(run, context);
    const first = book.begin(t0);
    book.outputs = await openOutputs(request, context, { folder: book.folder, first });
    const time = await drive(run, recorded, { t0, setupJson });
    const account = await settle(run, context);
    await tearDown(run, context, setupJson);
    await request.crew?.close();

    screen.stage('finishing');
    const summary = await conclude(run, recorded, request, { ...time, account });
    const custom = handlesSummary(context)
      ? await handleSummary(run, context, summaryData(request, summary, setupJson ?? null))
      : null;
    return { summary, folder: book.folder, options: context.options, custom };
  } catch (error) {
    throw run.told(error);
  } finally {
    await run.destroy();
  }
}

/**
 * The first two phases alone: what a script declares, and the options it leads to.
 *
 * @param tables whether it is also asked for the rows of its tables
 */
export async function inspect(request: ExecuteRequest, tables = false): Promise<RunScript> {
  const run = new Run(settingsOf(request, compiledThreads()));
  try {
    return await readScript(run, new ScriptSource(request), tables);
  } catch (error) {
    throw run.told(error);
  } finally {
    await run.destroy();
  }
}

function settingsOf(request: ExecuteRequest, threads: Threads): RunSettings {
  const { stopper, screen, crew, pool, runNumber } = request;
  return {
    ...threads,
    ...(crew === undefined ? {} : { crew }),
    ...(pool === undefined ? {} : { pool }),
    cores: availableParallelism(),
    maxWorkers: MAX_WORKERS,
    workerHeapBytes: givenHeap(request),
    runNumber: runNumber ?? newRunNumber(Date.now(), Math.random()),
    initTimeoutMs: 60_000,
    stopper,
    screen,
  };
}

/** Compiled modules of the package; the program may run from the sources (tests). */
function compiledThreads(): Threads {
  const acceptors = new URL('runtime/acceptors/worker.js', distRoot());
  return { vuWorker: vuWorkerFile(), acceptorWorker: fileURLToPath(acceptors) };
}

/** Bundles while worker 0 boots, then runs the init pass and resolves the options. */
async function readScript(run: Run, source: Source, tables = false): Promise<RunScript> {
  const built = { ...(await run.until(source.build())), tables };
  run.placeOf = built.placeOf;
  // Said in a file: worker 0 had to start before that was read.
  await run.useHeap(built.workerHeapBytes ?? run.settings.workerHeapBytes);
  const loading = load(run, built);
  partsToCome();
  let loaded = await loading;
  let options = await source.resolve(loaded);
  if (await run.useHeap(options.workerHeapBytes)) {
    // Said in the script, which is loaded once more.
    loaded = await loadAgain(run, built);
    options = await source.resolve(loaded);
  }
  run.discretion = new Discretion(options.phiOk, run.settings.runNumber);
  return { built, loaded, options };
}

/** What a run needs once its script is loaded, read from the disk while the worker still boots. */
function partsToCome(): void {
  const parts = [
    import('../../config/resolve.ts'),
    import('../../config/describe-config.ts'),
    import('../../metrics/judge/threshold-expression.ts'),
    import('../../conductor/records/book.ts'),
    import('./outputs.ts'),
    import('../wire/client.ts'),
  ];
  // Who needs one asks again, and hears what is wrong with it.
  for (const part of parts) part.catch(() => undefined);
}

async function openBook(
  { script, screen, crew }: ExecuteRequest,
  context: RunContext,
  state: Setting | null,
): Promise<RunBook> {
  const [book, { describeConfig }] = await Promise.all([
    import('../../conductor/records/book.ts'),
    import('../../config/describe-config.ts'),
  ]);
  return book.openBook({
    ...{ context, script, screen },
    ofAgent: crew !== undefined && crew.load === undefined,
    version: version(),
    random: Math.random(),
    settings: [...describeConfig(context.options), ...(state === null ? [] : [state]), machine()],
  });
}

/** What it ran on, as the last of the settings. */
function machine(): Setting {
  const cores = availableParallelism();
  const memory = Math.round(totalmem() / 2 ** 30);
  const origin = `${process.platform} ${process.arch}, ${cores} cores, ${memory} GiB`;
  return { path: 'node', value: process.version, origin };
}

interface Told {
  readonly book: RunBook;
  /** What the preflight found. */
  readonly found: readonly string[];
}

function tellPlan(request: ExecuteRequest, context: RunContext, { book, found }: Told): void {
  const { loaded, options, targets, workers, receivers, embedded } = context;
  const { declarations, notes } = loaded;
  const { screen, script, terminal } = request;
  screen.plan({
    ...{ id: book.id, script, options, targets, declarations, workers, receivers, embedded },
    target: targetName(context),
    servers: namedServers(context),
    resultsDir: shownPath(terminal, book.folder),
    notes: [
      ...(request.notes ?? []),
      ...strangeReceivers(declarations, options),
      ...notes,
      ...found,
    ],
  });
}

/** Those of `--out`, the live page, and the command's own. */
async function openOutputs(
  { screen, flags, crew, outputs = [] }: ExecuteRequest,
  { options }: RunContext,
  place: { readonly folder: string; readonly first: RunRecord },
): Promise<readonly Output[]> {
  const { refuseSinks, startOutputs } = await import('./outputs.ts');
  const warn = (message: string) => screen.log({ kind: 'log', level: 'warn', message });
  const started = await startOutputs(options, { ...place, warn });
  if (crew?.load !== undefined) refuseSinks(started);
  const page = await startWeb(flags['web'], place.folder);
  if (page === null) return [...started, ...outputs];
  screen.log({ kind: 'log', level: 'info', message: liveLine(page) });
  return [...started, ...outputs, page.output];
}

async function conclude(
  run: Run,
  recorded: RecordedRun,
  request: ExecuteRequest,
  ending: Omit<RunEnd, 'end' | 'cases' | 'next'>,
): Promise<Summary> {
  const { folder } = recorded.book;
  try {
    const end = await lastTick(run, recorded, ending.durationMs);
    const cases = request.cases?.(recorded.recorder) ?? [];
    const how = { failed: end.code !== 0, lost: ending.account.missing.length > 0 };
    const next = request.next(shownPath(request.terminal, folder), how);
    return await close(run, recorded, { ...ending, end, cases, next });
  } catch (error) {
    throw unfinished(error, folder);
  }
}

/** k6's argument of `handleSummary` and what `textSummary()` gives, as JSON. */
async function summaryData(
  { terminal }: ExecuteRequest,
  summary: Summary,
  setupJson: string | null,
): Promise<string> {
  const { handleSummaryData } = await import('../../report/json.ts');
  const { renderText } = await import('../../report/text.ts');
  const data = handleSummaryData(summary, {
    colour: terminal.colour('out'),
    stdoutTTY: terminal.outIsTTY,
    stderrTTY: terminal.errIsTTY,
    ...(setupJson === null ? {} : { setupData: JSON.parse(setupJson) as unknown }),
  });
  const ascii = needsAscii(terminal.env);
  const text = (colour: boolean): string => renderText(summary, { colour, ascii });
  return JSON.stringify({ data, texts: { plain: text(false), coloured: text(true) } });
}
