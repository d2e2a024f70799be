// An instance that arrives at a receiver, by whatever protocol: looked into as it comes, and told to
// the account.
import { Room } from '../../dicom/collected.ts';
import { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import type { ReceiverSpec } from '../../threads/acceptor.ts';
import type { ArrivalRow } from '../account/rows.ts';
import { correlator } from '../account/correlate.ts';
import type { Correlator } from '../account/correlate.ts';
import { NO_HASH } from '../account/pixels/hashes.ts';
import type { KeptHeader } from '../account/headers/header.ts';
import { PixelMatch } from '../account/pixels/known-pixels.ts';
import type { ReceiverTools } from './receiver.ts';

/** What compressed values may take up until they are compared, of all associations together. */
const VALUES_MAX_BYTES = 256 * 1024 ** 2;

/** An instance that came in whole. */
export interface Arrived {
  readonly uid: string;
  readonly transferSyntax: string;
  /** Number of its association or connection in the thread. */
  readonly association: number;
  /** A reading of the thread's clock. */
  readonly time: number;
}

export class Arrivals {
  readonly #id: number;
  readonly #spec: ReceiverSpec;
  readonly #tools: ReceiverTools;
  readonly #correlate: Correlator;
  readonly #values = new Room(VALUES_MAX_BYTES);

  /** Opens the account of the receiver. */
  constructor(id: number, spec: ReceiverSpec, tools: ReceiverTools) {
    const { verify, settleMs } = spec;
    this.#id = id;
    this.#spec = spec;
    this.#tools = tools;
    const desk = tools.desk.open(id, nameOf(id, spec), { settleMs, verify });
    this.#correlate = correlator(spec.correlate, desk.keys, tools.desk.runNumber);
  }

  /** `verify: 'full'` compares headers, so it keeps them whatever `keep` says. */
  get #keepsHeaders(): boolean {
    return this.#spec.keep !== 'nothing' || this.#spec.verify === 'full';
  }

  /** What looks into data sets, one after the other. */
  tap(room: Room): DatasetTap {
    const { verify, correlate } = this.#spec;
    const { known, hashes } = this.#tools;
    const compares = verify !== 'counts';
    return new DatasetTap({
      header: this.#keepsHeaders || correlate !== 'sop' || (compares && hashes.needsHeaders),
      pixels: compares,
      known: new PixelMatch(known),
      room,
      fragmentsOf: hashes.fragmentsOf,
      valueRoom: this.#values,
    });
  }

  arrived(tap: DatasetTap, { uid, transferSyntax, association, time }: Arrived): void {
    const { hashes, desk } = this.#tools;
    tap.finish();
    const header = tap.header === null ? undefined : { bytes: tap.header, transferSyntax };
    const key = this.#correlate(uid, header);
    const row: ArrivalRow = {
      a: key.a,
      b: key.b,
      study: key.study,
      pixels: this.#spec.verify === 'counts' ? NO_HASH : hashes.arrived(tap, transferSyntax),
      form: hashes.formOf(tap, transferSyntax),
      association,
      time,
      header: this.#keepsHeaders ? this.#kept(header) : undefined,
    };
    desk.arrive(this.#id, row, performance.now());
  }

  #kept(header: KeptHeader | undefined): KeptHeader | undefined {
    return header === undefined ? undefined : this.#tools.budget.keep(header);
  }
}

/** What messages and the account call a receiver. */
export function nameOf(id: number, { aets }: ReceiverSpec): string {
  return aets[0] ?? `receiver ${id}`;
}
