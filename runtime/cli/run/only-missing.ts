// `run --only-missing DIR`: the script again, with nothing but the files that an earlier run lost.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { AgentFlags } from '../flags/agent-flags.ts';
import { readLedger } from '../data/ledger.ts';
import { runFolder } from '../data/run-folder.ts';
import type { Terminal } from '../terminal.ts';
import type { FlagValues } from '../flags/given-flags.ts';

const LOAD_FLAGS = ['vus', 'ramp', 'duration', 'iterations', 'stage'];
const FLAG = 'flag --only-missing';

/**
 * What the run sends, and its flags: one iteration a file unless the load is said otherwise.
 *
 * @throws DicomRunError 104 when the run lost nothing, or nothing that was read from a file
 */
export async function onlyMissing(
  dir: string,
  flags: FlagValues,
  place: { readonly terminal: Terminal; readonly agents: AgentFlags | null },
): Promise<{ readonly flags: FlagValues; readonly onlyFiles: readonly string[] }> {
  if (place.agents !== null) {
    throw refused('--only-missing and --agents do not go together', 'run it on this machine alone');
  }
  const { cwd } = place.terminal;
  const { missing, missingFiles } = await readLedger(runFolder(dir, place.terminal), cwd);
  if (missing.length === 0) throw refused(`${dir}: this run lost nothing`, 'name another run');
  if (missingFiles.length === 0) {
    const what = `${missing.length} lost ${missing.length === 1 ? 'instance' : 'instances'}`;
    const hint = 'run the script again: what it makes, it makes anew';
    throw refused(`${dir}: none of ${what} was read from a file`, hint);
  }
  const load = {
    ...{ vus: '1', iterations: String(missingFiles.length) },
    ...{ 'as:vus': FLAG, 'as:iterations': FLAG },
  };
  const isSaid = LOAD_FLAGS.some((name) => flags[name] !== undefined);
  return { flags: isSaid ? flags : { ...flags, ...load }, onlyFiles: missingFiles };
}

function refused(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_ONLY_MISSING', message, hint });
}
