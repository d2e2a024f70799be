// dicomrun run SCRIPT: a load test.
import { addAgentFlags, takeAgentFlags } from '../flags/agent-flags.ts';
import { addRunFlags } from '../run/run-flags.ts';
import { connectFlags } from '../flags/connect-flags.ts';
import { collect, givenFlags } from '../flags/given-flags.ts';
import type { DefineCommand } from '../command.ts';
import type { AgentFlags } from '../flags/agent-flags.ts';
import type { VuPool } from '../../conductor/fleet/member.ts';
import type { Early } from '../run/early.ts';
import type { Carriers } from '../run/run-script.ts';
import type { SourceRequest } from '../run/script-source.ts';

const EXAMPLES = `
Examples:
  dicomrun run gi-routing.ts --embedded --vus 5 --duration 10s
  dicomrun run gi-routing.ts -c PACS@10.1.2.3:104 -b MY_AET --vus 50 --ramp 2m
  dicomrun run gi-routing.ts --vus 50 --ramp 2m --out influxdb=http://127.0.0.1:8086/dicomrun
  dicomrun run gi-routing.ts --embedded --reporter junit=run.xml
  dicomrun run gi-routing.ts -c PACS@10.1.2.3:104 --only-missing last
  dicomrun run gi-routing.ts --embedded --vus 5 --agents local:3

Exit codes: dicomrun help exit-codes`;

export const define: DefineCommand = (command, { terminal, exit, booted = null }) => {
  command
    .argument('<script>', 'the script, TypeScript or JavaScript')
    .argument('[host]', 'dcmtk style: host of the target')
    .argument('[port]', 'dcmtk style: port of the target')
    .addHelpText('after', EXAMPLES);
  addRunFlags(command);
  command
    .optionsGroup('Results:')
    .option('--reporter <junit=file>', 'the run as JUnit XML, repeatable', collect)
    .optionsGroup('Load:')
    .option('--only-missing <dir>', 'send only the files that this run lost, each once; or last');
  addAgentFlags(command);
  command.option('--resume <testid>', 'go on with the run of a coordinator that was killed');
  command.action(async (script: string, host: string | undefined, port: string | undefined) => {
    const { agents, rest } = takeAgentFlags(givenFlags(command));
    const { reporter, 'only-missing': lossy, ...given } = rest;
    const own = { ...given, ...connectFlags(command, host, port) };
    const reporters = Array.isArray(reporter) ? (reporter as readonly string[]) : [];
    const carriers = agents === null ? null : carriersOf(agents);
    const request = { script, reporters, carriers, mode: 'run', terminal } as const;
    const isPlain = agents === null && lossy === undefined;
    if (!isPlain) await booted?.destroy();
    const early = isPlain ? await begun({ ...request, flags: own }, booted) : null;
    const { runScript } = await import('../run/run-script.ts');
    if (lossy === undefined) return exit(await runScript({ ...request, early, flags: own }));
    const { onlyMissing } = await import('../run/only-missing.ts');
    const only = await onlyMissing(String(lossy), own, { terminal, agents });
    return exit(await runScript({ ...request, ...only }));
  });
};

/** First what takes longest: it goes on while the rest of the program is read. */
async function begun(request: SourceRequest, booted: VuPool | null): Promise<Early | null> {
  const { startEarly } = await import('../run/early.ts');
  return startEarly(request, booted);
}

/** What is needed for several hosts is loaded only for a run on several. */
function carriersOf(agents: AgentFlags): Carriers {
  return async (own, testid) => {
    const { carriedByAgents } = await import('../agents/on-agents.ts');
    return carriedByAgents(agents, own, testid);
  };
}
