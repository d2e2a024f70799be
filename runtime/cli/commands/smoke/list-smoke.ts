// dicomrun smoke --list: what would run, by script and scenario, without running it.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Terminal } from '../../terminal.ts';
import type { FlagValues } from '../../run/run-flags.ts';
import { inspectScript } from '../../run/run-script.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { shortName } from './run-smoke.ts';
import { grepScenarios, isLabelled, NotSelected, titlesOf } from './select.ts';

export interface ListRequest {
  readonly scripts: readonly string[];
  readonly flags: FlagValues;
  readonly labels: readonly string[];
  readonly pattern: RegExp | null;
  readonly terminal: Terminal;
}

/** @throws DicomRunError 104 when nothing is selected, 104 or 107 for a script that does not start */
export async function listSmoke(request: ListRequest): Promise<number> {
  const { scripts, flags, labels, pattern, terminal } = request;
  const there: string[] = [];
  let listed = 0;
  for (const script of scripts) {
    const { options } = await inspectScript({ script, flags, mode: 'smoke', terminal });
    const name = shortName(script);
    there.push(...titlesOf(options, name));
    if (!isLabelled(options.labels, labels)) continue;
    const file = resolve(terminal.cwd, script);
    const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
    try {
      const kept = grepScenarios(options, { name, source }, pattern);
      for (const title of titlesOf(kept, name)) terminal.out(`${title}\n`);
      listed += kept.scenarios.length;
    } catch (error) {
      if (!(error instanceof NotSelected)) throw error;
    }
  }
  if (listed > 0) return ExitCode.OK;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NOTHING_SELECTED',
    message: 'nothing was selected',
    hint: `there is: ${there.join('; ')}`,
  });
}
