// What agents need of a run, packed: the bundled script, its texts and options, and nothing that is
// secret or only of this host.
import { createHash } from 'node:crypto';
import type { Bus } from '../../agents/bus.ts';
import { manifestOf } from '../../agents/manifest.ts';
import { encodeJson } from '../../agents/protocol.ts';
import type { PlanBundle } from '../../agents/protocol.ts';
import type { BuiltScript, RunContext } from '../../conductor/run-types.ts';
import type { Options } from '../../config/types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { inRunFolder } from '../../outputs/file-output.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { Setting } from '../../runlog/format.ts';
import type { Declaration } from '../../threads/vu.ts';
import type { Terminal } from '../terminal.ts';

export interface Shipment {
  readonly script: string;
  readonly built: BuiltScript;
  readonly context: RunContext;
  readonly secrets: readonly string[];
  readonly orphanMs: number;
  /** Outputs that each agent writes by itself. */
  readonly files: readonly OutputConfig[];
  readonly env: Terminal['env'];
  /** What the script's file is. */
  readonly state: Promise<Setting> | null;
}

const MOST_BYTES = 64 * 1024 ** 2;

/** Into the store; the SHA-256 that agents fetch and check it by. @throws DicomRunError 104 */
export async function ship(bus: Bus, shipment: Shipment): Promise<string> {
  const { script, built, context, secrets, orphanMs, files, env, state } = shipment;
  const { declarations } = context.loaded;
  const bundle: PlanBundle = {
    script,
    state: await state,
    code: built.code,
    map: built.map ?? '',
    folder: built.folder,
    dataRoot: built.dataRoot ?? null,
    given: textsOf(declarations),
    manifest: manifestOf(declarations),
    runNumber: context.runNumber,
    options: {
      ...sent(context.options, env, secrets),
      outputs: files.map(inRunFolder),
    },
    secrets,
    orphanMs,
  };
  const data = encodeJson(bundle);
  if (data.length > MOST_BYTES) throw tooLarge(data.length);
  const name = createHash('sha256').update(data).digest('hex');
  await bus.putBundle(name, data);
  return name;
}

function textsOf(declarations: readonly Declaration[]): Record<string, string> {
  return Object.fromEntries(
    declarations.flatMap((one) => (one.kind === 'text' ? [[one.key, one.text]] : [])),
  );
}

/** @internal Without outputs and their passwords, which only the coordinator writes to, and without its own environment. */
export function sent(options: Options, env: Terminal['env'], secrets: readonly string[]): Options {
  refusePassphrases(options);
  return {
    ...options,
    resultsDir: '',
    outputs: [],
    scrape: [],
    grafanaUrl: null,
    consoleOutput: null,
    summaryExport: null,
    dataFile: null,
    origins: {},
    warnings: [],
    env: ownVariables(options, env, secrets),
  };
}

/** Of `__ENV`, what somebody said of this run: `-e`, `.env` files and the configuration. */
function ownVariables({ env }: Options, real: Terminal['env'], secrets: readonly string[]) {
  const said = Object.entries(env).filter(
    ([name, value]) => real[name] !== value && !secrets.includes(name),
  );
  return Object.fromEntries(said);
}

function refusePassphrases({ target, verify, webTarget }: Options): void {
  const named = [target, verify, webTarget].some((one) => one?.tls?.passphrase !== undefined);
  if (!named) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_PASSPHRASE',
    message: 'the passphrase of a TLS key is not sent to agents',
    hint: 'give agents a key without one, readable by them alone',
  });
}

function tooLarge(bytes: number): DicomRunError {
  const mib = (n: number): string => `${Math.round(n / 1024 ** 2)} MiB`;
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_BUNDLE',
    message: `the script with the files it opens is ${mib(bytes)}; agents are sent at most ${mib(MOST_BYTES)}`,
    hint: 'send large data as files(…), which are on each host: dicomrun agent --data DIR',
  });
}
