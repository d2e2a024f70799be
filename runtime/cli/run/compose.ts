// Puts bundler, configuration, conductor and files together for one script: the request that
// conduct() and initPass() take.
import { availableParallelism, totalmem } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaceOf } from '../../conductor/records/error-log.ts';
import type { BuiltScript, ConductRequest, RunContext } from '../../conductor/conduct-types.ts';
import type { Recorder } from '../../conductor/records/recorder.ts';
import type { Screen } from '../../conductor/screen.ts';
import { newRunNumber, strangeReceivers } from '../../conductor/share.ts';
import type { Loaded } from '../../conductor/share.ts';
import type { Stopper } from '../../conductor/stopper.ts';
import { MIN_HEAP_BYTES } from '../../config/option-table.ts';
import { Problems } from '../../config/values/problems.ts';
import type { Mode, Options } from '../../config/types.ts';
import { readSize } from '../../config/values/values.ts';
import type { CustomMetric } from '../../metrics/engine-types.ts';
import type { CaseResult, Summary } from '../../metrics/summary.ts';
import type { Output } from '../../outputs/output.ts';
import type { Setting } from '../../runlog/format.ts';
import { readSources } from './config-sources.ts';
import type { ConfigSources } from './config-sources.ts';
import { distRoot } from '../package-root.ts';
import { preflight } from './preflight.ts';
import type { FlagValues } from './run-flags.ts';
import { scriptState } from './script-state.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { liveLine, startWeb } from './web.ts';

export interface ComposeRequest {
  /** As given on the command line. */
  readonly script: string;
  readonly flags: FlagValues;
  readonly mode: Mode;
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly stopper: Stopper;
  /** Commands worth typing after the run. */
  readonly next: (folder: string, failed: boolean) => readonly string[];
  /** Last word on the resolved options, e.g. a selection of scenarios. */
  readonly adjust?: (options: Options, loaded: Loaded) => Options;
  /** Takers of samples besides `--out`. */
  readonly outputs?: readonly Output[];
  /** Test cases of smoke mode. */
  readonly cases?: (recorder: Recorder) => readonly CaseResult[];
}

const INIT_TIMEOUT_MS = 60_000;
const MAX_WORKERS = 256;

export function composeRun(request: ComposeRequest): ConductRequest {
  const { terminal, script, screen, stopper } = request;
  const sources = new Sources(request);
  return {
    vuWorker: threadFile('runtime/vu/worker.js'),
    acceptorWorker: threadFile('runtime/acceptors/worker.js'),
    cores: availableParallelism(),
    maxWorkers: MAX_WORKERS,
    workerHeapBytes: givenHeap(request),
    runNumber: newRunNumber(Date.now(), Math.random()),
    initTimeoutMs: INIT_TIMEOUT_MS,
    stopper,
    screen,
    build: () => sources.build(),
    resolve: (loaded) => sources.resolve(loaded),
    preflight,
    open: async (context) => openBookFor(request, context, await sources.state),
    onReady: (context, book) =>
      screen.plan({
        id: book.id,
        script,
        options: context.options,
        targets: context.targets,
        declarations: context.loaded.declarations,
        workers: context.workers,
        receivers: context.receivers,
        resultsDir: shownPath(terminal, book.folder),
        notes: [
          ...strangeReceivers(context.loaded.declarations, context.options),
          ...context.loaded.notes,
        ],
      }),
    handleSummaryJson: (summary, setupJson) => summaryData(terminal, summary, setupJson),
  };
}

/** The heap of workers, if the command line or the environment says one; mistakes are told later. */
function givenHeap({ flags, terminal }: ComposeRequest): number | null {
  const text = flags['worker-heap'] ?? terminal.env['DICOMRUN_WORKER_HEAP'];
  const reader = { problems: new Problems(), at: { name: 'workerHeap', origin: '' } };
  return text === undefined ? null : (readSize(reader, text, MIN_HEAP_BYTES) ?? null);
}

/** A path as the user would type it. */
export function shownPath(terminal: Terminal, path: string): string {
  const near = relative(terminal.cwd, resolve(terminal.cwd, path));
  return near.startsWith('..') ? path : near;
}

/** A compiled module of the package; the program may run from the sources (tests). */
function threadFile(path: string): string {
  return fileURLToPath(new URL(path, distRoot()));
}

/** Bundles the script and reads the configuration side by side; resolves the options later. */
class Sources {
  readonly #request: ComposeRequest;
  #read: ConfigSources = { envFiles: [], configFile: null };
  /** Found out while the script is bundled. */
  state: Promise<Setting> | null = null;

  constructor(request: ComposeRequest) {
    this.#request = request;
  }

  async build(): Promise<BuiltScript> {
    const { script, flags, terminal } = this.#request;
    this.state ??= scriptState(resolve(terminal.cwd, script), script);
    const [{ bundleScript }, { preludeFile }, { stackMapper }, { earlyOptions }] =
      await Promise.all([
        import('../../../bundler/script.ts'),
        import('../../../bundler/prelude.ts'),
        import('../../../bundler/stack.ts'),
        import('./early-options.ts'),
      ]);
    const [bundle, prelude, sources] = await Promise.all([
      bundleScript(script, terminal.cwd),
      preludeFile(),
      readSources(flags, script, terminal),
    ]);
    this.#read = sources;
    const map = stackMapper(bundle.map);
    const placeOf: PlaceOf = (stack) => {
      const { where, source } = map(stack);
      if (where === null) return null;
      return source === null ? { where } : { where, line: source };
    };
    const early = earlyOptions(this.#input(), terminal.cwd);
    return { code: bundle.js, preludeFile: prelude, folder: bundle.folder, placeOf, ...early };
  }

  async resolve(loaded: Loaded): Promise<Options> {
    const [{ resolveOptions }, { checkThresholds }] = await Promise.all([
      import('../../config/resolve.ts'),
      import('../../metrics/judge/threshold-expression.ts'),
    ]);
    const custom = loaded.customMetrics as readonly CustomMetric[];
    const options = resolveOptions({
      ...this.#input(),
      scriptOptions: loaded.optionsJson === null ? null : JSON.parse(loaded.optionsJson),
      exports: loaded.exports,
      scriptHosts: loaded.peers.flatMap(({ host }) => (host === undefined ? [] : [host])),
      checkThresholds: (thresholds) => checkThresholds(thresholds, custom),
    });
    return this.#request.adjust?.(options, loaded) ?? options;
  }

  #input() {
    const { flags, mode, terminal } = this.#request;
    return { mode, flags, env: terminal.env, ...this.#read };
  }
}

/** What it ran on, as the last of the settings. */
function machine(): Setting {
  const cores = availableParallelism();
  const memory = Math.round(totalmem() / 2 ** 30);
  const origin = `${process.platform} ${process.arch}, ${cores} cores, ${memory} GiB`;
  return { path: 'node', value: process.version, origin };
}

async function openBookFor(request: ComposeRequest, context: RunContext, state: Setting | null) {
  const [{ openBook }, { startOutputs }, { describeConfig }] = await Promise.all([
    import('../../conductor/records/book.ts'),
    import('./outputs.ts'),
    import('../../config/describe-config.ts'),
  ]);
  const { terminal, script, flags, screen, cases } = request;
  const warn = (text: string) => screen.log({ kind: 'log', level: 'warn', message: text });
  return openBook({
    context,
    script,
    version: version(),
    random: Math.random(),
    settings: [...describeConfig(context.options), ...(state === null ? [] : [state]), machine()],
    startOutputs: async (folder, first) => {
      const outputs = await startOutputs(context.options, { folder, first, warn });
      const page = await startWeb(flags['web'], folder);
      if (page === null) return [...outputs, ...(request.outputs ?? [])];
      screen.log({ kind: 'log', level: 'info', message: liveLine(page) });
      return [...outputs, page.output];
    },
    warn,
    next: (folder, failed) => request.next(shownPath(terminal, folder), failed),
    ...(cases === undefined ? {} : { cases }),
  });
}

async function summaryData(
  terminal: Terminal,
  summary: Summary,
  setupJson: string | null,
): Promise<string> {
  const { handleSummaryData } = await import('../../report/json.ts');
  return JSON.stringify(
    handleSummaryData(summary, {
      colour: terminal.colour('out'),
      stdoutTTY: terminal.outIsTTY,
      stderrTTY: terminal.errIsTTY,
      ...(setupJson === null ? {} : { setupData: JSON.parse(setupJson) as unknown }),
    }),
  );
}
