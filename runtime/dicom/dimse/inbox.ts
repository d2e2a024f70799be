// Assembles PDV fragments to messages (PS3.7 §6.3.1, PS3.8 Annex E) and hands them on: responses to
// their pending request, requests to the handler. Data sets stream through.
import type { Trace } from '../trace.ts';
import { Collected, type Room } from '../collected.ts';
import { scanCommand, type CommandScan } from './command.ts';
import { CommandField, NO_DATA_SET, RESPONSE_BIT } from './elements.ts';
import { serviceName } from './services.ts';
import { REPLY_LATER } from './incoming.ts';
import type { Outstanding } from './outstanding.ts';
import type { Pending } from './pending.ts';
import { ReplyView } from './reply-view.ts';
import { Request } from './request.ts';
import { isPending } from './status.ts';

const COMMAND_BIT = 0x01; // PS3.8 Annex E.2
const LAST_BIT = 0x02;
/** A command set is a few hundred bytes; an attribute identifier list may make it longer. */
const COMMAND_MAX_BYTES = 1_048_576;
/** Data sets of requests other than C-STORE are collected: identifiers, attribute lists. */
const IDENTIFIER_MAX_BYTES = 67_108_864;

/** So much of an instance within a response timeout: a few kB/s are enough. */
const PROGRESS_BYTES = 262_144;

/** What is said of the PDV that a piece belongs to. */
export interface MessagePiece {
  readonly contextId: number;
  readonly control: number;
  /** The piece ends the PDV. */
  readonly complete: boolean;
}

export interface InboxUser {
  readonly trace?: Trace | null;
  readonly waiting: Outstanding;
  /** `performance.now()` of the chunk that is being read. */
  readonly chunkAt: number;
  /** What data sets of requests may take up while they arrive, with those of others; null = no limit. */
  readonly room: Room | null;
  accepts(contextId: number): boolean;
  /** Whether the data set of a request that is no C-STORE is wanted; else it is let go by. */
  collects(request: Request): boolean;
  /** A request whose data set there was no room for. */
  onNoRoom(request: Request): void;
  onStore(request: Request): void;
  onStoreData(request: Request, buffer: Buffer, start: number, end: number): void;
  onStoreEnd(request: Request): number;
  onRequest(request: Request, dataset: Buffer | null): void;
  onCancel(messageId: number): void;
  reply(request: Request, status: number): void;
  /** A final response was delivered: the window has room. */
  onAnswered(): void;
  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void;
}

/** Of the outstanding requests so many are named. */
const MOST_IDS_NAMED = 5;

const NO_BYTES = Buffer.alloc(0);
// One object per thread each: both are used up before the next chunk is read.
const reply = new ReplyView();
const scan: CommandScan = {
  commandField: -1,
  messageId: -1,
  respondedTo: -1,
  dataSetType: -1,
  status: -1,
};

export class Inbox {
  /** When the first byte of the current message came; 0 between messages. */
  messageAt = 0;
  /** When the latest sub-operation ended, or had brought so much more: that keeps a C-GET waiting. */
  requestAt = 0;
  readonly #user: InboxUser;
  #inDataset = false;
  #contextId = 0;
  #held: Buffer = NO_BYTES;
  #heldBytes = 0;
  #keptBytes = 0;
  #pending: Pending | null = null;
  #status = 0;
  #commandField = 0;
  #request: Request | null = null;
  /** The data set of a request that is no C-STORE; null = it is let go by. */
  #collected: Collected | null = null;
  #noRoom = false;
  /** Bytes of the data set so far. */
  #datasetBytes = 0;
  #progressBytes = 0;

  constructor(user: InboxUser) {
    this.#user = user;
  }

  /** A message has begun and not ended. */
  get busy(): boolean {
    return this.#inDataset || this.#heldBytes > 0;
  }

  /** A piece of a PDV. */
  onPdv(pdv: MessagePiece, buffer: Buffer, start: number, end: number): void {
    if ((pdv.control & COMMAND_BIT) !== 0) this.#onCommandPiece(pdv, buffer, start, end);
    else this.#onDatasetPiece(pdv, buffer, start, end);
  }

  #onCommandPiece(pdv: MessagePiece, buffer: Buffer, start: number, end: number): void {
    const { contextId } = pdv;
    const last = pdv.complete && (pdv.control & LAST_BIT) !== 0;
    if (this.#inDataset || (this.#heldBytes > 0 && contextId !== this.#contextId)) {
      this.#user.onProtocolError(
        'a command fragment inside another message',
        'PS3.8 E.1',
        buffer,
        start,
      );
      return;
    }
    if (this.#heldBytes === 0) {
      if (!this.#user.accepts(contextId)) {
        const what = `a message on presentation context ${contextId}, which is not accepted`;
        this.#user.onProtocolError(what, 'PS3.8 §9.3.5.1', buffer, start);
        return;
      }
      this.#contextId = contextId;
      if (last) {
        this.#onCommand(buffer, start, end);
        return;
      }
    }
    if (!this.#hold(buffer, start, end) || !last) return;
    const bytes = this.#heldBytes;
    this.#heldBytes = 0;
    this.#onCommand(this.#held, 0, bytes);
  }

  #hold(buffer: Buffer, start: number, end: number): boolean {
    const needed = this.#heldBytes + end - start;
    if (needed > COMMAND_MAX_BYTES) {
      this.#user.onProtocolError(
        `a command set of over ${COMMAND_MAX_BYTES} bytes`,
        'PS3.7 §6.3.1',
        buffer,
        start,
      );
      return false;
    }
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length, 256));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    buffer.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = needed;
    return true;
  }

  #onCommand(buffer: Buffer, start: number, end: number): void {
    if (!scanCommand(buffer, start, end, scan)) {
      this.#user.onProtocolError('the command set cannot be read', 'PS3.7 §6.3.1', buffer, start);
      return;
    }
    this.#user.trace?.message('received', buffer.subarray(start, end), 0);
    const { commandField } = scan;
    if (scan.dataSetType < 0) {
      // Whether a data set follows cannot be known: waiting for one may be for ever.
      const what = `${messageName(commandField)} without a Command Data Set Type (0000,0800)`;
      this.#user.onProtocolError(what, 'PS3.7 §9.3', buffer.subarray(0, end), start);
    } else if (commandField === CommandField.C_CANCEL_RQ) {
      this.messageAt = 0;
      this.#user.onCancel(scan.respondedTo);
    } else if ((commandField & RESPONSE_BIT) !== 0) {
      this.#onResponse(buffer, start, end);
    } else {
      this.#onRequestCommand(buffer, start, end);
    }
  }

  #onResponse(buffer: Buffer, start: number, end: number): void {
    const pending = this.#user.waiting.get(scan.respondedTo);
    const wrong = this.#wrongAnswer(pending);
    if (pending === null || wrong !== '') {
      const what = `${messageName(scan.commandField)} ${wrong}`;
      this.#user.onProtocolError(what, 'PS3.7 §9.3', buffer.subarray(0, end), start);
      return;
    }
    this.#status = scan.status;
    this.#commandField = scan.commandField;
    if (pending.firstByte === 0) pending.firstByte = this.messageAt;
    if (scan.dataSetType === NO_DATA_SET) {
      this.#finishReply(pending, buffer, start, end);
      return;
    }
    this.#pending = pending;
    this.#inDataset = true;
    this.#datasetBytes = 0;
    if (buffer !== this.#held) this.#keepCommand(buffer, start, end);
    else this.#keptBytes = end;
  }

  /** Why the response in `scan` answers no request of ours, '' when it does. */
  #wrongAnswer(pending: Pending | null): string {
    const { respondedTo, commandField, status } = scan;
    if (respondedTo < 0) return 'without a Message ID Being Responded To (0000,0120)';
    if (pending === null) {
      const ids = this.#user.waiting.list().map(({ messageId }) => messageId);
      const asked = ids.length === 0 ? 'none' : ids.slice(0, MOST_IDS_NAMED).join(', ');
      return `to message ID ${respondedTo}, which is not outstanding (outstanding: ${asked})`;
    }
    if (commandField !== (pending.commandField | RESPONSE_BIT)) {
      return `to message ID ${respondedTo}, which was a ${messageName(pending.commandField)}`;
    }
    if (this.#contextId !== pending.contextId) {
      return `to message ID ${respondedTo} on presentation context ${this.#contextId}, its request went out on ${pending.contextId}`;
    }
    return status < 0 ? 'without a status (0000,0900)' : '';
  }

  /** The command set of a reply whose data set follows: the chunk it is in may be gone by then. */
  #keepCommand(buffer: Buffer, start: number, end: number): void {
    const bytes = end - start;
    if (this.#held.length < bytes) this.#held = Buffer.allocUnsafe(Math.max(bytes, 256));
    buffer.copy(this.#held, 0, start, end);
    this.#keptBytes = bytes;
  }

  #finishReply(pending: Pending, buffer: Buffer, start: number, end: number): void {
    const user = this.#user;
    // To any other request "pending" is its answer: one that settled must never settle again.
    const more = pending.mayPend === true && isPending(this.#status);
    reply.status = this.#status;
    reply.pending = more;
    reply.messageId = pending.messageId;
    reply.commandField = this.#commandField;
    reply.contextId = this.#contextId;
    reply.hasDataset = this.#inDataset;
    reply.command = buffer;
    reply.start = start;
    reply.end = end;
    this.#inDataset = false;
    this.#pending = null;
    this.messageAt = 0;
    pending.lastByte = user.chunkAt;
    // The peer answered before our kernel said that it had taken the last byte.
    if (pending.sendEnd === 0) pending.sendEnd = pending.firstByte;
    if (!more) user.waiting.remove(pending);
    pending.onReply(reply);
    if (!more) user.onAnswered();
  }

  #onRequestCommand(buffer: Buffer, start: number, end: number): void {
    if (scan.messageId < 0) {
      const what = `${messageName(scan.commandField)} without a Message ID (0000,0110)`;
      this.#user.onProtocolError(what, 'PS3.7 §9.3', buffer.subarray(0, end), start);
      return;
    }
    const command = Buffer.allocUnsafe(end - start);
    buffer.copy(command, 0, start, end);
    const hasDataset = scan.dataSetType !== NO_DATA_SET;
    const ids = { messageId: scan.messageId, commandField: scan.commandField, hasDataset };
    const request = new Request(this.#contextId, ids, command, this.messageAt);
    if (scan.commandField === CommandField.C_STORE_RQ) this.#user.onStore(request);
    if (!hasDataset) {
      this.#finishRequest(request, null);
      return;
    }
    this.#request = request;
    this.#inDataset = true;
    this.#datasetBytes = 0;
    this.#progressBytes = PROGRESS_BYTES;
    this.#noRoom = false;
    const wanted = scan.commandField !== CommandField.C_STORE_RQ && this.#user.collects(request);
    this.#collected = wanted ? new Collected(this.#user.room) : null;
  }

  #onDatasetPiece(pdv: MessagePiece, buffer: Buffer, start: number, end: number): void {
    const last = pdv.complete && (pdv.control & LAST_BIT) !== 0;
    if (!this.#inDataset || pdv.contextId !== this.#contextId) {
      this.#user.onProtocolError(
        'a data set fragment without its command set',
        'PS3.8 E.1',
        buffer,
        start,
      );
      return;
    }
    const pending = this.#pending,
      request = this.#request;
    this.#datasetBytes += end - start;
    if (pending !== null) {
      if (this.#isTooLong(buffer, start)) return;
      if (end > start) pending.onData?.(buffer, start, end);
      // The callback may have ended the association, or this very request.
      if (last && this.#pending === pending)
        this.#finishReply(pending, this.#held, 0, this.#keptBytes);
    } else if (request !== null) {
      this.#onRequestData(request, buffer, start, end);
      if (last && this.#request === request) this.#finishCollected(request);
    }
  }

  #onRequestData(request: Request, buffer: Buffer, start: number, end: number): void {
    if (request.commandField === CommandField.C_STORE_RQ) {
      if (this.#datasetBytes >= this.#progressBytes) this.#progress();
      if (end > start) this.#user.onStoreData(request, buffer, start, end);
      return;
    }
    if (this.#isTooLong(buffer, start) || this.#collected === null) return;
    if (this.#collected.add(buffer, start, end)) return;
    this.#collected.clear();
    this.#collected = null;
    this.#noRoom = true;
  }

  /** Nobody's identifier is that long: it would be held, whole, at the expense of everybody else. */
  #isTooLong(buffer: Buffer, at: number): boolean {
    if (this.#datasetBytes <= IDENTIFIER_MAX_BYTES) return false;
    const what = `a data set of over ${IDENTIFIER_MAX_BYTES} bytes that is no instance`;
    this.#user.onProtocolError(what, 'PS3.7 §6.3.1', buffer, at);
    return true;
  }

  /** Bytes that drip in are no progress; a large instance has its time for every piece of it. */
  #progress(): void {
    this.requestAt = this.#user.chunkAt;
    this.#progressBytes = this.#datasetBytes + PROGRESS_BYTES;
  }

  #finishCollected(request: Request): void {
    const dataset = this.#collected?.take() ?? null;
    this.#collected = null;
    this.#finishRequest(request, dataset);
  }

  #finishRequest(request: Request, dataset: Buffer | null): void {
    this.#inDataset = false;
    this.#request = null;
    this.messageAt = 0;
    request.lastByte = this.#user.chunkAt;
    if (request.commandField !== CommandField.C_STORE_RQ) {
      if (this.#noRoom) this.#user.onNoRoom(request);
      else this.#user.onRequest(request, dataset);
      this.#noRoom = false;
      return;
    }
    this.requestAt = this.#user.chunkAt;
    const status = this.#user.onStoreEnd(request);
    if (status !== REPLY_LATER) this.#user.reply(request, status);
  }

  /** The association is over: a store that was arriving never ends. */
  clear(): Request | null {
    const request = this.#request;
    this.#inDataset = false;
    this.#request = null;
    this.#pending = null;
    this.#collected?.clear();
    this.#collected = null;
    this.#held = NO_BYTES;
    this.#heldBytes = 0;
    return request;
  }
}

/** `C-STORE-RSP`, `C-ECHO-RQ`. */
function messageName(commandField: number): string {
  return `${serviceName(commandField)}-${(commandField & RESPONSE_BIT) === 0 ? 'RQ' : 'RSP'}`;
}
