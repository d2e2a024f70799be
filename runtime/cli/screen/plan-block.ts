// What will run against whom, before it runs: it settles what `--vus 50 --ramp 2m` means.
import type { Options, Target } from '../../config/types.ts';
import type { PlanInfo } from '../../conductor/screen.ts';
import { describe } from '../../executors/describe.ts';
import { requirements } from '../../executors/requirements.ts';
import type { Terminal } from '../terminal.ts';
import { bytes, clock, number } from './units.ts';

/** The plan block, with its line breaks. */
export function planBlock(info: PlanInfo, terminal: Terminal, version: string): string {
  const key = (text: string) => terminal.style('dim', text.padEnd(9));
  const lines = [
    `${terminal.style('bold', `dicomrun ${version}`)} · run ${info.id}`,
    '',
    `${key('script')}${info.script}`,
    `${key('target')}${targetText(info)}`,
    ...loadLines(info.options).map((text, i) => `${key(i === 0 ? 'load' : '')}${text}`),
    ...dataLines(info).map((text, i) => `${key(i === 0 ? 'data' : '')}${text}`),
    `${key('outputs')}${outputsText(info)}`,
  ];
  for (const note of [...info.options.warnings, ...info.notes]) {
    lines.push(`${terminal.style('yellow', 'note:')} ${note}`);
  }
  return `${lines.join('\n')}\n\n`;
}

function targetText({ options, targets }: PlanInfo): string {
  const { target, verify, routes } = targets;
  if (options.embedded) {
    const names = Object.keys(routes);
    const routed = names.length === 0 ? '' : `  routes ${names.join(', ')}`;
    return `EMBEDDED ROUTER${target === null ? '' : ` ${address(target)}`}${routed}`;
  }
  if (target === null) return 'named by the script';
  const route = options.route === null ? '' : `  route ${options.route}`;
  const verified = verify?.enabled === true ? `  verify ${peerText(verify)}` : '';
  const tls = target.tls === undefined ? '' : '  TLS';
  return `${peerText(target)}  calling ${target.callingAET}${route}${tls}${verified}`;
}

function peerText(target: Target): string {
  return `${target.calledAET}@${address(target)}`;
}

function address({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function loadLines(options: Options): readonly string[] {
  const origin = options.origins;
  const lines = options.scenarios.map((scenario) => {
    const from = origin[`scenarios.${scenario.name}`] ?? origin['scenarios'];
    const source = from === undefined || from === 'script' ? '' : `  [${from}]`;
    const name = options.scenarios.length > 1 ? `${scenario.name}: ` : '';
    return `${name}${describe(scenario)}${source}`;
  });
  if (options.scenarios.length > 1) {
    const need = requirements(options.scenarios);
    lines.push(`together up to ${need.maxVUs} VUs, at most ${clock(need.durationNs / 1e6)}`);
  }
  return lines;
}

function dataLines({ declarations }: PlanInfo): readonly string[] {
  return declarations.flatMap((declaration) => {
    if (declaration.kind !== 'pool') return [];
    const instances = declaration.pool.members;
    const modalities = [...new Set(instances.map((instance) => instance.modality))];
    const sizes = instances.map((instance) => instance.datasetBytes);
    const low = bytes(Math.min(...sizes));
    const high = bytes(Math.max(...sizes));
    const size = low === high ? low : `${low}-${high}`;
    const what = instances.length === 1 ? 'instance' : 'instances';
    return [`${number(instances.length)} ${what}, ${modalities.slice(0, 8).join('/')}, ${size}`];
  });
}

function outputsText({ options, resultsDir }: PlanInfo): string {
  const outputs = options.outputs.map(({ kind, to }) => `${kind} ${withoutPassword(to)}`.trim());
  return [...outputs, resultsDir].join('   ');
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^/@:]*):[^/@]*@/, '//$1:***@');
}
