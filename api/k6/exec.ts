// `k6/execution`: where and when an iteration runs.
import { Op } from '../bridge.ts';
import { ask } from '../guest/calls.ts';
import { ringText } from '../guest/door.ts';
import { IterationEnd, badArgument } from '../guest/errors.ts';
import { shared } from '../guest/shared.ts';
import type { Vu } from '../guest/vu.ts';

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

function noInit(vu: Vu, what: string): void {
  if (vu.initialising) throw badArgument(`exec.${what} is not available in init code`);
}

function tagsOf(vu: Vu): Record<string, string> {
  const tell = (): true => {
    ringText(Op.VU_TAGS, vu.slot, JSON.stringify(vu.tags ?? {}));
    return true;
  };
  // No Proxy in the sandbox: an object whose assignments are seen when the next call is made would
  // miss changes, so the setters are explicit and plain assignment is offered through `set`.
  const tags = vu.tags ?? {};
  return Object.defineProperties({} as Record<string, string>, {
    set: {
      value: (name: string, value: unknown): boolean => {
        vu.tags = { ...tags, ...vu.tags, [name]: String(value) };
        return tell();
      },
    },
    delete: {
      value: (name: string): boolean => {
        const { [name]: _gone, ...rest } = vu.tags ?? {};
        vu.tags = Object.keys(rest).length === 0 ? null : rest;
        return tell();
      },
    },
    ...Object.fromEntries(
      Object.entries(tags).map(([name, value]) => [name, { value, enumerable: true }]),
    ),
  });
}

function assignTags(vu: Vu, tags: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(tags).map(([name, value]) => [name, String(value)] as const);
  vu.tags = entries.length === 0 ? null : Object.fromEntries(entries);
  ringText(Op.VU_TAGS, vu.slot, JSON.stringify(vu.tags ?? {}));
}

function scenarioOf(vu: Vu): unknown {
  noInit(vu, 'scenario');
  const base = ask(vu, Op.EXEC, 'scenario') as Record<string, unknown>;
  return { ...base, iterationInInstance: vu.iterationInTest, iterationInTest: vu.iterationInTest };
}

function vuOf(vu: Vu): unknown {
  noInit(vu, 'vu');
  const metrics = {
    get tags(): Record<string, string> {
      return tagsOf(vu);
    },
    set tags(value: Record<string, string>) {
      assignTags(vu, value);
    },
    metadata: {},
  };
  return {
    idInInstance: vu.id,
    idInTest: vu.id,
    iterationInInstance: vu.iter,
    iterationInScenario: vu.scenarioIter,
    metrics,
    get tags(): Record<string, string> {
      return tagsOf(vu);
    },
    set tags(value: Record<string, string>) {
      assignTags(vu, value);
    },
  };
}

/** The default export of `k6/execution` for one VU. */
export function executionFor(vu: Vu): Record<string, unknown> {
  const test = {
    abort: (message = 'test aborted by the script'): never => {
      ringText(Op.TEST_ABORT, vu.slot, message);
      throw new IterationEnd('aborted', message);
    },
    fail: (message = 'test marked as failed by the script'): void => {
      ringText(Op.TEST_FAIL, vu.slot, message);
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
      return vuOf(vu);
    },
    get instance(): unknown {
      noInit(vu, 'instance');
      return ask(vu, Op.EXEC, 'instance');
    },
    test,
  };
}

function structuredCopy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
