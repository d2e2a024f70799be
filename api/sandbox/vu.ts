// One virtual user: what is private to it. Everything else in the prelude is shared by all VUs.

type Variables = Readonly<Record<string, string>>;

/** State of a VU inside the sandbox. Plain properties set in one place, so that V8 keeps one shape. */
export class Vu {
  /** Slot in this worker, from 0; -1 for the service VU of init, setup and teardown. */
  readonly slot: number;
  /** `__VU`: from 1 over the whole test, 0 for the service VU. */
  id: number;
  /** `__ITER`: iterations of this VU so far, from 0; -1 before the first. */
  iter: number;
  /** Iterations in the present scenario. */
  scenarioIter: number;
  /** Number of this iteration over the scenario and all VUs. */
  iterationInTest: number;
  scenario: number;
  /** Exports of this VU's own instance of the script. */
  exports: Record<string, unknown>;
  run: ((data: unknown, own: unknown) => unknown) | null;
  /** What `setup` returned, once it was asked for. */
  setup: { readonly data: unknown } | null;
  /** Return value of `vuInit`. */
  own: unknown;
  /** Calls under way that nobody has answered yet. */
  open: number;
  /** Called when `open` falls to 0 while the iteration waits for it. */
  idle: (() => void) | null;
  interrupted: boolean;
  /** Group of all it does: `::setup` in setup, '' in iterations. */
  group: string;
  /** Tags set through `exec.vu.tags`. */
  tags: Record<string, string> | null;
  /** The object a script took by `exec.vu.tags`, null before. */
  liveTags: Record<string, unknown> | null;
  /** Associations opened in this iteration and not yet released. */
  associations: Map<number, Releasable>;
  /** How many of them are not kept: asked after each iteration, of thousands of VUs. */
  passing: number;
  /** Where the first call still open was made, if that was noted. */
  lastCall: Error | null;
  /** True inside init code: declarations are legal, traffic is not. */
  initialising: boolean;
  timers: number;
  /** In smoke mode, when the case under way began, ms: the iteration, its row, its group, or the check before. */
  caseAt: number;
  /** Row of `dicom.each` under way in smoke mode, '' outside. */
  row: string;
  /** Checks that failed in it. */
  rowFails: number;
  /** Rows that `each` would run, while the script is only asked for them; null: it runs them. */
  tables: TableRow[] | null;
  /** Why this iteration, or this row, is expected to fail. */
  xfail: string | null;
  readonly #variables: Variables;
  #scenarioVariables: Variables | null;
  #env: Record<string, string> | null;

  /** @param variables of all VUs, for `__ENV` */
  constructor(slot: number, id: number, variables: Variables) {
    this.slot = slot;
    this.id = id;
    this.iter = -1;
    this.scenarioIter = -1;
    this.iterationInTest = -1;
    this.#variables = variables;
    this.#scenarioVariables = null;
    this.#env = null;
    this.scenario = -1;
    this.exports = {};
    this.run = null;
    this.setup = null;
    this.own = undefined;
    this.open = 0;
    this.idle = null;
    this.interrupted = false;
    this.group = '';
    this.tags = null;
    this.liveTags = null;
    this.associations = new Map();
    this.passing = 0;
    this.lastCall = null;
    this.initialising = true;
    this.timers = 0;
    this.caseAt = 0;
    this.row = '';
    this.rowFails = 0;
    this.tables = null;
    this.xfail = null;
  }

  /** `__ENV`: made when it is read; most VUs do so in init code only. */
  get env(): Record<string, string> {
    return (this.#env ??= { ...this.#variables, ...this.#scenarioVariables });
  }

  /** It has opened an association. */
  opened(handle: number, association: Releasable): void {
    // The host gives a number again once a VU has left what it had.
    this.#count(this.associations.get(handle), -1);
    this.associations.set(handle, association);
    this.#count(association, 1);
  }

  /** One of its associations is over. */
  closed(handle: number, association: Releasable): void {
    if (this.associations.get(handle) !== association) return;
    this.associations.delete(handle);
    this.#count(association, -1);
  }

  #count(association: Releasable | undefined, by: number): void {
    if (association?.kept === false) this.passing += by;
  }

  /** A new `__ENV`, with the variables of a scenario. */
  newEnv(scenario: Variables): void {
    this.#scenarioVariables = scenario;
    this.#env = null;
  }
}

/** A row of `dicom.each`, before it has run. */
export interface TableRow {
  readonly name: string;
  readonly labels: readonly string[];
}

/** What an iteration must tidy away when the script forgot to. */
export interface Releasable {
  readonly kept: boolean;
  readonly open: boolean;
  release(): Promise<unknown>;
}
