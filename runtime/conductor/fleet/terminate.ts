// Ends the script that runs in a thread and nothing else, and learns where it was.
import { GUEST_FILE } from '../../threads/samples.ts';

/** What came of ending a script. */
export interface Termination {
  /** False when there is no such thread or no inspector in this Node. */
  readonly done: boolean;
  /** False when no script ran any more: it ended by itself meanwhile, and the thread was let go. */
  readonly interrupted: boolean;
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

/**
 * A thread that does not pause within this is ended without asking where it is. Attaching collects
 * its heap first: 0.2 s after a storm of promises on an idle machine, seconds on a busy one.
 */
const PAUSE_MS = 5_000;
const GIVE_UP_MS = 7_000;
/** Between two functions of the author there are a few of the sandbox. */
const MAX_STEPS = 50;
const STEPPED = 8;
const TERMINATED = 9;

/**
 * Ends the JavaScript that runs in the thread now, through the inspector; its event loop goes on.
 * It is paused first, to learn where it is.
 */
export async function terminateScript(threadId: number): Promise<Termination> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  const end = new Ending(session, threadId);
  try {
    const done = await end.begin();
    return { done, interrupted: done && !end.idle, stack: end.stack };
  } finally {
    end.forget();
    session.disconnect();
  }
}

type Said = (event: unknown) => void;
interface Inspector {
  on(event: string, listener: Said): unknown;
  post(method: string, params: object, done: () => void): void;
}

class Ending {
  stack = '';
  /** The thread paused, again and again, without a function of the author on its stack. */
  idle = false;
  readonly #inspector: Inspector;
  readonly #title: string;
  readonly #names = new Map<string, string>();
  #session = '';
  #steps = 0;
  #late: NodeJS.Timeout | undefined;
  #settle: (done: boolean) => void = () => undefined;

  constructor(inspector: Inspector, threadId: number) {
    this.#inspector = inspector;
    this.#title = `[worker ${threadId}]`;
    inspector.on('NodeWorker.attachedToWorker', (event) => this.#attached(event as Attached));
    inspector.on('NodeWorker.receivedMessageFromWorker', (event) => {
      this.#heard(JSON.parse((event as Received).params.message) as Reply);
    });
  }

  begin(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#inspector.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, () => {
        // Existing threads have been announced by now; a thread that never answers is given up on.
        if (this.#session === '') resolve(false);
        else setTimeout(() => resolve(false), GIVE_UP_MS).unref();
      });
    });
  }

  forget(): void {
    clearTimeout(this.#late);
  }

  #send(id: number, method: string, params: object = {}): void {
    const message = JSON.stringify({ id, method, params });
    const call = { sessionId: this.#session, message };
    this.#inspector.post('NodeWorker.sendMessageToWorker', call, () => undefined);
  }

  #attached({ params }: Attached): void {
    // Its `workerId` is the inspector's own count; only the title names the thread.
    if (!params.workerInfo.title.startsWith(this.#title)) return;
    this.#session = params.sessionId;
    this.#send(1, 'Debugger.enable');
    this.#send(2, 'Debugger.pause');
    this.#late = setTimeout(() => {
      // A thread that paused after all, with nobody left to resume it, would never end.
      this.#send(3, 'Debugger.disable');
      this.#send(TERMINATED, 'Runtime.terminateExecution');
    }, PAUSE_MS);
  }

  #heard({ id, method, params = {} }: Reply): void {
    if (method === 'Debugger.scriptParsed') {
      this.#names.set(params.scriptId ?? '', params.url ?? '');
    } else if (method === 'Debugger.paused') {
      this.#paused(params.callFrames ?? []);
    } else if (id === TERMINATED) this.#settle(true);
  }

  #paused(frames: readonly Frame[]): void {
    clearTimeout(this.#late);
    this.stack = stackOf(frames, this.#names);
    if (this.stack.includes(GUEST_FILE)) {
      this.#send(TERMINATED, 'Debugger.resume', { terminateOnResume: true });
    } else if (this.#steps++ < MAX_STEPS) {
      // Perhaps in the sandbox itself, on its way from one function of the author to the next.
      this.#send(STEPPED, 'Debugger.stepInto');
    } else {
      // The script came to its end while the inspector attached. What runs now is Node's or ours,
      // and ending that would end the process. A thread that hangs after all is ended by force.
      this.stack = '';
      this.idle = true;
      this.#send(3, 'Debugger.disable');
      this.#settle(true);
    }
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
