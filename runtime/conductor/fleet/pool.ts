// Worker threads of a run: a Piscina pool with one long task per thread, spoken to by port.
import { totalmem } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort, Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { VuThreadData } from '../../threads/vu.ts';

/** One running long task and the port to it. */
export interface Thread<In, Out> {
  readonly index: number;
  /** Sends a message; ports and buffers in `transfer` change owner. A dead thread ignores it. */
  post(message: In, transfer?: readonly Transferable[]): void;
  /** Replaces the receiver of this thread's messages. Messages wait until there is one. */
  listen(receive: (message: Out) => void): void;
  /** Settles when the task ends: null when it returned, else why it died. Never rejects. */
  readonly ended: Promise<Error | null>;
  /** Ends the thread now, whatever it does. */
  kill(): void;
}

export interface ThreadPool<In, Out> {
  /** Starts one more task on a thread of its own; `makeTask` gets the task's end of the port. */
  start(index: number, makeTask: (port: MessagePort) => object): Thread<In, Out>;
  /** Ends every thread. */
  destroy(): Promise<void>;
}

export interface PoolSettings {
  /** Compiled module whose default export is the long task. */
  readonly file: string;
  readonly maxThreads: number;
  /** Heap limit of each thread, bytes; a thread that exceeds it dies alone. */
  readonly heapBytes?: number;
  /** What each thread has as its `workerData` from its first line on. */
  readonly data?: object;
}

/**
 * Piscina requires a thread's file before it imports it, and Node (20.19 to 26 at least) aborts the process
 * when a thread ends in the middle of a `require` of an ES module: "IsGraphAsync must be used on an
 * instantiated module". Versions that cannot do it do not know the flag.
 */
const NO_REQUIRE_OF_ESM = ['--no-experimental-require-module'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

const MIB = 1024 ** 2;
const MOST_HEAP = 4096 * MIB;
const LEAST_HEAP = 256 * MIB;

/**
 * Heap of a worker where nobody says: its share of half the memory of the machine (or container), so
 * that hungry scripts bring down their workers and not the run; at least 256 MiB, at most 4 GiB.
 */
export function defaultHeap(cores: number, memoryBytes = memoryHere()): number {
  const share = memoryBytes / 2 / Math.max(1, cores - 1);
  return Math.max(LEAST_HEAP, Math.min(MOST_HEAP, share));
}

function memoryHere(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * A pool that grows by one thread per started task and never queues one. Threads have an empty
 * environment: what a script may see of the environment arrives in a message.
 */
export function createThreadPool<In, Out>(settings: PoolSettings): ThreadPool<In, Out> {
  const pool = new Piscina({
    filename: settings.file,
    minThreads: 1,
    maxThreads: settings.maxThreads,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    recordTiming: false,
    env: {},
    // why: flags that somebody gave Node are the threads' too, and not all may be said again
    ...(process.execArgv.length > 0 ? {} : { execArgv: NO_REQUIRE_OF_ESM }),
    ...(settings.data === undefined ? {} : { workerData: settings.data }),
    ...(settings.heapBytes === undefined
      ? {}
      : { resourceLimits: { maxOldGenerationSizeMb: Math.ceil(settings.heapBytes / MIB) } }),
  });
  let destroyed = false;
  return {
    start: (index, makeTask) => startTask<In, Out>(pool, index, makeTask),
    destroy: async () => {
      if (destroyed) return;
      destroyed = true;
      await pool.destroy();
    },
  };
}

/** A pool of VU workers; without a heap they have the default of so many cores. */
export function newVuPool<In, Out>({
  heapBytes,
  cores,
  preludeFile,
  ...settings
}: Pick<PoolSettings, 'file' | 'maxThreads'> & {
  readonly heapBytes: number | null;
  readonly cores: number;
  /** They evaluate it before they are asked to, if it is known. */
  readonly preludeFile?: string;
}): ThreadPool<In, Out> {
  const ahead: VuThreadData | null = preludeFile === undefined ? null : { preludeFile };
  return createThreadPool({
    ...settings,
    heapBytes: heapBytes ?? defaultHeap(cores),
    ...(ahead === null ? {} : { data: ahead }),
  });
}

function startTask<In, Out>(
  pool: Piscina,
  index: number,
  makeTask: (port: MessagePort) => object,
): Thread<In, Out> {
  const { port1: port, port2: far } = new MessageChannel();
  const killer = new AbortController();
  const run = pool.run(makeTask(far), { transferList: [far], signal: killer.signal });
  const ended = run.then(
    () => null,
    (reason: unknown) => memoryOf(reason) ?? asError(reason),
  );
  void ended.then(() => port.close());
  return {
    index,
    post: (message, transfer) => port.postMessage(message, transfer as Transferable[] | undefined),
    listen: (receive) => {
      port.removeAllListeners('message');
      port.on('message', receive);
    },
    ended,
    kill: () => killer.abort(),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** A full heap is its script's doing, whatever phase it was in. */
function memoryOf(reason: unknown): DicomRunError | null {
  if ((reason as { code?: unknown } | null)?.code !== 'ERR_WORKER_OUT_OF_MEMORY') return null;
  return new DicomRunError(ExitCode.SCRIPT, {
    code: 'SCRIPT_MEMORY',
    message: `the script used up the memory of its worker (${asError(reason).message})`,
    hint: 'keep less at once, or give it more: --worker-heap 1GB',
  });
}
