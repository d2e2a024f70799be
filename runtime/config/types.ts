// What a resolved configuration is: everything validated, every default filled in, every duration a
// number (ns in scenarios, ms elsewhere), all of it structured-clonable.

import type { Scenario } from '../executors/index.ts';
import type { SegmentPart } from '../executors/segments/segment.ts';
import type { ThresholdConfig } from '../metrics/engine-types.ts';
import type { OutputConfig } from '../outputs/kind.ts';
import type { PlainOptions } from './option-table.ts';
import type { Simulation } from './values/simulate.ts';
export type { Simulation } from './values/simulate.ts';
export type { Scenario } from '../executors/index.ts';
export type { ThresholdConfig, ThresholdSpec } from '../metrics/engine-types.ts';

// ---------------------------------------------------------------- whom we talk to

/**
 * TLS of a target. Names of PEM files are relative to the file that says them, of flags and variables
 * to where the command was typed; here they are absolute.
 */
export interface TlsConfig {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly serverName?: string;
  /** Default true. */
  readonly verify?: boolean;
  readonly minVersion?: string;
}

/** The system under test. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly calledAET: string;
  readonly callingAET: string;
  readonly tls?: TlsConfig;
  /** Largest PDU we accept, bytes. */
  readonly maxPdu?: number;
  readonly sourceAddress?: string;
}

/** The DICOMweb services under test. */
export interface WebTarget {
  /** Root of the services, `http://host:port/dicom-web`. */
  readonly url: string;
  /** Bearer token. */
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsConfig;
}

/** A way through the router: the AE pair that selects it, elsewhere the target's host and port. */
export interface Route {
  readonly calledAET: string;
  readonly callingAET: string;
  readonly host?: string;
  readonly port?: number;
  /** Whom C-FIND asks for what went this way, at the host that is asked. */
  readonly findAET?: string;
}

/** Routes by name. */
export type Routes = Readonly<Record<string, Route>>;

/** Where a receiver listens: what is absent is as the script says. */
export interface ReceiverPlace {
  readonly host?: string;
  readonly port?: number;
}

/** Whether and how long studies are looked for. */
export interface VerifyTiming {
  /** False (`CFIND_VERIFY=false`): verification is reported as skipped. */
  readonly enabled: boolean;
  readonly initialDelayMs: number;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Information model that is asked first; default Study Root. */
  readonly model?: 'study' | 'patient';
  /** Response timeout of one query, ms; default that of the run. */
  readonly queryTimeoutMs?: number;
}

/** Where studies are looked for with C-FIND once they are sent. */
export interface VerifyTarget extends Target, VerifyTiming {
  /** True when no host was configured and the target itself is asked (may report false positives). */
  readonly isTarget: boolean;
}

// ---------------------------------------------------------------- thresholds and outputs

/** A Prometheus endpoint of the system under test, read every 5 s; `embedded`: the embedded router. */
export interface ScrapeConfig {
  readonly name: string;
  readonly url: string;
}

// ---------------------------------------------------------------- the whole

export type Mode = 'run' | 'smoke';

/** A value's way in: `default`, `script`, `flag --vus`, `env COMPASS_HOST`, `.env COMPASS_HOST`, … */
export type Origin = string;

/** The frozen result of `resolveOptions`: the rows of option-table.ts, and what is no plain option. */
export interface Options extends PlainOptions {
  readonly mode: Mode;
  readonly scenarios: readonly Scenario[];
  readonly thresholds: ThresholdConfig;
  /** Tags of every sample of the run. */
  readonly tags: Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  /** In smoke mode, what the sandbox is told of it. */
  readonly smokeCases?: {
    readonly script: string;
    readonly grep: string | null;
    readonly wanted: readonly string[];
    /** Of each scenario, with those of the script. */
    readonly labels: Readonly<Record<string, readonly string[]>>;
  };
  /** Iterations that a scenario asks for as a load test, where smoke runs fewer. */
  readonly smokeAsked?: Readonly<Record<string, number>>;
  /** All of `__ENV`. */
  readonly env: Readonly<Record<string, string>>;

  readonly outputs: readonly OutputConfig[];
  /** 0 all, 1 plan and summary, 2 errors only. */
  readonly quiet: 0 | 1 | 2;
  readonly scrape: readonly ScrapeConfig[];
  /** What the segment is: the part of the plan that this process runs. */
  readonly part: SegmentPart;

  /** What the embedded router and archive are like. */
  readonly simulate: Simulation;
  readonly target: Target | null;
  /** Null: none is configured. */
  readonly webTarget: WebTarget | null;
  readonly routes: Routes;
  readonly verify: VerifyTarget | null;
  /** What somebody said of it; it holds for the embedded archive as well. */
  readonly verifyTiming: Partial<VerifyTiming>;
  /** Where receivers listen, by AE title. */
  readonly receivers: Readonly<Record<string, ReceiverPlace>>;
  /** Where every other one does; null: as the script says. */
  readonly everyReceiver: ReceiverPlace | null;
  readonly dataRoot: string | null;
  readonly dataFile: string | null;

  /** What the user should hear about: conflicts, keys without effect, the replaced scenario. */
  readonly warnings: readonly string[];
  /** Option path (`target.host`, `scenarios.gi.stages`) -> where its value came from. */
  readonly origins: Readonly<Record<string, Origin>>;
}
