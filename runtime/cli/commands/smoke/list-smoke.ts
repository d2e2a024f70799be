// dicomrun smoke --list: what would run, by script, scenario and row, without running it.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isLabelled } from '../../../../api/abi.ts';
import type { RunScript } from '../../../conductor/run-types.ts';
import type { Terminal } from '../../terminal.ts';
import type { FlagValues } from '../../flags/given-flags.ts';
import { inspectScript } from '../../run/run-script.ts';
import { printable } from '../../problem-text.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { shortName } from './run-smoke.ts';
import {
  grepScenarios,
  isWanted,
  labelledScenarios,
  labelsOf,
  marks,
  NotSelected,
  titlesOf,
} from './select.ts';

export interface ListRequest {
  readonly scripts: readonly string[];
  readonly flags: FlagValues;
  readonly labels: readonly string[];
  readonly pattern: RegExp | null;
  readonly terminal: Terminal;
}

/** @throws DicomRunError 104 when nothing is selected, 104 or 107 for a script that does not start */
export async function listSmoke(request: ListRequest): Promise<number> {
  const { scripts, flags, terminal } = request;
  const there: string[] = [];
  let listed = 0;
  for (const script of scripts) {
    const inspected = await inspectScript({ script, flags, mode: 'smoke', terminal }, true);
    there.push(...titlesOf(inspected.options, shortName(script)));
    const titles = titlesIn(script, inspected, request);
    for (const title of titles) terminal.out(`${printable(title)}\n`);
    listed += titles.length;
  }
  if (listed > 0) return ExitCode.OK;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NOTHING_SELECTED',
    message: 'nothing was selected',
    hint: `there is: ${there.join('; ')}`,
  });
}

/** Scenarios, each with the rows of its table below it, as far as they are selected. */
function titlesIn(
  script: string,
  { options, loaded }: RunScript,
  { labels: wanted, pattern, terminal }: ListRequest,
): readonly string[] {
  const name = shortName(script);
  const file = resolve(terminal.cwd, script);
  const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
  try {
    const { kept, rowsOnly } = labelledScenarios(options, { name, source }, wanted);
    return grepScenarios(kept, { name, source }, pattern).scenarios.flatMap((scenario) => {
      const above = labelsOf(options, scenario);
      const title = `${name} › ${scenario.name}`;
      const table = loaded.tables[scenario.exec] ?? [];
      const rows = table
        .filter(({ labels }) => isLabelled([...above, ...labels], wanted))
        .filter((row) => isWanted(title, row.name, pattern))
        .map((row) => `${title} › ${row.name}${marks(row.labels)}`);
      // A table without a row that fits runs nothing.
      if (rows.length === 0 && (rowsOnly.has(scenario.name) || table.length > 0)) return [];
      return [`${title}${marks(above)}`, ...rows];
    });
  } catch (error) {
    if (error instanceof NotSelected) return [];
    throw error;
  }
}
