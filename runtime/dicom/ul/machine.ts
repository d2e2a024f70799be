// The state machine of one association: looks the cell up, runs its action, keeps the state.
import { ACTIONS, type Action, type Port } from './actions.ts';
import { State, TRANSITIONS, cellIndex } from './transitions.ts';

const CELLS: readonly (Action | undefined)[] = TRANSITIONS.map((name) =>
  name === '' ? undefined : ACTIONS[name],
);

export class Machine {
  state: number = State.IDLE;
  readonly #port: Port;

  constructor(port: Port) {
    this.#port = port;
  }

  /** True when the event has an action in this state (Table 9-10 has no blank cell there). */
  can(event: number): boolean {
    return CELLS[cellIndex(event, this.state)] !== undefined;
  }

  /** Runs an event. False, and nothing done, where the cell is blank. */
  step(event: number): boolean {
    const action = CELLS[cellIndex(event, this.state)];
    if (action === undefined) return false;
    this.state = action(this.#port);
    return true;
  }
}
