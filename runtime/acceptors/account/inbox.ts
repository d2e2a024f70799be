// What VU workers tell an acceptor thread: rows of accepted stores, and questions.
import type {
  AcceptedColumns,
  AcceptedUid,
  AcceptorToVu,
  VuToAcceptor,
} from '../../threads/delivery.ts';
import type { AcceptedRow } from './rows.ts';
import type { Delivery } from '../../../api/dicom/delivery/delivered.ts';
import type { Desk } from './desk.ts';
import type { CommitmentReports } from '../../dicom/scu/commitment.ts';

/** Reads the messages of one VU worker. Each worker numbers its routes itself. */
export class PortInbox {
  readonly #desk: Desk;
  readonly #reply: (message: AcceptorToVu) => void;
  /** This worker's route index -> the desk's route number. */
  #routes: number[] = [];

  readonly #reports: CommitmentReports;

  constructor(desk: Desk, reports: CommitmentReports, reply: (message: AcceptorToVu) => void) {
    this.#desk = desk;
    this.#reports = reports;
    this.#reply = reply;
  }

  /** Takes one message; `now` is a reading of the clock. */
  take(message: VuToAcceptor, now: number): void {
    switch (message.kind) {
      case 'routes':
        this.#routes = message.routes.map(({ name, receiver, scenario }) =>
          this.#desk.route(name, receiver, scenario),
        );
        return;
      case 'accepted':
        this.#accepted(message.columns, now);
        return;
      case 'acceptedByUid':
        this.#acceptedByUid(message.rows, now);
        return;
      case 'awaitReport':
        this.#reports.expect(message.transactionUid, (report) =>
          this.#reply({ kind: 'delivery', ticket: message.ticket, json: JSON.stringify(report) }),
        );
        return;
      case 'forgetReport':
        this.#reports.forget(message.transactionUid);
        return;
      case 'expect':
        this.#expect(message, now);
        return;
    }
  }

  #accepted(columns: AcceptedColumns, now: number): void {
    const desk = this.#desk;
    const row: AcceptedRow = { a: 0, b: 0, study: 0, prototype: 0, route: 0, time: 0 };
    for (let i = 0; i < columns.n; i++) {
      const route = this.#routes[columns.route[i] ?? 0];
      if (route === undefined) continue;
      row.a = columns.study[i] ?? 0;
      row.b = columns.member[i] ?? 0;
      row.study = row.a;
      row.prototype = columns.prototype[i] ?? -1;
      row.route = route;
      row.time = desk.reading(columns.time[i] ?? 0);
      desk.accept(route, row, now);
    }
  }

  #acceptedByUid(rows: readonly AcceptedUid[], now: number): void {
    const desk = this.#desk;
    for (const { uid, studyUid, prototype, route: own, time: stamp, recipe } of rows) {
      const route = this.#routes[own];
      const keys = route === undefined ? undefined : desk.receiverOf(route)?.keys;
      if (route === undefined || keys === undefined) continue;
      const sent = { prototype, route, time: desk.reading(stamp), recipe };
      desk.accept(route, { ...keys.instance(uid, studyUid), ...sent }, now);
    }
  }

  #expect(message: Extract<VuToAcceptor, { kind: 'expect' }>, now: number): void {
    const { ticket, receiver } = message;
    const answer = (delivery: Delivery): void =>
      this.#reply({ kind: 'delivery', ticket, json: JSON.stringify(delivery) });
    try {
      this.#desk.ask(receiver, message, now, answer);
    } catch (error) {
      // A wish nobody understands is the script's mistake: told there, by name.
      const message = error instanceof Error ? error.message : String(error);
      this.#reply({ kind: 'delivery', ticket, json: JSON.stringify({ error: message }) });
    }
  }
}
