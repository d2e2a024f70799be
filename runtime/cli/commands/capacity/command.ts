// dicomrun capacity SCRIPT: the highest arrival rate that keeps the script's thresholds.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';
import { addAgentFlags, takeAgentFlags } from '../../flags/agent-flags.ts';
import { addConfigFlags, addTargetFlags, PHI_OK } from '../../run/run-flags.ts';
import { connectFlags } from '../../flags/connect-flags.ts';
import { collect, givenFlags, type FlagValues } from '../../flags/given-flags.ts';
import type { Terminal } from '../../terminal.ts';

interface CapacityFlags {
  readonly from: string;
  readonly to: string;
  readonly stepDuration: string;
  readonly vus: string;
  readonly precision: string;
  readonly quiet?: number;
}

const EXAMPLES = `
Examples:
  dicomrun capacity gi-routing.ts --embedded --step-duration 5s
  dicomrun capacity gi-routing.ts -c PACS@10.1.2.3:104 --from 5 --to 200 --step-duration 2m
  dicomrun capacity gi-routing.ts -c PACS@10.1.2.3:104 --creds coordinator.creds --agents 10

The rate doubles until a threshold breaks, the gap is halved down to --precision, and the answer
is confirmed by a second run. A step is an ordinary run with constant-arrival-rate; its folder
stands in that of the search. A rate holds when all thresholds hold and 99 % of its starts happened.

Exit codes: 0 found, 99 not even --from holds, else as of dicomrun run.`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<script>', 'the script, with thresholds')
    .optionsGroup('Search:')
    .option('--from <rate>', 'iterations a second to begin with', '1')
    .option('--to <rate>', 'no more than this', '1000')
    .option('--step-duration <duration>', 'how long each rate is kept', '30s')
    .option('-u, --vus <n>', 'virtual users at most', '500')
    .option('--precision <percent>', 'stop when the answer is known this well', '2')
    .option('--scenario <name>', 'this scenario of the script')
    .addHelpText('after', EXAMPLES);
  addTargetFlags(command);
  addConfigFlags(command);
  command
    .optionsGroup('Results:')
    .option('-o, --out <kind=target>', 'outputs of every step, repeatable', collect)
    .option('--results <dir>', 'where the folder is made (default results)')
    .option('--testid <id>', 'name of the steps in every output, with their number')
    .option('--settle <duration>', 'wait for deliveries at the end of a step (default 30s)')
    .option(...PHI_OK)
    .option('--workers <n>', 'worker threads (default: cores - 1)')
    .option(
      '-q, --quiet',
      'only what was found',
      (_: string, n: number | undefined) => (n ?? 0) + 1,
    )
    .option('--no-color', 'no colours')
    .option('--color', 'colours also where there is no terminal');
  addAgentFlags(command);
  command.action(async (script: string) => exit(await capacity(command, script, terminal)));
};

async function capacity(command: Command, script: string, terminal: Terminal): Promise<number> {
  const own = command.opts<CapacityFlags>();
  const { agents, rest } = takeAgentFlags(givenFlags(command));
  const flags: FlagValues = {
    ...ofTheRuns(rest),
    ...connectFlags(command, undefined, undefined),
    'no-report': true,
  };
  const [{ findCapacity }, { readCount, readDurationMs }, { applyColor }] = await Promise.all([
    import('./capacity.ts'),
    import('../../flags/flag-values.ts'),
    import('../../run/run-script.ts'),
  ]);
  applyColor(terminal, flags);
  const [from, to] = [readRate('--from', own.from), readRate('--to', own.to)];
  if (from > to) {
    throw problem(`flag --from: ${from} is more than --to, ${to}`, `--from ${to} --to ${from}`);
  }
  const stepMs = readDurationMs('--step-duration', own.stepDuration);
  if (stepMs < 1_000) {
    throw problem('flag --step-duration: a step takes at least 1s', '--step-duration 30s');
  }
  return findCapacity({
    ...{ script, flags, terminal, agents },
    range: { from, to, precision: readRate('--precision', own.precision) / 100 },
    durationNs: stepMs * 1e6,
    vus: readCount('--vus', own.vus, 1),
    quiet: own.quiet ?? 0,
  });
}

const OWN_FLAGS = ['from', 'to', 'step-duration', 'vus', 'precision', 'quiet'];

/** The flags that the configuration of a run knows. */
function ofTheRuns(given: FlagValues): FlagValues {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !OWN_FLAGS.includes(name)));
}

function readRate(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw problem(`flag ${flag}: must be a number above 0, is "${text}"`, `${flag} 10`);
}

function problem(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_VALUE', message, hint });
}
