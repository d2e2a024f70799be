// dicomrun run SCRIPT: a load test.
import { addRunFlags, connectFlags, givenFlags } from '../run/run-flags.ts';
import type { DefineCommand } from '../command.ts';

const EXAMPLES = `
Examples:
  dicomrun run gi-routing.ts --embedded --vus 5 --duration 10s
  dicomrun run gi-routing.ts -c PACS@10.1.2.3:104 -b MY_AET --vus 50 --ramp 2m
  dicomrun run gi-routing.ts --vus 50 --ramp 2m --out influxdb=http://127.0.0.1:8086/dicomrun

Exit codes: dicomrun help exit-codes`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<script>', 'the script, TypeScript or JavaScript')
    .argument('[host]', 'dcmtk style: host of the target')
    .argument('[port]', 'dcmtk style: port of the target')
    .addHelpText('after', EXAMPLES);
  addRunFlags(command);
  command.action(async (script: string, host: string | undefined, port: string | undefined) => {
    const { runScript } = await import('../run/run-script.ts');
    const flags = { ...givenFlags(command), ...connectFlags(command, host, port) };
    exit(await runScript({ script, flags, mode: 'run', terminal }));
  });
};
