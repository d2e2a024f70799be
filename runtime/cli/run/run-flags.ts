// The flags of `run` and of what works like it.
import type { Command } from 'commander';
import { flagHelp } from '../../config/option-table.ts';
import { OUTPUT_HELP } from '../../outputs/index.ts';
import { addConnectFlags } from '../flags/connect-flags.ts';
import { collect } from '../flags/given-flags.ts';

/** Shown alike by every command that makes results. */
export const PHI_OK = flagHelp('phi-ok');

function count(_: string, before: number | undefined): number {
  return (before ?? 0) + 1;
}

export function addLoadFlags(command: Command): Command {
  return command
    .optionsGroup('Load:')
    .option('-u, --vus <n>', 'virtual users')
    .option('--ramp <duration>', 'reach --vus in this time, then hold them for --duration')
    .option('-d, --duration <duration>', 'how long to run (after --ramp: to hold; default 1m)')
    .option('-i, --iterations <n>', 'iterations over all virtual users')
    .option('-s, --stage <duration:vus>', 'one stage of a ramp, repeatable', collect)
    .option('--scenario <name>', 'only this scenario of the script; load flags shape it')
    .option(...flagHelp('min-iteration-duration'));
}

export function addTargetFlags(command: Command): Command {
  return addConnectFlags(command)
    .option(...flagHelp('route'))
    .option(...flagHelp('web-target'))
    .option(...flagHelp('embedded'))
    .option('--verify <aet@host:port>', 'where C-FIND verification asks')
    .option(
      '--receiver <aet=host:port>',
      'where a receiver of the script listens, repeatable',
      collect,
    )
    .option(...flagHelp('connect-backlog'))
    .option(...flagHelp('connect-rate'))
    .option(...flagHelp('no-preflight'));
}

export function addConfigFlags(command: Command): Command {
  return command
    .optionsGroup('Configuration:')
    .option('-e, --env <key=value>', 'variable for __ENV, repeatable', collect)
    .option('--env-file <file>', '.env file, repeatable, later wins', collect)
    .option('--config <file>', 'configuration file instead of the one beside the script')
    .option('--profile <name>', 'profile of the configuration file')
    .option('--tag <key=value>', 'tag on every sample, repeatable', collect)
    .option(...flagHelp('data'));
}

export function addResultFlags(command: Command): Command {
  return command
    .optionsGroup('Results:')
    .option('-o, --out <kind=target>', `${OUTPUT_HELP}, repeatable`, collect)
    .option(...flagHelp('results'))
    .option(...flagHelp('testid'))
    .option(...flagHelp('title'))
    .option(...flagHelp('summary-export'))
    .option(...flagHelp('summary-trend-stats'))
    .option(...flagHelp('summary-time-unit'))
    .option(...flagHelp('no-summary'))
    .option(...flagHelp('no-report'))
    .option(...flagHelp('no-thresholds'))
    .option(...flagHelp('strict-output'))
    .option(...flagHelp('console-output'))
    .option(...PHI_OK)
    .option(...flagHelp('ledger'))
    .option('--scrape <name=url>', 'read a Prometheus page of the target, repeatable', collect)
    .option(...flagHelp('scrape-interval'))
    .option('--web [host:port]', 'serve the live page')
    .option(...flagHelp('progress-interval'))
    .option('-q, --quiet', 'no progress; twice: errors only', count)
    .option('--no-color', 'no colours')
    .option('--color', 'colours also where there is no terminal');
}

export function addRuntimeFlags(command: Command): Command {
  return command
    .optionsGroup('Runtime:')
    .option(...flagHelp('workers'))
    .option(...flagHelp('worker-heap'))
    .option(...flagHelp('settle'))
    .option(...flagHelp('delivery-horizon'))
    .option(...flagHelp('wire-cache'))
    .option(...flagHelp('execution-segment'))
    .option(...flagHelp('execution-segment-sequence'))
    .option(...flagHelp('hang-timeout'))
    .option(...flagHelp('setup-timeout'))
    .option(...flagHelp('teardown-timeout'))
    .option(...flagHelp('no-setup'))
    .option(...flagHelp('no-teardown'))
    .option(...flagHelp('throw'))
    .option(...flagHelp('trace'));
}

/** All flags of `run`. */
export function addRunFlags(command: Command): Command {
  addLoadFlags(command);
  addTargetFlags(command);
  addConfigFlags(command);
  addResultFlags(command);
  return addRuntimeFlags(command);
}
