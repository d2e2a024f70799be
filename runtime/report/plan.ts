// The plan block: what is about to happen, printed before every run.
import { createPaint, safe } from './paint.ts';
import { plural, span } from '../metrics/numbers.ts';

export interface PlanFacts {
  readonly script: string;
  /** `--title`. */
  readonly title?: string;
  /** First digits of the script's SHA-256. */
  readonly scriptHash?: string;
  readonly runId: string;
  /** `AET@host:port`, the URL of a web target, or null when the script names its own. */
  readonly target: string | null;
  /** Roots of web servers that the script names. */
  readonly servers?: readonly string[];
  /** How it is connected to, where not as plain TCP: `TLS with our certificate`. */
  readonly tls?: string;
  readonly embedded: boolean;
  readonly callingAET?: string;
  readonly routes: readonly string[];
  readonly verify?: string;
  readonly scenarios: readonly PlanScenario[];
  /** Which part of the plan this is, when not all of it: `part 2 of 3 (execution segment 1/3:2/3)`. */
  readonly part?: string;
  /** Longest duration of all scenarios, gracefulStop included. */
  readonly maxDurationMs: number;
  readonly maxVUs: number;
  readonly workers: number;
  /** How associations to one address are opened, where all VUs cannot connect at once. */
  readonly connect?: string;
  /** `GI_ARCHIVE on 127.0.0.1:11113`: whom the target has to deliver to, and where. */
  readonly receivers: readonly string[];
  /** One line per pool: `214 instances, CT/MR/US, 31 kB–11 MB, from ./dicom_samples`. */
  readonly data: readonly string[];
  readonly thresholds: number;
  readonly outputs: readonly string[];
  readonly dir: string;
  /** Where the load comes from, when not from the script: `from the command line`. */
  readonly origin?: string;
  readonly notes: readonly string[];
}

export interface PlanScenario {
  readonly name: string;
  /** What the executor says of itself: `0→50 VUs over 2m, then 50 for 1m, starting at 30s`. */
  readonly description: string;
}

/** Ends with a line break. */
export function renderPlan(
  plan: PlanFacts,
  options: { readonly colour: boolean; readonly ascii: boolean },
): string {
  const paint = createPaint(options);
  const rows: (readonly [string, string])[] = [
    [
      'run',
      `${plan.runId}   script ${safe(plan.script)}${plan.scriptHash === undefined ? '' : ` (sha ${plan.scriptHash})`}`,
    ],
    ...(plan.title === undefined ? [] : [['title', safe(plan.title)] as const]),
    ['target', targetText(plan)],
    ...serverRows(plan),
    ...plan.scenarios.map((one, i) => [i === 0 ? 'load' : '', scenarioText(one, plan)] as const),
    ...(plan.part === undefined ? [] : [['part', safe(plan.part)] as const]),
    [
      '',
      `at most ${plural(plan.maxVUs, 'VU')} on ${plan.workers} worker thread${plan.workers === 1 ? '' : 's'}, at most ${span(plan.maxDurationMs)} with graceful stop`,
    ],
    ...(plan.connect === undefined ? [] : [['', plan.connect] as const]),
    ...(plan.receivers.length === 0
      ? []
      : [['receive', plan.receivers.map(safe).join('   ')] as const]),
    ...plan.data.map((line, i) => [i === 0 ? 'data' : '', safe(line)] as const),
    ['outputs', [...plan.outputs, `results in ${plan.dir}`].map(safe).join('   ')],
    ...plan.notes.map((note) => ['note', safe(note)] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const glyphs = (text: string): string => (options.ascii ? text.replaceAll('→', '->') : text);
  return `${rows
    .map(([name, text]) => `${paint.faint(name.padEnd(width))}  ${glyphs(text)}`.trimEnd())
    .join('\n')}\n`;
}

const EMBEDDED = 'EMBEDDED ROUTER';
const MOST_SERVERS = 4;

function targetText(plan: PlanFacts): string {
  const own = plan.embedded ? EMBEDDED : 'named by the script';
  const name = plan.target === null ? own : safe(plan.target);
  const target = name === EMBEDDED ? `${EMBEDDED} (nothing leaves this machine)` : name;
  return [
    target,
    plan.tls ?? '',
    plan.callingAET === undefined ? '' : `calling ${safe(plan.callingAET)}`,
    plan.routes.length === 0 ? '' : `route ${plan.routes.map(safe).join(', ')}`,
    plan.verify === undefined ? '' : `verify ${safe(plan.verify)}`,
  ]
    .filter((part) => part !== '')
    .join('   ');
}

/** Web servers that the script names. */
function serverRows({ servers = [] }: PlanFacts): readonly (readonly [string, string])[] {
  if (servers.length === 0) return [];
  const shown = servers.slice(0, MOST_SERVERS).map(safe);
  const more = servers.length - shown.length;
  return [['web', [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join('   ')]];
}

function scenarioText(one: PlanScenario, plan: PlanFacts): string {
  const origin = plan.origin === undefined ? '' : `   [${safe(plan.origin)}]`;
  return `${safe(one.name)}: ${safe(one.description)}${origin}`;
}
