// The messages of one direction, put together out of PDV fragments: the command set whole, of the data
// set the beginning and its length.
import { scanCommand, type CommandScan } from '../../dicom/dimse/command.ts';
import { NO_DATA_SET } from '../../dicom/dimse/elements.ts';
import { PDV_COMMAND, PDV_LAST } from '../../dicom/ul/constants.ts';
import type { PdvHeader } from '../../dicom/ul/pdu/pdu-reader.ts';

const MAX_COMMAND_BYTES = 65_536;
/** Of a data set so much is kept while it passes: enough for the UIDs of study and series. */
const HEAD_BYTES = 65_536;
const FIRST_BYTES = 1024;

/** A message that has passed; used again for the next one. */
export interface PassedMessage extends CommandScan {
  readonly contextId: number;
  /** `performance.now()` of its first and of its last bytes. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly command: Buffer;
  /** The first bytes of the data set. */
  readonly head: Buffer;
  /** All of it. */
  readonly datasetBytes: number;
}

export interface MessageUser {
  /** A piece of a data set; valid during the call. */
  onData(message: PassedMessage, buffer: Buffer, start: number, end: number): void;
  /** A message is whole. */
  onMessage(message: PassedMessage): void;
}

/** Bytes that are kept up to a limit. */
class Kept {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get full(): boolean {
    return this.#length === this.#most;
  }

  clear(): void {
    this.#length = 0;
  }

  add(buffer: Buffer, start: number, end: number): void {
    const take = Math.min(end - start, this.#most - this.#length);
    const needed = this.#length + take;
    if (needed > this.#bytes.length) {
      const size = Math.max(needed, FIRST_BYTES, 2 * this.#bytes.length);
      const larger = Buffer.alloc(Math.min(this.#most, size));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    buffer.copy(this.#bytes, this.#length, start, start + take);
    this.#length = needed;
  }
}

/** Throws nothing of its own: `broken` says why messages cannot be told apart any more. */
export class Messages implements PassedMessage {
  commandField = -1;
  messageId = -1;
  respondedTo = -1;
  dataSetType = -1;
  status = -1;
  contextId = 0;
  firstAt = 0;
  lastAt = 0;
  datasetBytes = 0;
  broken = '';
  /** `performance.now()` of the bytes that are being read. */
  now = 0;
  readonly #user: MessageUser;
  readonly #command = new Kept(MAX_COMMAND_BYTES);
  readonly #head = new Kept(HEAD_BYTES);
  #inDataset = false;
  #begun = false;

  constructor(user: MessageUser) {
    this.#user = user;
  }

  get command(): Buffer {
    return this.#command.bytes;
  }

  get head(): Buffer {
    return this.#head.bytes;
  }

  /** A piece of a PDV that came at {@link now}. */
  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void {
    const last = pdv.complete && (pdv.control & PDV_LAST) !== 0;
    const isCommand = (pdv.control & PDV_COMMAND) !== 0;
    if (isCommand === this.#inDataset) {
      this.broken = isCommand ? 'a command inside a data set' : 'a data set without its command';
      return;
    }
    if (!this.#begun) this.#begin(pdv.contextId);
    this.lastAt = this.now;
    if (isCommand) this.#commandPiece(buffer, start, end, last);
    else this.#dataPiece(buffer, start, end, last);
  }

  #begin(contextId: number): void {
    this.#begun = true;
    this.contextId = contextId;
    this.firstAt = this.now;
    this.datasetBytes = 0;
    this.#command.clear();
    this.#head.clear();
  }

  #commandPiece(buffer: Buffer, start: number, end: number, last: boolean): void {
    this.#command.add(buffer, start, end);
    if (!last && !this.#command.full) return;
    const { bytes } = this.#command;
    if (!scanCommand(bytes, 0, bytes.length, this)) {
      this.broken = 'a command set that cannot be read';
      return;
    }
    this.#inDataset = this.dataSetType !== NO_DATA_SET && this.dataSetType >= 0;
    if (!this.#inDataset) this.#end();
  }

  #dataPiece(buffer: Buffer, start: number, end: number, last: boolean): void {
    this.datasetBytes += end - start;
    if (!this.#head.full) this.#head.add(buffer, start, end);
    this.#user.onData(this, buffer, start, end);
    if (!last) return;
    this.#inDataset = false;
    this.#end();
  }

  /** The message whose data set had begun when the connection ended. */
  get unfinished(): PassedMessage | null {
    return this.#inDataset && this.broken === '' ? this : null;
  }

  #end(): void {
    this.#begun = false;
    this.#user.onMessage(this);
  }
}
