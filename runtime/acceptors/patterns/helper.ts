// The thread in which patterns are tried that may take long: it may hang, the acceptor's goes on.
import { Worker } from 'node:worker_threads';

/** One pattern to be tried on one text. */
export interface PatternQuestion {
  readonly source: string;
  readonly flags: string;
  readonly text: string;
}

/** Whether it is found; 'slow' = given up, now or earlier; 'late' = others took the time. */
export type PatternAnswer = boolean | 'slow' | 'late' | 'dead';

/** Of one look at one value. Patterns that do not backtrack without end need microseconds. */
export const LOOK_MS = 100;
/** So long a question waits for its turn. */
const PATIENCE_MS = 5000;
/** Characters of questions that wait; beyond, they are not asked. */
const MOST_CHARACTERS = 64 * 1024 ** 2;
/** Patterns that are remembered as given up. */
const MOST_REMEMBERED = 1000;

interface Settings {
  readonly lookMs: number;
  readonly mostRemembered: number;
}

interface Asked extends PatternQuestion {
  readonly id: number;
  /** Epoch, ms; later it need not be tried. */
  readonly until: number;
}

interface Answered {
  readonly id: number;
  readonly answer: PatternAnswer;
}

/**
 * What runs in the thread. Its text is all that it takes along, so it refers to nothing around it.
 *
 * why: a function, not a file: the thread needs none of ours, and it is the same from source and built
 */
function tryPatterns(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { createContext, Script } = process.getBuiltinModule('node:vm');
  const { lookMs, mostRemembered } = workerData as Settings;
  const run = createContext({ pattern: /x/, text: '' });
  const test = new Script('pattern.lastIndex = 0, pattern.test(text)');
  const givenUp = new Set<string>();
  const tried = ({ source, flags, text, until }: Asked): PatternAnswer => {
    const key = `${flags}/${source}`;
    if (givenUp.has(key)) return 'slow';
    if (performance.timeOrigin + performance.now() > until) return 'late';
    run['pattern'] = new RegExp(source, flags);
    run['text'] = text;
    try {
      return test.runInContext(run, { timeout: lookMs }) as boolean;
    } catch {
      if (givenUp.size < mostRemembered) givenUp.add(key);
      return 'slow';
    } finally {
      run['text'] = '';
    }
  };
  parentPort?.on('message', (asked: Asked) => {
    parentPort.postMessage({ id: asked.id, answer: tried(asked) });
  });
}

/** The helper of the calling thread; started by its first question, ended with the thread. */
class Helper {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, (answer: PatternAnswer) => void>();
  #characters = 0;
  #next = 0;

  /** `done` is called once, in a later turn of the loop. */
  ask(question: PatternQuestion, done: (answer: PatternAnswer) => void): void {
    const { length } = question.text;
    if (this.#characters + length > MOST_CHARACTERS) {
      setImmediate(done, 'late');
      return;
    }
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    this.#characters += length;
    this.#waiting.set(id, (answer) => {
      this.#characters -= length;
      done(answer);
    });
    const until = performance.timeOrigin + performance.now() + PATIENCE_MS;
    const asked: Asked = { ...question, id, until };
    worker.postMessage(asked);
  }

  #start(): Worker {
    const workerData: Settings = { lookMs: LOOK_MS, mostRemembered: MOST_REMEMBERED };
    const worker = new Worker(`(${String(tryPatterns)})()`, {
      ...{ eval: true, env: {}, execArgv: [], workerData, name: 'patterns' },
    });
    // why: nobody stays for a pattern
    worker.unref();
    worker.on('message', ({ id, answer }: Answered) => {
      const done = this.#waiting.get(id);
      this.#waiting.delete(id);
      done?.(answer);
    });
    worker.on('error', () => undefined); // its end tells all that is to be told
    worker.on('exit', () => {
      this.#worker = null;
      const left = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const done of left) done('dead');
    });
    return worker;
  }
}

const helper = new Helper();

/** Tries a pattern in a thread of its own; `done` is called once, in a later turn of the loop. */
export function tryElsewhere(
  question: PatternQuestion,
  done: (answer: PatternAnswer) => void,
): void {
  helper.ask(question, done);
}
