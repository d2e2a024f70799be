// The only way out of the sandbox, declared once. Numbers and strings cross, nothing else, and never
// as arguments: a 0-argument call through vm2 costs 80 ns, every argument 430 ns more. So each side
// leaves its words in registers of its own, rings, and the other side pulls what it needs.
//
//   script ─ api ─ registers ─ ring() ──────────> host: op(), x(), y(), text()   (pulls)
//   script <─ thenable <─ wake() <─────────────── host: a register, then guest.wake()
//
// Host functions never throw, never return objects or promises: there is nothing to climb on.

/** What the sandbox may ask of its host. Values are part of the ABI between prelude and worker. */
export const Op = {
  /** An iteration ended: x = 0 ok, 1 failed (text: fault JSON), 2 interrupted. */
  DONE: 1,
  /** vuInit ended (x as for DONE), vuTeardown ended. */
  VU_INIT_DONE: 2,
  VU_TEARDOWN_DONE: 3,
  /** A life-cycle function of worker 0 ended: x = 0 (text: result JSON) or 1 (text: fault JSON). */
  HOOK_DONE: 4,

  /** Hot: x = association * 2^28 + prototype, y = study * 2^21 + series * 2^14 + instance. */
  STORE: 8,
  /** Anything a hot store cannot say; text: JSON of {@link StoreCall}. */
  STORE_FULL: 9,
  /** x = association. */
  ECHO: 10,
  /** x = milliseconds. */
  SLEEP: 11,
  /** x = associate spec. */
  ASSOCIATE: 12,
  /** x = association. */
  RELEASE: 13,
  /** text: JSON `{ op, … }`: every other asynchronous call. */
  CALL: 14,
  /** Cancels a running CALL (find): x = its ticket. */
  CANCEL: 15,
  /** The next page of a running find: x = its ticket; answered by a new ticket. */
  NEXT: 16,
  /**
   * A search by QIDO-RS that says nothing but texts and numbers. Text, a line each: server, level, study,
   * series, limit and offset ('' = not said), then names and values of keys in turn. Any other is a CALL.
   */
  SEARCH: 17,

  /** Synchronous from here on: the answer is what ring() returns, or host text(). */
  ABORT: 32,
  DESTROY: 33,
  /** x = serial: phases of a finished request, text "sending,waiting,receiving,…" or "". */
  PHASES: 34,
  /** x = association: negotiated parameters as JSON. */
  NEGOTIATED: 35,
  /** text: JSON; answers the spec number, -1 with an error JSON in text(). */
  SPEC: 36,
  /** text: JSON {name, type, isTime}; answers the metric number. */
  METRIC_NEW: 37,
  /** text: JSON {metric, tags}; answers the number of that tagged metric in the VU's context. */
  METRIC_SERIES: 38,
  /** x = series from METRIC_SERIES, y = value. */
  METRIC_ADD: 39,
  /** text: JSON {name, tags}; answers the tally index of that check in the VU's context. */
  CHECK_NEW: 40,
  /** x = level 0 debug 1 info 2 warn 3 error, text: message. */
  LOG: 41,
  /** text: JSON declaration; answers JSON in text(), or -1 with an error JSON. */
  DECLARE: 42,
  /** text: JSON; counts and records a failure of the script (fault JSON). */
  FAULT: 43,
  /** text: name of what of `k6/execution` is wanted; answers JSON. */
  EXEC: 44,
  /** text: JSON of the VU's tags after a change. */
  VU_TAGS: 45,
  /** text: message. */
  TEST_ABORT: 46,
  TEST_FAIL: 47,
  /** Runs the sandbox's group body inside the host's async context; text: full group name. */
  GROUP: 48,
  /** Ends a group: x = duration in ms, text: its full name. */
  GROUP_END: 49,
  /** Milliseconds since the run started (monotonic, fractions). */
  NOW: 50,
  /** Random 32-bit number. */
  RANDOM: 51,
  /** text: JSON call answered at once as JSON (dataset get/has, diff, dump, …). */
  ASK: 52,
  /** Cancels a SLEEP used as a timer: x = its ticket. */
  CLEAR: 53,
  /** The VU's own state of a case: text JSON {state: 'skip'|'manual', …}. */
  CASE: 54,
  /** A shared counter: text: name; answers the next value. */
  SHARED_NEXT: 55,
  /** text: JSON of a PeerSpec seen at init. */
  PEER: 56,
  /** x = association: 1 while it is open. */
  ALIVE: 57,
  /** Number of the group of the present async context, 0 outside. */
  GROUP_NOW: 59,
  /** text: JSON list of a URL, its base, a part to set and its value; answers the parts as JSON. */
  URL: 60,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** How an answer reaches the sandbox: the a() register is ticket * 8 + kind. */
export const Answer = {
  /** DIMSE status 0x0000. */
  SUCCESS: 0,
  /** A number, in b(). */
  NUMBER: 1,
  /** A JSON value, in text(). */
  JSON: 2,
  /** The call failed: fault JSON in text(). */
  FAILURE: 3,
  /** Nothing to say. */
  VOID: 4,
  /** The iteration is over (gracefulStop): reject and stay rejected. */
  INTERRUPTED: 5,
  /** A DIMSE status other than success, in b(); details as JSON in text() ("" if none). */
  STATUS: 6,
} as const;

/** What the host wants when it rings the sandbox with enter(): the a() register. */
export const Enter = {
  /** b() = VU slot (local), c() = scenario number, text = "" or JSON of setup data. */
  ADD_VU: 1,
  /** b() = VU slot: run one iteration; c() = iteration number in the scenario. */
  ITERATE: 2,
  /** b() = VU slot, c() = scenario: attach it to the scenario and run vuInit if there is one. */
  VU_INIT: 3,
  VU_TEARDOWN: 4,
  /** b() = VU slot: forget it. */
  DROP_VU: 5,
  /** text = name of the hook and its input: JSON {hook, json}. */
  HOOK: 6,
  /** b() = VU slot: from now on every call rejects. */
  INTERRUPT: 7,
  /** Nothing to do but fill text with the tallies of checks: "index,passes,fails;…". */
  TALLY: 8,
  /** The body of a group rung by GROUP. */
  GROUP_BODY: 9,
  /** text = JSON of {@link Boot}: what all VUs of this worker share. */
  BOOT: 10,
  /** text = setup JSON or "". */
  DATA: 11,
  /** text answers JSON {names, options} of the module. */
  EXPORTS: 13,
  /** text answers JSON: rows of the tables of each exported function. Nothing else may follow. */
  TABLES: 15,
  /** The stage changed: numbers of checks and series are stale. */
  FORGET: 14,
} as const;

/** Functions of the host that the sandbox may call: no arguments, a number or a string. */
export interface HostDoor {
  ring(): number;
  text(): string;
  a(): number;
  b(): number;
  c(): number;
}

/** Functions of the sandbox that the host may call: no arguments, a number or a string. */
export interface GuestDoor {
  /** op + vu * 256. */
  op(): number;
  x(): number;
  y(): number;
  text(): string;
  /** An answer stands in the host's registers. */
  wake(): number;
  /** A command stands in the host's registers (see {@link Enter}). */
  enter(): number;
}

/** Of each check so many failures are told with what was seen. */
export const MOST_CHECK_EXAMPLES = 5;

/** What a failed check saw, as far as the checked result of ours knows it. */
export interface CheckSeen {
  /** Elements that are not as they should be. */
  readonly differences?: readonly {
    /** SOP Instance UID. */
    readonly instance: string;
    /** File it was read from, '' or absent without one. */
    readonly file?: string;
    readonly tag: string;
    readonly expected: string | null;
    readonly actual: string | null;
  }[];
  /** SOP Instance UIDs that did not arrive. */
  readonly missing?: readonly string[];
  /** The files they were read from, in the same order; '' without one. */
  readonly missingFiles?: readonly string[];
  /** SOP Instance UID the result is about. */
  readonly instance?: string;
  /** Prototype it was made of. */
  readonly prototype?: number;
  /** All else, in words. */
  readonly text?: string;
}

/** What smoke mode tells the sandbox. */
export interface SmokeBoot {
  /** Short name of the script, the first part of a case's title. */
  readonly script: string;
  /** `--grep`: source of the pattern that titles must fit, null = all. */
  readonly grep: string | null;
  /** `--label`, as it was given. */
  readonly wanted: readonly string[];
  /** Of each scenario, which every row of it has: those of the script and its own. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** Given to the sandbox once (Enter.BOOT). */
export interface Boot {
  readonly worker: number;
  /** Study numbers of this worker: the first, and how many. */
  readonly studies: { readonly first: number; readonly count: number };
  readonly runNumber: string;
  /** Whether bad values of metrics throw (the option `throw`). */
  readonly throws: boolean;
  readonly init: boolean;
  /** In smoke mode: every check and every row of a table is a test case. */
  readonly smoke?: SmokeBoot | null;
  readonly env: Readonly<Record<string, string>>;
  readonly scenarios: readonly {
    readonly name: string;
    readonly exec: string;
    readonly env: Readonly<Record<string, string>>;
  }[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** A store that needs more than numbers. */
export interface StoreCall {
  readonly association: number;
  readonly prototype: number;
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  readonly asIs?: boolean;
  readonly edits?: Readonly<Record<string, unknown>>;
  readonly fault?: Readonly<Record<string, unknown>>;
  readonly expectStatus?: readonly number[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly padOdd?: boolean;
  readonly timeoutMs?: number;
}

/**
 * Property of every error of the sandbox: the fault as JSON. The host reads it of an error that
 * nobody caught, because only code in the sandbox can format a stack of the sandbox.
 */
export const FAULT_OF_ERROR = '__dicomrun_fault__';

/** An error on its way through the bridge: the sandbox makes its own error object of it. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly name?: string;
  readonly stack?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
