// What the plan block is made of, from the resolved options and what the script declared. Pure.
import { isLoopback } from '../../config/values/address.ts';
import { withoutPassword } from '../../config/describe-config.ts';
import type { Options, TlsConfig } from '../../config/types.ts';
import type { PlanInfo } from '../../conductor/screen.ts';
import { peerText } from '../../dicom/failure-text.ts';
import { describe, describePart, maxVUsOf } from '../../executors/describe.ts';
import type { Scenario } from '../../executors/index.ts';
import { requirements } from '../../executors/requirements.ts';
import { partName } from '../../executors/segments/segment.ts';
import type { SegmentPart } from '../../executors/segments/segment.ts';
import { bytes, count, plural } from '../../metrics/numbers.ts';
import type { PlanFacts } from '../../report/plan.ts';

export function planFacts(info: PlanInfo): PlanFacts {
  const { options, targets, embedded } = info;
  const { part } = options;
  const whole = part.length === 0;
  const { verify } = targets;
  const isWeb = info.target?.startsWith('http') === true;
  // The one that is connected to by TCP, and whose title and TLS matter.
  const target = embedded || isWeb ? null : targets.target;
  const need = requirements(options.scenarios);
  const origin = loadOrigin(info);
  const maxVUs = whole ? need.maxVUs : Math.min(need.maxVUs, maxVUsOf(options.scenarios, part));
  return {
    script: info.script,
    runId: info.id,
    ...(options.title === null ? {} : { title: options.title }),
    target: info.target ?? null,
    servers: info.servers,
    ...(target?.tls === undefined ? {} : { tls: tlsText(target.tls) }),
    embedded,
    ...(target === null ? {} : { callingAET: target.callingAET }),
    routes: embedded ? Object.keys(targets.routes) : given(options.route),
    ...(verify?.enabled === true && !embedded ? { verify: peerText(verify) } : {}),
    scenarios: options.scenarios.map((scenario) => ({
      name: scenario.name,
      description: whole ? describe(scenario) : partText(scenario, part),
    })),
    ...(whole ? {} : { part: `${partName(part)} (execution segment ${options.executionSegment})` }),
    maxDurationMs: need.durationNs / 1e6,
    maxVUs,
    workers: info.workers,
    ...connectText(options, maxVUs),
    receivers: info.receivers.map(({ aets, host, port }) => `${aets.join('/')} on ${host}:${port}`),
    data: dataLines(info),
    thresholds: options.noThresholds ? 0 : Object.values(options.thresholds).flat().length,
    outputs: options.outputs.map(({ kind, to }) => `${kind} ${withoutPassword(to)}`.trim()),
    dir: info.resultsDir,
    ...(origin === undefined ? {} : { origin }),
    notes: [...options.warnings, ...info.notes, ...unreachable(info)],
  };
}

/** `TLS`, `TLS with our certificate`, `TLS, any certificate is taken`. */
function tlsText({ cert, verify }: TlsConfig): string {
  const own = cert === undefined ? '' : ' with our certificate';
  return `TLS${own}${verify === false ? ', any certificate is taken' : ''}`;
}

/** Receivers that a target elsewhere cannot reach. */
export function unreachable({ options, targets, receivers }: Reachable): readonly string[] {
  const { target } = targets;
  if (target === null || options.embedded || isLoopback(target.host)) return [];
  return receivers
    .filter(({ host }) => isLoopback(host))
    .map(({ aets: [name = ''] }) => {
      const cure = `--receiver ${name}=0.0.0.0:PORT, or dicom.receiver({ host: '0.0.0.0' })`;
      return `${name} listens for this machine only, and the target is ${target.host}: ${cure}`;
    });
}

type Reachable = Pick<PlanInfo, 'receivers'> & {
  readonly options: Pick<Options, 'embedded'>;
  readonly targets: Pick<PlanInfo['targets'], 'target'>;
};

/** Only where a VU may have to wait for its turn. */
function connectText({ connectBacklog, connectRate }: Options, maxVUs: number) {
  if (maxVUs <= connectBacklog && connectRate === null) return {};
  const rate = connectRate === null ? '' : `, ${count(connectRate)} begun per second`;
  const most = `at most ${count(connectBacklog)} not yet answered${rate}`;
  return { connect: `associations to an address open in turn: ${most}` };
}

/** `40 iterations shared by 6 VUs (at most 10m); of these here 14 iterations, 2 VUs`. */
function partText(scenario: Scenario, part: SegmentPart): string {
  return `${describe(scenario)}; of these here ${describePart(scenario, part)}`;
}

function loadOrigin({ options }: PlanInfo): string | undefined {
  const [first] = options.scenarios;
  const origin = options.origins[`scenarios.${first?.name ?? ''}`];
  return origin === 'script' ? undefined : origin;
}

function given(route: string | null): readonly string[] {
  return route === null ? [] : [route];
}

function dataLines({ declarations }: PlanInfo): readonly string[] {
  return declarations.flatMap((declaration) => {
    if (declaration.kind !== 'pool') return [];
    const { members } = declaration.pool;
    const modalities = [...new Set(members.map((member) => member.modality))];
    const sizes = members.map((member) => member.datasetBytes);
    const low = bytes(sizes.reduce((a, b) => Math.min(a, b), Infinity));
    const high = bytes(sizes.reduce((a, b) => Math.max(a, b), 0));
    const size = low === high ? low : `${low} to ${high}`;
    const shown = modalities.length > 8 ? [...modalities.slice(0, 8), '…'] : modalities;
    return [`${count(members.length)} ${word(members.length)}, ${shown.join('/')}, ${size}`];
  });
}

function word(n: number): string {
  return plural(n, 'instance').replace(/^\S+ /, '');
}
