// What takes longest of the start of a run, begun before most of the program is read from the disk:
// the thread of worker 0 boots, and the script is bundled.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { VuPool } from '../../conductor/fleet/member.ts';
import { newVuPool } from '../../conductor/fleet/pool.ts';
import { distRoot } from '../package-root.ts';
import type { ScriptSource, SourceRequest } from './script-source.ts';

/** Threads at most, before the number of VUs is known. */
export const MAX_WORKERS = 256;

/** A run that is on its way. */
export interface Early {
  readonly pool: VuPool;
  readonly source: ScriptSource;
}

/** Threads as a run has them where nobody says more: the first of them boots. Who has them ends them. */
export function bootPool(): VuPool {
  return newVuPool({
    ...{ file: vuWorkerFile(), maxThreads: MAX_WORKERS },
    ...{ heapBytes: null, cores: availableParallelism() },
    preludeFile: fileURLToPath(new URL('prelude.js', distRoot())),
  });
}

/**
 * Begins with a run; who has it ends the pool. Null where somebody says what heap workers have: that
 * is read with the rest.
 *
 * @param booted threads that boot already
 */
export async function startEarly(
  request: SourceRequest,
  booted: VuPool | null,
): Promise<Early | null> {
  const { flags, terminal } = request;
  if ((flags['worker-heap'] ?? terminal.env['DICOMRUN_WORKER_HEAP']) !== undefined) {
    await booted?.destroy();
    return null;
  }
  const pool = booted ?? bootPool();
  const { ScriptSource } = await import('./script-source.ts');
  const source = new ScriptSource(request);
  // Who needs the script asks again, and hears what is wrong with it.
  source.build().catch(() => undefined);
  return { pool, source };
}

/** Compiled module of the VU workers; the program may run from the sources (tests). */
export function vuWorkerFile(): string {
  return fileURLToPath(new URL('runtime/vu/worker.js', distRoot()));
}
