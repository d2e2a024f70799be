// Init pass: the module code of the script runs once, in worker 0, and says what it declares.
import type { Run } from '../run.ts';
import type { BuiltScript } from '../run-types.ts';
import type { Loaded } from '../share.ts';

/** Loads the script. @throws StoppedError, FaultError of the script */
export function load(run: Run, built: BuiltScript): Promise<Loaded> {
  const { initTimeoutMs, runNumber } = run.settings;
  return run.until(
    run.fleet.load({
      kind: 'load',
      bundle: built.code,
      preludeFile: built.preludeFile,
      folder: built.folder,
      env: built.env,
      timeoutMs: initTimeoutMs,
      runNumber,
      ...(built.dataRoot === undefined ? {} : { dataRoot: built.dataRoot }),
      ...(built.onlyFiles === undefined ? {} : { onlyFiles: built.onlyFiles }),
      ...(built.given === undefined ? {} : { given: built.given }),
      ...(built.tables === true ? { tables: true } : {}),
    }),
  );
}

/** The same in a new worker 0: the module code has had its say. */
export function loadAgain(run: Run, built: BuiltScript): Promise<Loaded> {
  return run.events.quietly(() => load(run, built));
}
