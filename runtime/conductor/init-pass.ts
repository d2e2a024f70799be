// The init pass alone: what a script declares and the options it leads to, without running it.
import type { Options } from '../config/types.ts';
import type { ConductRequest } from './conduct-types.ts';
import type { ThreadEvents } from './records/events.ts';
import { Fleet } from './fleet/fleet.ts';
import { defaultHeap } from './fleet/pool.ts';
import { FaultError, faultProblem } from './fleet/mailbox.ts';
import type { Loaded } from './share.ts';

export type InitRequest = Pick<
  ConductRequest,
  | 'vuWorker'
  | 'workerHeapBytes'
  | 'cores'
  | 'runNumber'
  | 'initTimeoutMs'
  | 'build'
  | 'resolve'
  | 'screen'
>;

export interface InitResult {
  readonly loaded: Loaded;
  readonly options: Options;
}

/** Bundles and loads the script in one worker. @throws DicomRunError 104 or 107 */
export async function initPass(request: InitRequest): Promise<InitResult> {
  const fleet = new Fleet({
    file: request.vuWorker,
    maxWorkers: 1,
    heapBytes: request.workerHeapBytes ?? defaultHeap(request.cores),
    events: logsOnly(request),
    nextSource: () => 0,
  });
  fleet.startLead();
  let place: (stack: string | undefined) => string | undefined = () => undefined;
  try {
    const built = await request.build();
    place = (stack) => (stack === undefined ? undefined : built.placeOf(stack)?.where);
    const loaded = await fleet.load({
      kind: 'load',
      bundle: built.code,
      preludeFile: built.preludeFile,
      folder: built.folder,
      env: built.env,
      timeoutMs: request.initTimeoutMs,
      runNumber: request.runNumber,
      ...(built.dataRoot === undefined ? {} : { dataRoot: built.dataRoot }),
    });
    return { loaded, options: await request.resolve(loaded) };
  } catch (error) {
    throw error instanceof FaultError ? faultProblem(error, { place }) : error;
  } finally {
    await fleet.destroy();
  }
}

function logsOnly({ screen }: InitRequest): ThreadEvents {
  const ignore = () => undefined;
  return {
    series: ignore,
    samples: ignore,
    log: (message) => screen.log(message),
    error: ignore,
    abortTest: ignore,
    failTest: ignore,
    ledger: ignore,
    caseState: ignore,
    broken: (error) => {
      // Nothing is under way that would have to be ended in order.
      throw error;
    },
    replaced: ignore,
    receiversGone: ignore,
    settling: ignore,
  };
}
