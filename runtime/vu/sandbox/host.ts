// The host's side of the bridge: registers, the dispatch of rings, tickets and answers.
import { PACK } from '../../../api/abi.ts';
import { Answer, type Fault, type GuestDoor, type HostDoor } from '../../../api/bridge.ts';
import { WorkerSlot } from '../../threads/state.ts';
import { Operation } from './operation.ts';

/** Answers a ring of VU `slot`; the result goes back to the sandbox as it is. */
export type RingHandler = (slot: number) => number;

/** A fault as text; what the sandbox makes its error object of. */
export function faultText(fault: Fault): string {
  return JSON.stringify(fault);
}

/** Thrown inside a ring: crosses as a fault, never as an exception. */
export class RingFault extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What the script gave cannot be: told at its own line. */
export function badArgument(message: string, hint?: string): RingFault {
  const fault = { code: 'SCRIPT_ARGUMENT', message };
  return new RingFault(hint === undefined ? fault : { ...fault, hint });
}

/** No scenario yet, and more than one VU or scenario. */
const NOBODY = -1;
const SEVERAL = -2;

export class Host {
  /** Registers that the sandbox pulls. */
  #a = 0;
  #b = 0;
  #c = 0;
  #text = '';
  #guest: GuestDoor | null = null;
  readonly #handlers: (RingHandler | undefined)[] = [];
  readonly #operations: Operation[] = [];
  readonly #free: Operation[] = [];
  /** The operation under way that each VU began last, by slot + 1: the service VU has slot -1. */
  readonly #latest: (Operation | null)[] = [];
  /** Slots of {@link WorkerSlot}, for the watchdog. */
  readonly #state: Int32Array;
  /** Scenario of each VU slot, for the watchdog. */
  readonly scenarios: number[] = [];
  /** The only VU (its id), and the only scenario, in guest code since `newVisitor`; else negative. */
  readonly visitor = { vu: 0, scenario: NOBODY };
  #ringing = 0;
  /** Settlements so far; the sandbox counts along, so a serial needs no crossing. */
  #serial = 0;
  /** Runs a call outside of every group; null until the script uses one. */
  outsideGroups: ((call: () => number) => number) | null = null;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** The functions given to the sandbox. */
  door(): HostDoor {
    return {
      ring: () => this.#ring(),
      text: () => this.#text,
      a: () => this.#a,
      b: () => this.#b,
      c: () => this.#c,
    };
  }

  connect(guest: GuestDoor): void {
    this.#guest = guest;
  }

  get guest(): GuestDoor {
    if (this.#guest === null) throw new Error('no sandbox');
    return this.#guest;
  }

  handle(op: number, handler: RingHandler): void {
    this.#handlers[op] = handler;
  }

  // ---------------------------------------------------------------- rings (sandbox -> host)

  #ring(): number {
    const before = this.#ringing;
    try {
      const head = this.guest.op();
      const slot = Math.floor(head / PACK.OPS);
      const handler = this.#handlers[head - slot * PACK.OPS];
      this.#ringing++;
      // Traffic and its like are wired when the plan is known.
      if (handler === undefined) throw onlyInRun();
      return handler(slot);
    } catch (thrown) {
      this.#text = UNREADABLE_TEXT;
      this.#tell(thrown);
      return -1;
    } finally {
      this.#ringing = before;
    }
  }

  #tell(thrown: unknown): void {
    try {
      this.#text = faultText(faultFrom(thrown));
    } catch {
      // The stack is used up: what stands there already is told.
    }
  }

  // What a script left in the registers may be anything, if it wanted that.
  x(): number {
    const x: unknown = this.guest.x();
    return typeof x === 'number' ? x : Number.NaN;
  }
  y(): number {
    const y: unknown = this.guest.y();
    return typeof y === 'number' ? y : Number.NaN;
  }
  /** Text left by the sandbox. */
  words(): string {
    const text: unknown = this.guest.text();
    return typeof text === 'string' ? text : '';
  }
  /** Leaves a text as the answer of a ring. */
  answer(text: string): number {
    this.#text = text;
    return 0;
  }
  answerJson(value: unknown): number {
    return this.answer(value === undefined ? '' : JSON.stringify(value));
  }

  /** Runs long work of a ring as time of the host, which the watchdog does not count. */
  outsideGuest<T>(work: () => T): T {
    const vuId = this.#state[WorkerSlot.IN_GUEST] ?? 0;
    this.#state[WorkerSlot.IN_GUEST] = 0;
    try {
      return work();
    } finally {
      this.#state[WorkerSlot.IN_GUEST] = vuId;
      Atomics.add(this.#state, WorkerSlot.HEARTBEAT, 1);
    }
  }

  // ---------------------------------------------------------------- commands (host -> sandbox)

  /** Names the VU to the watchdog, and to whoever asks for the visitor. */
  #goIn(vuId: number, slot: number): void {
    const scenario = this.scenarios[slot] ?? -1;
    this.#state[WorkerSlot.IN_GUEST] = vuId;
    this.#state[WorkerSlot.SCENARIO] = scenario;
    if (vuId <= 0) return;
    const { visitor } = this;
    if (visitor.vu !== vuId) visitor.vu = visitor.vu === 0 ? vuId : SEVERAL;
    if (visitor.scenario !== scenario) {
      visitor.scenario = visitor.scenario === NOBODY ? scenario : SEVERAL;
    }
  }

  /** From now on another VU may be the only one in guest code. */
  newVisitor(): void {
    this.visitor.vu = 0;
    this.visitor.scenario = NOBODY;
  }

  /** Rings the sandbox with a command; `vuId` names the VU to the watchdog. */
  enter(command: number, b: number, c: number, vuId: number): number {
    this.#a = command;
    this.#b = b;
    this.#c = c;
    this.#goIn(vuId, b);
    return this.guest.enter();
  }

  /**
   * Enters for something new of a VU. One Node timer and one turn of the loop serve all VUs: whoever
   * armed it may have been in a group, and that group is not the new thing's.
   */
  begin(command: number, b: number, c: number, vuId: number): number {
    if (this.outsideGroups === null) return this.enter(command, b, c, vuId);
    return this.outsideGroups(() => this.enter(command, b, c, vuId));
  }

  enterText(command: number, text: string, vuId: number): number {
    this.#text = text;
    return this.enter(command, 0, 0, vuId);
  }

  // ---------------------------------------------------------------- operations

  /** A free operation for a VU; its `ticket` goes back as the answer of the ring. */
  take(slot: number, vuId: number): Operation {
    let operation = this.#free.pop();
    if (operation === undefined) {
      operation = new Operation(this, this.#operations.length);
      this.#operations.push(operation);
    }
    operation.begin(slot, vuId);
    const latest = this.#latest[slot + 1] ?? null;
    operation.after = latest;
    if (latest !== null) latest.before = operation;
    this.#latest[slot + 1] = operation;
    return operation;
  }

  /** Ends an operation and puts it by, to be used again. */
  #putBy(operation: Operation): void {
    const { before, after, slot } = operation;
    if (before !== null) before.after = after;
    else this.#latest[slot + 1] = after;
    if (after !== null) after.before = before;
    operation.before = null;
    operation.after = null;
    operation.end();
    this.#free.push(operation);
  }

  /** Gives back an operation whose ring failed before the sandbox knew its ticket. */
  giveBack(operation: Operation): void {
    this.#putBy(operation);
  }

  /** The operation of a ticket, if it is under way. */
  operation(ticket: number): Operation | undefined {
    const operation = this.#operations[ticket];
    return operation?.active ? operation : undefined;
  }

  /** Whether a VU waits for an answer. */
  waits(slot: number): boolean {
    return (this.#latest[slot + 1] ?? null) !== null;
  }

  /** Cuts off all that a VU waits for, the oldest first. */
  cancel(slot: number): void {
    const operations: Operation[] = [];
    let operation = this.#latest[slot + 1] ?? null;
    for (; operation !== null; operation = operation.after) operations.unshift(operation);
    for (const one of operations) {
      // One may end with another, and its object be another VU's by now.
      if (one.active && one.slot === slot) one.cancel?.(one);
    }
  }

  /** Serial of the next settlement. */
  get nextSerial(): number {
    return this.#serial + 1;
  }

  /** Settles an operation in a host-to-guest call of its own. */
  settle(operation: Operation, kind: number, value: number, text: string): void {
    if (!operation.active) return;
    if (this.#ringing > 0) {
      // The sandbox does not know the ticket yet: the answer must not overtake it.
      setImmediate(() => this.settle(operation, kind, value, text));
      return;
    }
    this.#a = operation.ticket * PACK.ANSWERS + kind;
    this.#b = value;
    this.#text = text;
    this.#goIn(operation.vuId, operation.slot);
    this.#putBy(operation);
    this.#serial++;
    this.guest.wake();
  }

  succeed(operation: Operation): void {
    this.settle(operation, Answer.SUCCESS, 0, '');
  }
  settleVoid(operation: Operation): void {
    this.settle(operation, Answer.VOID, 0, '');
  }
  settleJson(operation: Operation, value: unknown): void {
    this.settle(operation, Answer.JSON, 0, value === undefined ? 'null' : jsonText(value));
  }
  fail(operation: Operation, fault: Fault): void {
    this.settle(operation, Answer.FAILURE, 0, faultText(fault));
  }
}

/** JSON; a number of 64 bits, which a data set may hold, as text. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // why: only BigInt makes it throw, and a replacer would cost every other answer
    return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one));
  }
}

/** What init code gets for anything that needs the run. */
export function onlyInRun(): RingFault {
  const hint = 'move it into setup() or the default function';
  return badArgument('no traffic in init code: the run has not begun', hint);
}

const UNREADABLE: Fault = {
  code: 'SCRIPT_INTERNAL',
  message: 'something was thrown that cannot be read',
};
/** Made at once: nothing may be left to make where the stack is used up. */
const UNREADABLE_TEXT = faultText(UNREADABLE);

/** What was thrown inside a ring, as a fault. Never throws. */
export function faultFrom(thrown: unknown): Fault {
  if (thrown instanceof RingFault) return thrown.fault;
  try {
    const error = Object(thrown) as { code?: unknown; message?: unknown; hint?: unknown };
    const { code, message, hint } = error;
    return {
      code: typeof code === 'string' ? code : 'SCRIPT_INTERNAL',
      message: typeof message === 'string' ? message : String(thrown),
      ...(typeof hint === 'string' ? { hint } : {}),
    };
  } catch {
    // A script may throw anything through us: null, a getter that throws, a symbol that is no text.
    return UNREADABLE;
  }
}
