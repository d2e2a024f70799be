// The script as it is typed: bundled, and its configuration read side by side; options come later.
import { dirname, resolve } from 'node:path';
import type { PlaceOf } from '../../conductor/records/error-log.ts';
import type { BuiltScript } from '../../conductor/run-types.ts';
import { hostsOf } from '../../conductor/share.ts';
import type { Loaded } from '../../conductor/share.ts';
import { MIN_HEAP_BYTES } from '../../config/option-table.ts';
import { Problems } from '../../config/values/problems.ts';
import type { Mode, Options } from '../../config/types.ts';
import { readSize } from '../../config/values/values.ts';
import type { CustomMetric } from '../../metrics/engine-types.ts';
import type { Setting } from '../../runlog/format.ts';
import { readSources } from '../flags/config-sources.ts';
import type { ConfigSources } from '../flags/config-sources.ts';
import type { FlagValues } from '../flags/given-flags.ts';
import { scriptState } from './script-state.ts';
import type { Terminal } from '../terminal.ts';

export interface SourceRequest {
  /** As given on the command line. */
  readonly script: string;
  readonly flags: FlagValues;
  readonly mode: Mode;
  readonly terminal: Terminal;
  /** `files()` takes only these: `--only-missing`. */
  readonly onlyFiles?: readonly string[];
  /** Last word on the resolved options, e.g. a selection of scenarios. */
  readonly adjust?: (options: Options, loaded: Loaded) => Options;
}

export class ScriptSource {
  readonly #request: SourceRequest;
  #built: Promise<BuiltScript> | null = null;
  #read: ConfigSources = { envFiles: [], configFile: null };
  /** What the file is by now, for the log; found out while the script is loaded. */
  state: Promise<Setting> | null = null;

  constructor(request: SourceRequest) {
    this.#request = request;
  }

  /** Once: who asks again gets the same. */
  build(): Promise<BuiltScript> {
    return (this.#built ??= this.#build());
  }

  async #build(): Promise<BuiltScript> {
    const { script, flags, terminal } = this.#request;
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
    // Not before: it asks git, and the bundler has the machine busy.
    this.state ??= scriptState(resolve(terminal.cwd, script), script);
    this.#read = sources;
    const map = stackMapper(bundle.map);
    const placeOf: PlaceOf = (stack) => {
      const { where, source } = map(stack);
      if (where === null) return null;
      return source === null ? { where } : { where, line: source };
    };
    const early = earlyOptions(this.#input(), terminal.cwd);
    const { js: code, map: sourceMap, folder } = bundle;
    const { onlyFiles } = this.#request;
    const only = onlyFiles === undefined ? {} : { onlyFiles };
    return { code, map: sourceMap, preludeFile: prelude, folder, placeOf, ...early, ...only };
  }

  /** @throws DicomRunError 104 with all that is wrong */
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
      scriptHosts: hostsOf(loaded),
      scriptFolder: dirname(resolve(this.#request.terminal.cwd, this.#request.script)),
      checkThresholds: (thresholds) => checkThresholds(thresholds, custom),
    });
    return this.#request.adjust?.(options, loaded) ?? options;
  }

  #input() {
    const { flags, mode, terminal } = this.#request;
    return { mode, flags, env: terminal.env, ...this.#read };
  }
}

/** The heap of workers, if the command line or the environment says one; mistakes are told later. */
export function givenHeap({ flags, terminal }: SourceRequest): number | null {
  const text = flags['worker-heap'] ?? terminal.env['DICOMRUN_WORKER_HEAP'];
  const reader = { problems: new Problems(), at: { name: 'workerHeap', origin: '' } };
  return text === undefined ? null : (readSize(reader, text, MIN_HEAP_BYTES) ?? null);
}
