// The phases of a run, on the main thread: bundle, init pass, options, listeners, preflight, plan,
// set-up, run, settle, teardown, summary. Every way out ends all threads.
import type { Options } from '../config/types.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import { executorOf } from '../executors/index.ts';
import type { Summary } from '../metrics/summary.ts';
import { Acceptors } from './acceptors.ts';
import type {
  BuiltScript,
  ConductRequest,
  ConductResult,
  RunBook,
  RunContext,
  RunEnd,
} from './conduct-types.ts';
import { Discretion } from './records/discretion.ts';
import { epochNow } from './fleet/epoch.ts';
import type { PlaceOf } from './records/error-log.ts';
import type { Account } from './records/events.ts';
import { Fleet } from './fleet/fleet.ts';
import { FaultError, faultProblem } from './fleet/mailbox.ts';
import { DeferredEvents } from './fleet/deferred.ts';
import { defaultHeap } from './fleet/pool.ts';
import { mostKept } from './records/missing.ts';
import { Recorder } from './records/recorder.ts';
import { Scraper } from './scrape.ts';
import type { EmbeddedAddress } from '../threads/acceptor.ts';
import { fileReads, headStart, fileMap, unfinished } from './run-edges.ts';
import { acceptorCount, embeddedSpec, receiversOf, targetsOf, workerCount } from './share.ts';
import type { Loaded } from './share.ts';
import { StoppedError } from './stopper.ts';
import { vuPlan } from './vu-plan.ts';

const NO_ACCOUNT: Account = { routes: [], missing: [], strays: [] };
/** How long deliveries are waited for when the run was interrupted. */
const INTERRUPTED_SETTLE_MS = 1_000;

/** What the end of a run needs of its beginning. */
interface Made {
  readonly context: RunContext;
  readonly book: RunBook;
  readonly recorder: Recorder;
  readonly setupJson: string | null | undefined;
}

/** Runs a script. Throws DicomRunError when it never came to a run; otherwise always a result. */
export async function conduct(request: ConductRequest): Promise<ConductResult> {
  const run = new Conductor(request);
  try {
    return await run.conduct();
  } finally {
    await run.destroy();
  }
}

class Conductor {
  readonly #request: ConductRequest;
  readonly #events: DeferredEvents;
  #fleet: Fleet;
  /** What the workers of the fleet have; null: the default. */
  #heapBytes: number | null;
  #acceptors: Acceptors | null = null;
  #recorder: Recorder | null = null;
  #embedded: EmbeddedAddress | null = null;
  #placeOf: PlaceOf = () => null;
  #discretion: Discretion;
  #sources = 0;

  constructor(request: ConductRequest) {
    this.#request = request;
    // Until the options are known only the script and its files have been heard.
    this.#discretion = new Discretion(true, request.runNumber);
    this.#events = new DeferredEvents({
      log: (message) => request.screen.log(message),
      broken: (error) => request.stopper.fault(error),
    });
    this.#heapBytes = request.workerHeapBytes;
    this.#fleet = this.#newFleet();
  }

  #newFleet(): Fleet {
    const { vuWorker, maxWorkers, cores } = this.#request;
    return new Fleet({
      file: vuWorker,
      maxWorkers,
      heapBytes: this.#heapBytes ?? defaultHeap(cores),
      events: this.#events,
      nextSource: () => this.#sources++,
    });
  }

  async conduct(): Promise<ConductResult> {
    try {
      const built = await this.#build();
      const context = await this.#prepare(built);
      const book = await this.#request.open(context);
      return await this.#perform(context, book);
    } catch (error) {
      // Problems of the bundler and the configuration already say what a person needs.
      const isOurs = error instanceof FaultError || error instanceof StoppedError;
      throw isOurs ? this.#explain(error) : error;
    }
  }

  async destroy(): Promise<void> {
    this.#recorder?.stop();
    await Promise.all([this.#fleet.destroy(), this.#acceptors?.destroy()]);
  }

  /** Bundles while worker 0 boots, then runs the init pass and resolves the options. */
  async #build(): Promise<{ built: BuiltScript; loaded: Loaded; options: Options }> {
    const request = this.#request;
    this.#fleet.startLead();
    const built = await request.stopper.guard(request.build());
    this.#placeOf = built.placeOf;
    // Said in a file: worker 0 had to start before that was read.
    await this.#useHeap(built.workerHeapBytes ?? request.workerHeapBytes);
    let loaded = await this.#load(built);
    let options = await request.resolve(loaded);
    if (await this.#useHeap(options.workerHeapBytes)) {
      // Said in the script, whose module code runs once more and has had its say.
      loaded = await this.#events.quietly(() => this.#load(built));
      options = await request.resolve(loaded);
    }
    this.#discretion = new Discretion(options.phiOk, request.runNumber);
    return { built, loaded, options };
  }

  /** Replaces worker 0 when its heap is to be another; true when it did. */
  async #useHeap(heapBytes: number | null): Promise<boolean> {
    if (heapBytes === this.#heapBytes) return false;
    await this.#fleet.destroy();
    this.#heapBytes = heapBytes;
    this.#fleet = this.#newFleet();
    this.#fleet.startLead();
    return true;
  }

  #load(built: BuiltScript): Promise<Loaded> {
    const { stopper, initTimeoutMs, runNumber } = this.#request;
    return stopper.guard(
      this.#fleet.load({
        kind: 'load',
        bundle: built.code,
        preludeFile: built.preludeFile,
        folder: built.folder,
        env: built.env,
        timeoutMs: initTimeoutMs,
        runNumber,
        ...(built.dataRoot === undefined ? {} : { dataRoot: built.dataRoot }),
      }),
    );
  }

  /** Opens the listeners, checks the target and readies every worker. */
  async #prepare(start: {
    built: BuiltScript;
    loaded: Loaded;
    options: Options;
  }): Promise<RunContext> {
    const { built, loaded, options } = start;
    const { stopper, runNumber, cores, maxWorkers } = this.#request;
    const workers = Math.min(maxWorkers, workerCount(options, cores));
    const listening = await stopper.guard(this.#listen(start, workers));
    this.#embedded = listening?.embedded ?? null;
    const targets = targetsOf(options, loaded.peers, this.#embedded);
    const context: RunContext = {
      runNumber,
      loaded,
      options,
      targets,
      workers,
      receivers: listening?.receivers ?? [],
      embedded: this.#embedded !== null,
    };
    const plan = vuPlan(built, context, listening);
    const ready = this.#fleet.prepare(plan, workers, this.#acceptors);
    await stopper.guard(Promise.all([this.#request.preflight(context), ready]));
    return context;
  }

  /** Ends the outputs; who interrupts that does not want to wait for a slow one. */
  async #finish(book: RunBook, end: RunEnd, recorder: Recorder): Promise<Summary> {
    const { stopper } = this.#request;
    const hurry = () => book.outputs.forEach((output) => output.hurry?.());
    const off = stopper.end === null ? stopper.onStop(hurry) : null;
    try {
      return await book.finish(end, recorder);
    } finally {
      off?.();
    }
  }

  async #listen(
    start: { readonly built: BuiltScript; readonly loaded: Loaded; readonly options: Options },
    workers: number,
  ) {
    const { options, loaded } = start;
    const receivers = receiversOf(loaded.declarations, options);
    const threads = acceptorCount(options, receivers.length);
    if (threads === 0) return null;
    const file = this.#request.acceptorWorker;
    const nextSource = () => this.#sources++;
    this.#acceptors = new Acceptors({ file, threads, events: this.#events, nextSource });
    return this.#acceptors.listen({
      runNumber: this.#request.runNumber,
      receivers,
      embedded: embeddedSpec(options, loaded.peers),
      settleMs: options.settleMs,
      horizonMs: options.deliveryHorizonMs,
      workers,
      pools: loaded.declarations.flatMap((d) => (d.kind === 'pool' ? [d.pool] : [])),
      ...mostKept(options),
      folder: start.built.folder,
    });
  }

  /** From the plan block to the exit code. */
  async #perform(context: RunContext, book: RunBook): Promise<ConductResult> {
    const { stopper, screen, cores } = this.#request;
    const { options, workers } = context;
    const recorder = new Recorder({
      sinks: book.sinks,
      screen,
      stopper,
      placeOf: this.#placeOf,
      discretion: this.#discretion,
      ...{ cores, title: options.title },
      threads: () => this.#fleet.readings(),
      scenarios: options.scenarios,
      counts: () => this.#fleet.counts(),
      takePeakVUs: () => this.#fleet.takePeakVUs(),
      tellInstance: () => this.#fleet.tellInstance(),
    });
    this.#recorder = recorder;
    for (const ms of fileReads(context.loaded)) recorder.sample('dicom_file_read', {}, ms);
    this.#events.attach(recorder);
    this.#request.onReady(context, book);
    const setupJson = await this.#setup(context, recorder);
    if (stopper.end === null) await this.#warm(context, setupJson ?? null);
    const begun = stopper.end === null;
    const t0 = epochNow() + headStart(workers, options.outputs.length);
    await book.begin(t0);
    recorder.start(t0, book.outputs);
    if (begun) await this.#survive(this.#runWorkers(t0, setupJson, options), undefined);
    const endedAt = Math.max(t0, epochNow());
    recorder.ended(endedAt - t0);
    const account = await this.#survive(this.#settle(options), NO_ACCOUNT);
    if (setupJson !== undefined) await this.#teardown(context, setupJson);
    screen.stage('finishing');
    const durationMs = endedAt - t0;
    const ending = { t0, durationMs, endedAt, account };
    try {
      return await this.#conclude({ context, book, recorder, setupJson }, ending);
    } catch (error) {
      throw unfinished(error, book.folder);
    }
  }

  /** A fault of ours in a phase ends the run in order: the phases after it still happen. */
  async #survive<T>(phase: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await phase;
    } catch (error) {
      this.#request.stopper.fault(error);
      return otherwise;
    }
  }

  async #conclude(made: Made, ending: Omit<RunEnd, 'end'>): Promise<ConductResult> {
    const { context, book, recorder, setupJson } = made;
    await this.#survive(
      Promise.resolve().then(() => recorder.finish(ending.durationMs)),
      undefined,
    );
    const end = { ...ending, end: this.#request.stopper.verdict() };
    const summary = await book.close(await this.#finish(book, end, recorder));
    const custom = await this.#handleSummary(context, summary, setupJson ?? null);
    return { summary, folder: book.folder, options: context.options, custom };
  }

  /** The set-up data as JSON; undefined when set-up failed or did not happen. */
  async #setup(context: RunContext, recorder: Recorder): Promise<string | null | undefined> {
    const { options, loaded } = context;
    if (options.noSetup || !loaded.exports.includes('setup')) return null;
    const { stopper, screen } = this.#request;
    screen.stage('setup');
    try {
      const hook = this.#fleet.hook({ kind: 'setup', timeoutMs: options.setupTimeoutMs });
      return await stopper.guard(hook);
    } catch (error) {
      if (error instanceof StoppedError) this.#fleet.giveUpHook();
      else this.#phaseFailed(error, recorder);
      return undefined;
    }
  }

  /** Only arrival rates have VUs before t0, and only a vuInit makes them worth waiting for. */
  async #warm({ loaded, options }: RunContext, setupJson: string | null): Promise<void> {
    const open = options.scenarios.some((one) => executorOf(one).preAllocatedVUs !== undefined);
    if (!open || !loaded.exports.includes('vuInit')) return;
    const { stopper } = this.#request;
    await stopper.guard(this.#fleet.warm(setupJson)).catch((error: unknown) => {
      if (!(error instanceof StoppedError)) stopper.fault(error);
    });
  }

  async #runWorkers(t0: number, setupJson: string | null | undefined, options: Options) {
    const { stopper, screen } = this.#request;
    screen.stage('running');
    this.#acceptors?.start(t0);
    const off = stopper.onStop((end) => {
      screen.stage('stopping', end.reason);
      this.#fleet.stop(end.code === ExitCode.INTERRUPTED ? 'interrupt' : 'abort');
    });
    const scraper = this.#newScraper(options);
    scraper?.start();
    try {
      await this.#fleet.run(t0, setupJson ?? null, options.hangTimeoutMs);
    } catch (error) {
      if (!(error instanceof DicomRunError)) throw error;
      screen.problem(error);
      stopper.stop(error.exitCode, error.message);
    } finally {
      off();
      await scraper?.stop();
    }
  }

  #newScraper(options: Options): Scraper | null {
    const recorder = this.#recorder;
    if (recorder === null) return null;
    return new Scraper(options, this.#embedded, {
      sample: (metric, tags, value) => recorder.sample(metric, tags, value),
      warn: (text) => recorder.warn(text),
    });
  }

  async #settle(options: Options): Promise<Account> {
    const acceptors = this.#acceptors;
    if (acceptors === null) return NO_ACCOUNT;
    const account = acceptors.settle(options.settleMs);
    const off = this.#request.stopper.onStop(() => acceptors.hurry(INTERRUPTED_SETTLE_MS));
    return account.finally(off);
  }

  async #teardown(context: RunContext, setupJson: string | null): Promise<void> {
    const { options, loaded } = context;
    if (options.noTeardown || !loaded.exports.includes('teardown')) return;
    this.#request.screen.stage('teardown');
    const timeoutMs = options.teardownTimeoutMs;
    try {
      await this.#fleet.hook({ kind: 'teardown', setupJson, timeoutMs });
    } catch (error) {
      if (this.#recorder !== null) this.#phaseFailed(error, this.#recorder);
    }
  }

  /** The map that `handleSummary` returned; null without one, or when it failed. */
  async #handleSummary(context: RunContext, summary: Summary, setupJson: string | null) {
    const { options, loaded } = context;
    if (options.noSummary || !loaded.exports.includes('handleSummary')) return null;
    try {
      const json = await this.#fleet.hook({
        kind: 'handleSummary',
        summaryJson: await this.#request.handleSummaryJson(summary, setupJson),
        timeoutMs: options.handleSummaryTimeoutMs,
      });
      return fileMap(json);
    } catch (error) {
      // As in k6: said, and the default summary is printed instead.
      this.#request.screen.problem(this.#explain(error));
      return null;
    }
  }

  #phaseFailed(error: unknown, recorder: Recorder): void {
    const problem = this.#explain(error);
    this.#request.screen.problem(problem);
    this.#request.stopper.stop(problem.exitCode, problem.message);
    recorder.event('abort', problem.message, problem.where ?? '');
  }

  #explain(error: unknown): DicomRunError {
    if (error instanceof DicomRunError) return error;
    if (error instanceof StoppedError) {
      return new DicomRunError(error.end.code, { code: 'STOPPED', message: error.end.reason });
    }
    if (error instanceof FaultError) {
      const place = (stack?: string) =>
        stack === undefined ? undefined : this.#placeOf(stack)?.where;
      return faultProblem(error, { place, discreet: this.#discretion.text });
    }
    const message = error instanceof Error ? error.message : String(error);
    return new DicomRunError(ExitCode.INTERNAL, { code: 'INTERNAL', message }, error);
  }
}
