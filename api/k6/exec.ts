// `k6/execution`: where and when an iteration runs.
import { Op } from '../bridge.ts';
import { ask, askNumber } from '../sandbox/calls.ts';
import { IterationEnd, badArgument } from '../sandbox/errors.ts';
import { now } from '../sandbox/globals.ts';
import { shared } from '../sandbox/shared.ts';
import { replaceTags, tagsOf } from '../sandbox/tags.ts';
import { textOf } from '../sandbox/text.ts';
import type { Vu } from '../sandbox/vu.ts';

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

function noInit(vu: Vu, what: string): void {
  if (vu.initialising) throw badArgument(`exec.${what} is not available in init code`);
}

function scenarioOf(vu: Vu): unknown {
  noInit(vu, 'scenario');
  return ask(vu, Op.EXEC, 'scenario');
}

function vuOf(vu: Vu): object {
  const metrics = {
    get tags(): Record<string, unknown> {
      return tagsOf(vu);
    },
    set tags(value: Record<string, unknown>) {
      replaceTags(vu, value);
    },
    metadata: {},
  };
  return {
    get idInInstance(): unknown {
      return ask(vu, Op.EXEC, 'vu');
    },
    get idInTest(): number {
      return vu.id;
    },
    get iterationInInstance(): number {
      return vu.iter;
    },
    get iterationInScenario(): number {
      return vu.scenarioIter;
    },
    metrics,
    get tags(): Record<string, unknown> {
      return tagsOf(vu);
    },
    set tags(value: Record<string, unknown>) {
      replaceTags(vu, value);
    },
  };
}

/** Each is asked for when it is read: who wants the time alone does not pay for the counts. */
function instanceOf(vu: Vu): object {
  const counts = (): Record<string, number> =>
    ask(vu, Op.EXEC, 'instance') as Record<string, number>;
  return {
    get currentTestRunDuration(): number {
      return now();
    },
    get iterationsCompleted(): unknown {
      return counts()['iterationsCompleted'];
    },
    get iterationsInterrupted(): unknown {
      return counts()['iterationsInterrupted'];
    },
    get vusActive(): unknown {
      return counts()['vusActive'];
    },
    get vusInitialized(): unknown {
      return counts()['vusInitialized'];
    },
  };
}

/**
 * The default export of `k6/execution` for one VU. What it gives is made once: an object with getters of
 * its own takes a hidden class of its own, which only a full collection frees.
 */
export function executionFor(vu: Vu): Record<string, unknown> {
  let ofVu: object | null = null;
  let ofInstance: object | null = null;
  const test = {
    abort: (reason: unknown = 'test aborted by the script'): never => {
      const message = textOf(reason);
      askNumber(vu, Op.TEST_ABORT, message);
      throw new IterationEnd('aborted', message);
    },
    fail: (reason: unknown = 'test marked as failed by the script'): void => {
      askNumber(vu, Op.TEST_FAIL, textOf(reason));
    },
    get options(): unknown {
      noInit(vu, 'test.options');
      return frozen(structuredCopy(shared.boot.options));
    },
  };
  return {
    get scenario(): unknown {
      return scenarioOf(vu);
    },
    get vu(): unknown {
      noInit(vu, 'vu');
      return (ofVu ??= vuOf(vu));
    },
    get instance(): unknown {
      noInit(vu, 'instance');
      return (ofInstance ??= instanceOf(vu));
    },
    test,
  };
}

function structuredCopy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
