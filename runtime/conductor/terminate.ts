// Ends the script that runs in a thread and nothing else, and learns where it was.

/** What came of ending a script. */
export interface Termination {
  /** False when there is no such thread or no inspector in this Node. */
  readonly done: boolean;
  /** Where it was, as a guest stack; '' when the thread did not say in time. */
  readonly stack: string;
}

interface Attached {
  params: { sessionId: string; workerInfo: { title: string } };
}
interface Received {
  params: { message: string };
}
interface Frame {
  readonly functionName: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}
interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly callFrames?: readonly Frame[];
    readonly scriptId?: string;
    readonly url?: string;
  };
}

/** A thread that does not pause within this is ended without asking where it is. */
const PAUSE_MS = 2_000;
const GIVE_UP_MS = 3_500;
const TERMINATED = 9;

/**
 * Ends the JavaScript that runs in the thread now, through the inspector; its event loop goes on.
 * It is paused first, to learn where it is.
 */
export async function terminateScript(threadId: number): Promise<Termination> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  let stack = '';
  const names = new Map<string, string>();
  let late: NodeJS.Timeout | undefined;
  try {
    const done = await new Promise<boolean>((resolve) => {
      let send: ((id: number, method: string, params?: object) => void) | null = null;
      session.on('NodeWorker.attachedToWorker', (event: unknown) => {
        const { params } = event as Attached;
        // Its `workerId` is the inspector's own count; only the title names the thread.
        if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
        const { sessionId } = params;
        send = (id, method, more = {}) => {
          const message = JSON.stringify({ id, method, params: more });
          session.post('NodeWorker.sendMessageToWorker', { sessionId, message }, () => undefined);
        };
        send(1, 'Debugger.enable');
        send(2, 'Debugger.pause');
        late = setTimeout(() => {
          // A thread that paused after all, with nobody left to resume it, would never end.
          send?.(3, 'Debugger.disable');
          send?.(TERMINATED, 'Runtime.terminateExecution');
        }, PAUSE_MS);
      });
      session.on('NodeWorker.receivedMessageFromWorker', (event: unknown) => {
        const reply = JSON.parse((event as Received).params.message) as Reply;
        const { scriptId, url, callFrames = [] } = reply.params ?? {};
        if (reply.method === 'Debugger.scriptParsed') names.set(scriptId ?? '', url ?? '');
        else if (reply.method === 'Debugger.paused') {
          stack = stackOf(callFrames, names);
          send?.(TERMINATED, 'Debugger.resume', { terminateOnResume: true });
        } else if (reply.id === TERMINATED) resolve(true);
      });
      session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, () => {
        // Existing threads have been announced by now; a thread that never answers is given up on.
        if (send === null) resolve(false);
        else setTimeout(() => resolve(false), GIVE_UP_MS).unref();
      });
    });
    return { done, stack };
  } finally {
    clearTimeout(late);
    session.disconnect();
  }
}

/** Frames as the sandbox writes them. */
function stackOf(frames: readonly Frame[], names: ReadonlyMap<string, string>): string {
  const lines = frames.map(({ functionName, location }) => {
    const place = `${names.get(location.scriptId) || 'unnamed'}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
    return functionName === '' ? `    at ${place}` : `    at ${functionName} (${place})`;
  });
  return ['Error: it did not yield', ...lines].join('\n');
}
