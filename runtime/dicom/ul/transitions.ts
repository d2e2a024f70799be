// PS3.8 Table 9-10, the state machine of the upper layer, as it is printed: one row per event, one
// column per state, blank (.) where the combination cannot happen.

/** States (PS3.8 Tables 9-1 to 9-5). */
export const State = {
  IDLE: 1,
  AWAIT_ASSOCIATE_RQ: 2,
  AWAIT_LOCAL_ASSOCIATE_RESPONSE: 3,
  AWAIT_TRANSPORT: 4,
  AWAIT_ASSOCIATE_AC: 5,
  ESTABLISHED: 6,
  AWAIT_RELEASE_RP: 7,
  AWAIT_LOCAL_RELEASE_RESPONSE: 8,
  COLLISION_REQUESTOR_LOCAL: 9,
  COLLISION_ACCEPTOR_RP: 10,
  COLLISION_REQUESTOR_RP: 11,
  COLLISION_ACCEPTOR_LOCAL: 12,
  AWAIT_CLOSE: 13,
} as const;

/** Events (PS3.8 Table 9-10, first column), in the order of the rows below. */
export const Event = {
  ASSOCIATE_REQUEST: 1,
  TRANSPORT_CONFIRM: 2,
  ASSOCIATE_AC: 3,
  ASSOCIATE_RJ: 4,
  TRANSPORT_INDICATION: 5,
  ASSOCIATE_RQ: 6,
  ASSOCIATE_RESPONSE_ACCEPT: 7,
  ASSOCIATE_RESPONSE_REJECT: 8,
  DATA_REQUEST: 9,
  DATA_TF: 10,
  RELEASE_REQUEST: 11,
  RELEASE_RQ: 12,
  RELEASE_RP: 13,
  RELEASE_RESPONSE: 14,
  ABORT_REQUEST: 15,
  ABORT: 16,
  TRANSPORT_CLOSED: 17,
  ARTIM_EXPIRED: 18,
  INVALID_PDU: 19,
} as const;

export const STATES = 13;
export const EVENTS = 19;

// prettier-ignore
export const TABLE_9_10 = `
event                     Sta1 Sta2 Sta3 Sta4 Sta5 Sta6 Sta7 Sta8 Sta9 Sta10 Sta11 Sta12 Sta13
1  A-ASSOCIATE request    AE-1 .    .    .    .    .    .    .    .    .     .     .     .
2  transport confirm      .    .    .    AE-2 .    .    .    .    .    .     .     .     .
3  A-ASSOCIATE-AC PDU     .    AA-1 AA-8 .    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
4  A-ASSOCIATE-RJ PDU     .    AA-1 AA-8 .    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
5  transport indication   AE-5 .    .    .    .    .    .    .    .    .     .     .     .
6  A-ASSOCIATE-RQ PDU     .    AE-6 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-7
7  associate resp. accept .    .    AE-7 .    .    .    .    .    .    .     .     .     .
8  associate resp. reject .    .    AE-8 .    .    .    .    .    .    .     .     .     .
9  P-DATA request         .    .    .    .    .    DT-1 .    AR-7 .    .     .     .     .
10 P-DATA-TF PDU          .    AA-1 AA-8 .    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
11 A-RELEASE request      .    .    .    .    .    AR-1 .    .    .    .     .     .     .
12 A-RELEASE-RQ PDU       .    AA-1 AA-8 .    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-6
13 A-RELEASE-RP PDU       .    AA-1 AA-8 .    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3  AA-8  AA-6
14 A-RELEASE response     .    .    .    .    .    .    .    AR-4 AR-9 .     .     AR-4  .
15 A-ABORT request        .    .    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1  AA-1  .
16 A-ABORT PDU            .    AA-2 AA-3 .    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3  AA-3  AA-2
17 transport closed       .    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4  AA-4  AR-5
18 ARTIM expired          .    AA-2 .    .    .    .    .    .    .    .     .     .     AA-2
19 invalid PDU            .    AA-1 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8  AA-8  AA-7
`;

/** Where we differ from the table on purpose: event, state, action, reason. */
export const DEVIATIONS: readonly [number, number, string, string][] = [];

/** Action name by (event, state), '' where the cell is blank. */
export type Grid = readonly string[];

export const cellIndex = (event: number, state: number): number => (event - 1) * STATES + state - 1;

/** Parses the printed table to a dense grid. */
export function parseTable(text: string): Grid {
  const grid: string[] = new Array<string>(EVENTS * STATES).fill('');
  for (const line of text.trim().split('\n').slice(1)) {
    const cells = line.trim().split(/\s+/);
    const event = Number(cells[0]);
    const actions = cells.slice(-STATES);
    actions.forEach((action, column) => {
      if (action !== '.') grid[cellIndex(event, column + 1)] = action;
    });
  }
  for (const [event, state, action] of DEVIATIONS) grid[cellIndex(event, state)] = action;
  return grid;
}

export const TRANSITIONS: Grid = parseTable(TABLE_9_10);
