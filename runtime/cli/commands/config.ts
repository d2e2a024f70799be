// dicomrun config [SCRIPT]: every option, its value and its origin, secrets masked.
import { configLines, describeConfig } from '../../config/describe-config.ts';
import { resolveOptions } from '../../config/resolve.ts';
import type { Options } from '../../config/types.ts';
import { readSources } from '../flags/config-sources.ts';
import { needsAscii } from '../run/print-summary.ts';
import type { DefineCommand } from '../command.ts';
import { addRunFlags } from '../run/run-flags.ts';
import { connectFlags } from '../flags/connect-flags.ts';
import { givenFlags, type FlagValues } from '../flags/given-flags.ts';
import { widthOf, type Terminal } from '../terminal.ts';

export const define: DefineCommand = (command, { terminal }) => {
  command
    .argument('[script]', 'with its own options; without it only those around it')
    .option('--json', 'as JSON')
    .option('--set', 'only what somebody set');
  addRunFlags(command);
  command.action(async (script: string | undefined) => {
    const flags = { ...givenFlags(command), ...connectFlags(command, undefined, undefined) };
    const { json, set } = command.opts<{ json?: boolean; set?: boolean }>();
    const options = await effectiveOptions(script, flags, terminal);
    const rows = describeConfig(options, set === true);
    if (json === true) return terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
    const arrow = needsAscii(terminal.env) ? '<-' : '←';
    const lines = configLines(rows, { arrow, width: widthOf(terminal) });
    terminal.out(lines.map((line) => `${line}\n`).join(''));
    for (const warning of options.warnings) terminal.err(`note: ${warning}\n`);
  });
};

export async function effectiveOptions(
  script: string | undefined,
  flags: FlagValues,
  terminal: Terminal,
): Promise<Options> {
  if (script !== undefined) {
    const { inspectScript } = await import('../run/run-script.ts');
    return (await inspectScript({ script, flags, mode: 'run', terminal })).options;
  }
  const sources = await readSources(flags, null, terminal);
  return resolveOptions({
    ...sources,
    mode: 'run',
    scriptOptions: null,
    exports: null,
    flags,
    env: terminal.env,
  });
}
