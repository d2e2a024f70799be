import { describe, expect, it } from 'vitest';
import { ACTIONS, type Port } from './actions.ts';
import { Machine } from './machine.ts';
import {
  DEVIATIONS,
  EVENTS,
  Event,
  STATES,
  State,
  TABLE_9_10,
  TRANSITIONS,
  cellIndex,
} from './transitions.ts';

/** Records what the actions do. */
function recorder(requestor = true, acceptable = true): Port & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    requestor,
    acceptable: () => acceptable,
    connect: () => log.push('connect'),
    send: (pdu) => log.push(`send ${pdu}`),
    indicate: (what) => log.push(`indicate ${what}`),
    confirm: (what) => log.push(`confirm ${what}`),
    startArtim: () => log.push('start ARTIM'),
    stopArtim: () => log.push('stop ARTIM'),
    close: () => log.push('close'),
    ignore: () => log.push('ignore'),
  };
}

/** Tables 9-6 to 9-9: what each action does, and the state after it. */
const EFFECTS: Record<string, [string, number]> = {
  'AE-1': ['connect', 4],
  'AE-2': ['send A-ASSOCIATE-RQ', 5],
  'AE-3': ['confirm A-ASSOCIATE accept', 6],
  'AE-4': ['confirm A-ASSOCIATE reject, close', 1],
  'AE-5': ['start ARTIM', 2],
  'AE-6': ['stop ARTIM, indicate A-ASSOCIATE', 3],
  'AE-7': ['send A-ASSOCIATE-AC', 6],
  'AE-8': ['send A-ASSOCIATE-RJ, start ARTIM', 13],
  'DT-1': ['send P-DATA-TF', 6],
  'DT-2': ['indicate P-DATA', 6],
  'AR-1': ['send A-RELEASE-RQ', 7],
  'AR-2': ['indicate A-RELEASE', 8],
  'AR-3': ['confirm A-RELEASE, close', 1],
  'AR-4': ['send A-RELEASE-RP, start ARTIM', 13],
  'AR-5': ['stop ARTIM', 1],
  'AR-6': ['indicate P-DATA', 7],
  'AR-7': ['send P-DATA-TF', 8],
  'AR-8': ['indicate A-RELEASE', 9],
  'AR-9': ['send A-RELEASE-RP', 11],
  'AR-10': ['confirm A-RELEASE', 12],
  'AA-1': ['send A-ABORT user, start ARTIM', 13],
  'AA-2': ['stop ARTIM, close', 1],
  'AA-3': ['indicate A-ABORT, close', 1],
  'AA-4': ['indicate A-P-ABORT', 1],
  'AA-5': ['stop ARTIM', 1],
  'AA-6': ['ignore', 13],
  'AA-7': ['send A-ABORT provider', 13],
  'AA-8': ['send A-ABORT provider, indicate A-P-ABORT, start ARTIM', 13],
};

/** Sta3 and Sta5 to Sta12: where the association is wanted, opened, used, or being released. */
const ALIVE = [3, 5, 6, 7, 8, 9, 10, 11, 12];

/**
 * Table 9-10 a second time, from the text of the standard and in another form: by event the cells
 * that differ, and what stands in the others of the row ('' nothing, else for all of `ALIVE`).
 */
// prettier-ignore
const BY_EVENT: readonly (readonly [number, string, Readonly<Record<number, string>>])[] = [
  [1, '', { 1: 'AE-1' }],
  [2, '', { 4: 'AE-2' }],
  [3, 'AA-8', { 2: 'AA-1', 5: 'AE-3', 13: 'AA-6' }],
  [4, 'AA-8', { 2: 'AA-1', 5: 'AE-4', 13: 'AA-6' }],
  [5, '', { 1: 'AE-5' }],
  [6, 'AA-8', { 2: 'AE-6', 13: 'AA-7' }],
  [7, '', { 3: 'AE-7' }],
  [8, '', { 3: 'AE-8' }],
  [9, '', { 6: 'DT-1', 8: 'AR-7' }],
  [10, 'AA-8', { 2: 'AA-1', 6: 'DT-2', 7: 'AR-6', 13: 'AA-6' }],
  [11, '', { 6: 'AR-1' }],
  [12, 'AA-8', { 2: 'AA-1', 6: 'AR-2', 7: 'AR-8', 13: 'AA-6' }],
  [13, 'AA-8', { 2: 'AA-1', 7: 'AR-3', 10: 'AR-10', 11: 'AR-3', 13: 'AA-6' }],
  [14, '', { 8: 'AR-4', 9: 'AR-9', 12: 'AR-4' }],
  [15, 'AA-1', { 4: 'AA-2' }],
  [16, 'AA-3', { 2: 'AA-2', 13: 'AA-2' }],
  [17, 'AA-4', { 2: 'AA-5', 4: 'AA-4', 13: 'AR-5' }],
  [18, '', { 2: 'AA-2', 13: 'AA-2' }],
  [19, 'AA-8', { 2: 'AA-1', 13: 'AA-7' }],
];

describe('PS3.8 Table 9-10', () => {
  it('has in every cell what the standard has, and nothing where it has nothing', () => {
    const expected = new Array<string>(EVENTS * STATES).fill('');
    for (const [event, others, cells] of BY_EVENT) {
      if (others !== '') for (const state of ALIVE) expected[cellIndex(event, state)] = others;
      for (const [state, action] of Object.entries(cells)) {
        expected[cellIndex(event, Number(state))] = action;
      }
    }
    expect(BY_EVENT.map(([event]) => event)).toEqual(
      Array.from({ length: EVENTS }, (_, i) => i + 1),
    );
    expect(TRANSITIONS).toEqual(expected);
  });

  it('has 123 filled cells, and as many per row as the standard', () => {
    const perEvent = Array.from(
      { length: EVENTS },
      (_, row) =>
        TRANSITIONS.slice(row * STATES, (row + 1) * STATES).filter((cell) => cell !== '').length,
    );
    expect(perEvent).toEqual([1, 1, 11, 11, 1, 11, 1, 1, 2, 11, 1, 11, 11, 3, 10, 11, 12, 2, 11]);
    expect(TRANSITIONS.filter((cell) => cell !== '')).toHaveLength(123);
    expect(TABLE_9_10.trim().split('\n')).toHaveLength(EVENTS + 1);
    expect(DEVIATIONS).toEqual([]);
  });

  it('names only actions that exist, and every action is used', () => {
    const used = new Set(TRANSITIONS.filter((cell) => cell !== ''));
    expect([...used].sort()).toEqual(Object.keys(ACTIONS).sort());
    expect(Object.keys(EFFECTS).sort()).toEqual(Object.keys(ACTIONS).sort());
  });

  for (let event = 1; event <= EVENTS; event++) {
    it(`does in every state what the table says for event ${event}`, () => {
      for (let state = 1; state <= STATES; state++) {
        const port = recorder();
        const machine = new Machine(port);
        machine.state = state;
        const action = TRANSITIONS[cellIndex(event, state)] ?? '';
        expect(machine.can(event)).toBe(action !== '');
        expect(machine.step(event)).toBe(action !== '');
        const [effects, next] = action === '' ? ['', state] : (EFFECTS[action] ?? ['?', 0]);
        expect([port.log.join(', '), machine.state]).toEqual([effects, next]);
      }
    });
  }

  it('sends a release collision to state 10 at the acceptor', () => {
    const machine = new Machine(recorder(false));
    machine.state = State.AWAIT_RELEASE_RP;
    machine.step(Event.RELEASE_RQ);
    expect(machine.state).toBe(State.COLLISION_ACCEPTOR_RP);
  });

  it('rejects what the provider cannot accept (AE-6)', () => {
    const port = recorder(false, false);
    const machine = new Machine(port);
    machine.state = State.AWAIT_ASSOCIATE_RQ;
    machine.step(Event.ASSOCIATE_RQ);
    expect(port.log).toEqual(['stop ARTIM', 'send A-ASSOCIATE-RJ', 'start ARTIM']);
    expect(machine.state).toBe(State.AWAIT_CLOSE);
  });
});
