// The connections of a capture, each looked at as if it were passing now.
import type { RecordedAssociation, RecordedEnd } from '../format.ts';
import { Disguise } from '../observe/disguise.ts';
import type { KeptInstances } from '../observe/kept-instances.ts';
import { Onlooker, type Side } from '../observe/onlooker.ts';
import { ByteStream } from './byte-stream.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;

export interface CapturedPacket {
  /** Of the connection, in the capture. */
  readonly stream: number;
  readonly from: Side;
  /** ms since the first packet. */
  readonly at: number;
  readonly seq: number;
  readonly flags: number;
  /** Bytes it had on the wire. */
  readonly length: number;
  readonly payload: Buffer;
}

export interface CapturedUser {
  readonly kept: KeptInstances | null;
  onAssociation(association: RecordedAssociation): void;
}

export class CapturedTraffic {
  readonly #user: CapturedUser;
  readonly #disguise = new Disguise();
  /** Null for one that is over: its last acknowledgements may still come. */
  readonly #connections = new Map<number, Connection | null>();
  #now = 0;

  constructor(user: CapturedUser) {
    this.#user = user;
  }

  packet(packet: CapturedPacket): void {
    const { stream, at } = packet;
    this.#now = at;
    let connection = this.#connections.get(stream);
    if (connection === null) return;
    if (connection === undefined) {
      connection = new Connection(new Onlooker(0, at, this.#disguise, this.#user.kept));
      this.#connections.set(stream, connection);
    }
    connection.packet(packet);
    if (!connection.isOver) return;
    this.#connections.set(stream, null);
    this.#user.onAssociation(connection.finish(at));
  }

  /** The capture ends; so do those that are open. */
  end(): void {
    for (const connection of this.#connections.values()) {
      if (connection !== null) this.#user.onAssociation(connection.finish(this.#now));
    }
    this.#connections.clear();
  }
}

class Connection {
  readonly #onlooker: Onlooker;
  readonly #streams = { requestor: new ByteStream(), acceptor: new ByteStream() };
  readonly #ended = { requestor: false, acceptor: false };
  #end: RecordedEnd | null = null;
  #endedBy: Side | null = null;
  #isReset = false;

  constructor(onlooker: Onlooker) {
    this.#onlooker = onlooker;
  }

  get isOver(): boolean {
    return this.#isReset || (this.#ended.requestor && this.#ended.acceptor);
  }

  packet({ from, at, seq, flags, length, payload }: CapturedPacket): void {
    const stream = this.#streams[from];
    if ((flags & SYN) !== 0) stream.onSyn(seq);
    if (length > payload.length) {
      this.#onlooker.giveUp(from, 'packets are cut off in the capture');
    } else if (length > 0 && !stream.begun) {
      this.#onlooker.giveUp(from, 'the beginning is not in the capture');
    }
    for (const bytes of stream.push(seq, payload)) this.#onlooker.look(from, bytes, at);
    if (stream.isLost) this.#onlooker.giveUp(from, 'bytes are missing in the capture');
    if ((flags & RST) !== 0) this.#reset(from);
    else if ((flags & FIN) !== 0) {
      this.#ended[from] = true;
      this.#endsWith('closed', from);
    }
  }

  #reset(from: Side): void {
    this.#isReset = true;
    const isRefused = from === 'acceptor' && !this.#streams.acceptor.begun;
    this.#endsWith(isRefused && this.#streams.requestor.begun ? 'unreachable' : 'reset', from);
  }

  #endsWith(end: RecordedEnd, by: Side): void {
    this.#end ??= end;
    this.#endedBy ??= by;
  }

  finish(at: number): RecordedAssociation {
    for (const side of ['requestor', 'acceptor'] as const) {
      if (this.#streams[side].hasGap) {
        this.#onlooker.giveUp(side, 'bytes are missing in the capture');
      }
    }
    return this.#onlooker.finish(this.#end ?? 'cut off', this.#endedBy, at);
  }
}
