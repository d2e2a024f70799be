// dicomrun inspect SCRIPT: effective options with their origins, the plan, VUs over time. Of a folder
// that `record` has written: what is in it.
import { configLines, describeConfig } from '../../config/describe-config.ts';
import { drawSteps } from '../../executors/chart.ts';
import { formatNs } from '../../executors/duration.ts';
import { executorOf } from '../../executors/index.ts';
import { plural } from '../../metrics/numbers.ts';
import { requirements, vusOverTime } from '../../executors/requirements.ts';
import type { RunScript } from '../../conductor/run-types.ts';
import type { DefineCommand } from '../command.ts';
import { addRunFlags } from '../run/run-flags.ts';
import { connectFlags } from '../flags/connect-flags.ts';
import { givenFlags } from '../flags/given-flags.ts';
import { needsAscii } from '../run/print-summary.ts';
import { widthOf, type Terminal } from '../terminal.ts';

export const define: DefineCommand = (command, { terminal }) => {
  command
    .argument('<script>', 'the script, or the folder of a recording')
    .argument('[host]', 'dcmtk style: host of the target')
    .argument('[port]', 'dcmtk style: port of the target')
    .option('--json', 'as JSON')
    .option('--smoke', 'as `dicomrun smoke` would run it');
  addRunFlags(command);
  command.action(async (script: string, host: string | undefined, port: string | undefined) => {
    const { json, smoke } = command.opts<{ json?: boolean; smoke?: boolean }>();
    const { inspectRecording, isRecording } = await import('./record/inspect-recording.ts');
    if (isRecording(terminal, script)) {
      inspectRecording(terminal, script, json === true);
      return;
    }
    const { inspectScript } = await import('../run/run-script.ts');
    const flags = { ...givenFlags(command), ...connectFlags(command, host, port) };
    const mode = smoke === true ? 'smoke' : 'run';
    const result = await inspectScript({ script, flags, mode, terminal });
    terminal.out(json === true ? asJson(result) : asText(result, terminal));
  });
};

function asText({ options, loaded }: RunScript, terminal: Terminal): string {
  const ascii = needsAscii(terminal.env);
  const width = widthOf(terminal);
  const need = requirements(options.scenarios);
  const atMost = options.scenarios.some((one) => executorOf(one).iterations !== undefined);
  const receivers = loaded.declarations.filter(({ kind }) => kind === 'receiver').length;
  const pools = loaded.declarations.flatMap((one) => (one.kind === 'pool' ? [one.pool] : []));
  const instances = pools.reduce((sum, pool) => sum + pool.members.length, 0);
  return [
    ...configLines(describeConfig(options, true), { arrow: ascii ? '<-' : '←', width }),
    '',
    `at most ${plural(need.maxVUs, 'VU')}, at most ${formatNs(need.durationNs)} with graceful stop`,
    `exports ${loaded.exports.join(', ')}`,
    `declares ${plural(instances, 'instance')} in ${plural(pools.length, 'pool')}, ${plural(receivers, 'receiver')}`,
    ...options.warnings.map((warning) => `note: ${warning}`),
    '',
    ...drawSteps(vusOverTime(options.scenarios), { ascii, atMost }),
    '',
  ].join('\n');
}

function asJson({ options, loaded }: RunScript): string {
  const need = requirements(options.scenarios);
  const value = {
    options: describeConfig(options),
    scenarios: options.scenarios,
    thresholds: options.thresholds,
    maxVUs: need.maxVUs,
    totalDuration: formatNs(need.durationNs),
    vus: vusOverTime(options.scenarios),
    exports: loaded.exports,
    peers: loaded.peers,
    notes: loaded.notes,
    warnings: options.warnings,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
