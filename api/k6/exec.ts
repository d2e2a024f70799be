// `k6/execution`: where and when an iteration runs.
import { Op } from '../bridge.ts';
import { ask, askNumber } from '../sandbox/calls.ts';
import { IterationEnd, badArgument } from '../sandbox/errors.ts';
import { now } from '../sandbox/globals.ts';
import { ownGetters } from '../sandbox/own-getters.ts';
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

/** `exec.vu.metrics`. */
class VuMetrics {
  static readonly #members = ownGetters(VuMetrics);
  readonly #vu: Vu;
  readonly metadata = {};

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, VuMetrics.#members);
  }

  get tags(): Record<string, unknown> {
    return tagsOf(this.#vu);
  }
  set tags(value: Record<string, unknown>) {
    replaceTags(this.#vu, value);
  }
}

/** `exec.vu`. */
class OwnVu {
  static readonly #members = ownGetters(OwnVu);
  readonly #vu: Vu;
  #metrics: VuMetrics | null = null;

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, OwnVu.#members);
  }

  get idInInstance(): unknown {
    return ask(this.#vu, Op.EXEC, 'vu');
  }
  get idInTest(): number {
    return this.#vu.id;
  }
  get iterationInInstance(): number {
    return this.#vu.iter;
  }
  get iterationInScenario(): number {
    return this.#vu.scenarioIter;
  }
  get metrics(): VuMetrics {
    return (this.#metrics ??= new VuMetrics(this.#vu));
  }
  get tags(): Record<string, unknown> {
    return tagsOf(this.#vu);
  }
  set tags(value: Record<string, unknown>) {
    replaceTags(this.#vu, value);
  }
}

/** `exec.instance`. Each is asked for when it is read: who wants the time alone does not pay for the counts. */
class Instance {
  static readonly #members = ownGetters(Instance);
  readonly #vu: Vu;

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, Instance.#members);
  }

  #count(name: string): unknown {
    return (ask(this.#vu, Op.EXEC, 'instance') as Record<string, unknown>)[name];
  }

  get currentTestRunDuration(): number {
    return now();
  }
  get iterationsCompleted(): unknown {
    return this.#count('iterationsCompleted');
  }
  get iterationsInterrupted(): unknown {
    return this.#count('iterationsInterrupted');
  }
  get vusActive(): unknown {
    return this.#count('vusActive');
  }
  get vusInitialized(): unknown {
    return this.#count('vusInitialized');
  }
}

/** `exec.test`. */
class Test {
  static readonly #members = ownGetters(Test);
  readonly #vu: Vu;
  /** Nobody else reads them: they are frozen where they are, one object for all VUs of the worker. */
  #options: unknown = null;

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, Test.#members);
  }

  // Functions of the object: scripts take them out of it.
  readonly abort = (reason: unknown = 'test aborted by the script'): never => {
    const message = textOf(reason);
    askNumber(this.#vu, Op.TEST_ABORT, message);
    throw new IterationEnd('aborted', message);
  };
  readonly fail = (reason: unknown = 'test marked as failed by the script'): void => {
    askNumber(this.#vu, Op.TEST_FAIL, textOf(reason));
  };

  get options(): unknown {
    noInit(this.#vu, 'test.options');
    return (this.#options ??= frozen(shared.boot.options));
  }
}

/** The module `k6/execution` of one VU, its default export too. What it gives is made once. */
class Execution {
  static readonly #members = ownGetters(Execution);
  readonly #vu: Vu;
  #ofVu: OwnVu | null = null;
  #ofInstance: Instance | null = null;
  #ofTest: Test | null = null;

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, Execution.#members);
  }

  get default(): this {
    return this;
  }
  get scenario(): unknown {
    return scenarioOf(this.#vu);
  }
  get vu(): OwnVu {
    noInit(this.#vu, 'vu');
    return (this.#ofVu ??= new OwnVu(this.#vu));
  }
  get instance(): Instance {
    noInit(this.#vu, 'instance');
    return (this.#ofInstance ??= new Instance(this.#vu));
  }
  get test(): Test {
    return (this.#ofTest ??= new Test(this.#vu));
  }
}

/** `k6/execution` for one VU. */
export function executionFor(vu: Vu): object {
  return new Execution(vu);
}
