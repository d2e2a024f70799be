// Runs a script from the command line: puts bundler, configuration, conductor and screen together.
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaceOf } from '../conductor/error-log.ts';
import type {
  BuiltScript,
  ConductRequest,
  ConductResult,
  RunContext,
} from '../conductor/conduct-types.ts';
import type { InitResult } from '../conductor/init-pass.ts';
import { newRunNumber } from '../conductor/share.ts';
import { Stopper } from '../conductor/stopper.ts';
import type { Loaded } from '../conductor/share.ts';
import type { Mode, Options } from '../config/types.ts';
import { ExitCode } from '../errors.ts';
import type { CustomMetric } from '../metrics/engine-types.ts';
import { distRoot } from './package-root.ts';
import { readSources } from './config-sources.ts';
import type { ConfigSources } from './config-sources.ts';
import { preflight } from './preflight.ts';
import type { FlagValues } from './run-flags.ts';
import { startWeb } from './web.ts';
import { RunScreen } from './screen/run-screen.ts';
import type { Quiet } from './screen/run-screen.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

export interface RunScriptRequest {
  /** As given on the command line. */
  readonly script: string;
  readonly flags: FlagValues;
  readonly mode: Mode;
  readonly terminal: Terminal;
  /** The bundled demonstration: other next commands. */
  readonly demo?: boolean;
}

const INIT_TIMEOUT_MS = 60_000;
const MAX_WORKERS = 256;

/** Runs it, prints the summary and returns the exit code. */
export async function runScript(request: RunScriptRequest): Promise<number> {
  const { terminal, flags } = request;
  if (flags['no-color'] === true) terminal.setColor(false);
  if (flags['color'] === true) terminal.setColor(true);
  const screen = new RunScreen(terminal, quietOf(flags));
  const stopper = new Stopper();
  const offSignals = stopOnSignal(terminal, stopper, screen);
  try {
    const { conduct } = await import('../conductor/conduct.ts');
    const result = await conduct(conductRequest(request, screen, stopper));
    screen.close();
    await publish(request, result);
    return result.summary.verdict.exitCode;
  } finally {
    screen.close();
    offSignals();
  }
}

/** The script's declarations and its effective options, without running it. */
export async function inspectScript(request: RunScriptRequest): Promise<InitResult> {
  const screen = new RunScreen(request.terminal, quietOf(request.flags));
  const { initPass } = await import('../conductor/init-pass.ts');
  return initPass(conductRequest(request, screen, new Stopper()));
}

function conductRequest(
  request: RunScriptRequest,
  screen: RunScreen,
  stopper: Stopper,
): ConductRequest {
  const { terminal, script } = request;
  const sources = new Sources(request);
  return {
    vuWorker: threadFile('runtime/vu/worker.js'),
    acceptorWorker: threadFile('runtime/acceptors/worker.js'),
    cores: availableParallelism(),
    maxWorkers: MAX_WORKERS,
    runNumber: newRunNumber(Date.now(), Math.random()),
    initTimeoutMs: INIT_TIMEOUT_MS,
    stopper,
    screen,
    build: () => sources.build(),
    resolve: (loaded) => sources.resolve(loaded),
    preflight,
    open: (context) => openBookFor(request, context, screen),
    onReady: (context, book) =>
      screen.plan({
        id: book.id,
        script,
        options: context.options,
        targets: context.targets,
        declarations: context.loaded.declarations,
        workers: context.workers,
        resultsDir: shown(terminal, book.folder),
        notes: context.loaded.notes,
      }),
    handleSummaryJson: (summary, setupJson) => summaryData(terminal, summary, setupJson),
  };
}

/** First signal: stop gracefully, with teardown and summary. Second: leave at once. */
function stopOnSignal(terminal: Terminal, stopper: Stopper, screen: RunScreen): () => void {
  let seen = 0;
  return terminal.onSignal((signal) => {
    seen += 1;
    if (seen > 1) {
      screen.close();
      terminal.err(`${signal} again: left at once, nothing more is recorded\n`);
      terminal.exitNow(ExitCode.INTERRUPTED);
    }
    stopper.stop(ExitCode.INTERRUPTED, `interrupted by ${signal}`);
    screen.note(`${signal}: stopping; once more to leave at once\n`);
  });
}

function quietOf(flags: FlagValues): Quiet {
  const given = Number(flags['quiet'] ?? 0);
  if (given >= 2) return 2;
  return given === 1 ? 1 : 0;
}

/** A compiled module of the package; the program may run from the sources (tests). */
function threadFile(path: string): string {
  return fileURLToPath(new URL(path, distRoot()));
}

/** Bundles the script and reads the configuration side by side; resolves the options later. */
class Sources {
  readonly #request: RunScriptRequest;
  #read: ConfigSources = { envFiles: [], configFile: null };

  constructor(request: RunScriptRequest) {
    this.#request = request;
  }

  async build(): Promise<BuiltScript> {
    const { script, flags, terminal } = this.#request;
    const [{ bundleScript }, { preludeFile }, { stackMapper }] = await Promise.all([
      import('../../bundler/script.ts'),
      import('../../bundler/prelude.ts'),
      import('../../bundler/stack.ts'),
    ]);
    const [bundle, prelude, sources] = await Promise.all([
      bundleScript(script, terminal.cwd),
      preludeFile(),
      readSources(flags, script, terminal),
    ]);
    this.#read = sources;
    const early = await this.#early();
    const map = stackMapper(bundle.map);
    const placeOf: PlaceOf = (stack) => {
      const { where, source } = map(stack);
      if (where === null) return null;
      return source === null ? { where } : { where, line: source };
    };
    return { code: bundle.js, preludeFile: prelude, folder: bundle.folder, placeOf, ...early };
  }

  async resolve(loaded: Loaded): Promise<Options> {
    const [{ resolveOptions }, { checkThresholds }] = await Promise.all([
      import('../config/resolve.ts'),
      import('../metrics/threshold-expression.ts'),
    ]);
    const custom = loaded.customMetrics as readonly CustomMetric[];
    return resolveOptions({
      ...this.#input(),
      scriptOptions: loaded.optionsJson === null ? null : JSON.parse(loaded.optionsJson),
      exports: loaded.exports,
      scriptHosts: loaded.peers.flatMap(({ host }) => (host === undefined ? [] : [host])),
      checkThresholds: (thresholds) => checkThresholds(thresholds, custom),
    });
  }

  /** What the init pass needs before the script's own options are known. */
  async #early(): Promise<Pick<BuiltScript, 'env' | 'dataRoot'>> {
    const { earlyOptions } = await import('./early-options.ts');
    return earlyOptions(this.#input());
  }

  #input() {
    const { flags, mode, terminal } = this.#request;
    return { mode, flags, env: terminal.env, ...this.#read };
  }
}

async function openBookFor(request: RunScriptRequest, context: RunContext, screen: RunScreen) {
  const { openBook } = await import('../conductor/book.ts');
  const { startOutputs } = await import('./outputs.ts');
  const { terminal, script, flags } = request;
  const warn = (text: string) => screen.log({ kind: 'log', level: 'warn', message: text });
  return openBook({
    context,
    script,
    version: version(),
    random: Math.random(),
    startOutputs: async (folder, first) => {
      const outputs = await startOutputs(context.options, { folder, first, warn });
      const page = await startWeb(flags['web'], folder);
      if (page !== null) screen.note(`live page: ${page.url}\n`);
      return page === null ? outputs : [...outputs, page.output];
    },
    warn,
    next: (folder, failed) => nextCommands(request, shown(terminal, folder), failed),
  });
}

function nextCommands(
  { script, demo }: RunScriptRequest,
  folder: string,
  failed: boolean,
): readonly string[] {
  if (demo === true) return ['dicomrun new gi-routing.ts', `dicomrun report ${folder}`];
  if (failed) return [`dicomrun report ${folder}`];
  return [`dicomrun report ${folder}`, `dicomrun smoke ${script}`];
}

/** A path as the user would type it. */
function shown(terminal: Terminal, path: string): string {
  const near = relative(terminal.cwd, resolve(terminal.cwd, path));
  return near.startsWith('..') ? path : near;
}

async function summaryData(
  terminal: Terminal,
  summary: ConductResult['summary'],
  setupJson: string | null,
): Promise<string> {
  const { handleSummaryData } = await import('../report/json.ts');
  return JSON.stringify(
    handleSummaryData(summary, {
      colour: terminal.colour('out'),
      stdoutTTY: terminal.outIsTTY,
      stderrTTY: terminal.errIsTTY,
      ...(setupJson === null ? {} : { setupData: JSON.parse(setupJson) as unknown }),
    }),
  );
}

async function publish(request: RunScriptRequest, result: ConductResult): Promise<void> {
  const { printSummary } = await import('./print-summary.ts');
  await printSummary(request.terminal, result);
}
