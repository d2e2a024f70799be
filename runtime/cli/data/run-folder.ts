// The folder of a run as people name it: a path, the run's own name, or `last`.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Terminal } from '../terminal.ts';

type Place = Pick<Terminal, 'cwd' | 'env'>;

/**
 * A path as it is; else the run of that name in the results folder; `last` is the newest run there,
 * `last~1` the one before it. The results folder is `DICOMRUN_RESULTS_DIR`, or `results` here or in a
 * folder above.
 * @throws DicomRunError 104 when `last` finds no run
 */
export function runFolder(name: string, place: Place): string {
  const path = resolve(place.cwd, name);
  if (existsSync(path)) return path;
  const home = resultsOf(place);
  const back = /^last(?:~(\d+))?$/.exec(name);
  if (back !== null) return lastOf(home, Number(back[1] ?? 0), name);
  const named = home === null ? path : join(home, name);
  return existsSync(named) ? named : path;
}

function resultsOf({ cwd, env }: Place): string | null {
  const given = env['DICOMRUN_RESULTS_DIR'];
  if (given !== undefined && given !== '') return resolve(cwd, given);
  for (let folder = cwd; ; folder = dirname(folder)) {
    const home = join(folder, 'results');
    if (existsSync(home)) return home;
    if (folder === dirname(folder)) return null;
  }
}

function lastOf(home: string | null, back: number, name: string): string {
  const folders = home === null ? [] : runsOf(home);
  const folder = folders[back];
  if (folder !== undefined) return folder;
  const there =
    home === null
      ? 'there is no folder "results" here or above'
      : `${home} holds ${folders.length === 1 ? 'one run' : `${folders.length} runs`}`;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_RUN_FOLDER',
    message: `"${name}": ${there}`,
    hint: 'name the folder of the run, or set DICOMRUN_RESULTS_DIR to where runs are kept',
  });
}

/** Newest first, by when the run log was written to last. */
function runsOf(home: string): readonly string[] {
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ folder: join(home, entry.name), at: writtenAt(join(home, entry.name)) }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => b.at - a.at)
    .map(({ folder }) => folder);
}

const writtenAt = (folder: string): number =>
  statSync(join(folder, 'run.ndjson'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
