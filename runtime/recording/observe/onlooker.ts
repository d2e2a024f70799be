// Looks on while the bytes of one connection pass, and says in the end what they were. Whatever it
// cannot read it notes and lets go by: nothing that it does reaches the bytes.
import {
  IMPLEMENTATION_VERSION_MAX_BYTES,
  MAX_CONTEXTS,
  UID_MAX_BYTES,
} from '../../dicom/ul/constants.ts';
import { PduReader, type PdvHeader, type PduSink } from '../../dicom/ul/pdu/pdu-reader.ts';
import type { AssociateAc, AssociateRq, Pdu, UserInformation } from '../../dicom/ul/pdu/pdu.ts';
import {
  roundMs,
  type Implementation,
  type RecordedAssociation,
  type RecordedContext,
  type RecordedEnd,
} from '../format.ts';
import { readText } from '../../dicom/dimse/command.ts';
import { CommandField, Element } from '../../dicom/dimse/elements.ts';
import type { Disguise } from './disguise.ts';
import type { KeptInstance, KeptInstances } from './kept-instances.ts';
import { Messages, type MessageUser, type PassedMessage } from './messages.ts';
import { Operations, type AgreedContext } from './operations.ts';

export type Side = 'requestor' | 'acceptor';

type Negotiated = Pick<
  RecordedAssociation,
  | 'calling'
  | 'called'
  | 'implementation'
  | 'answeredBy'
  | 'maxPdu'
  | 'window'
  | 'identity'
  | 'contexts'
>;

const TLS_HANDSHAKE = 0x16; // RFC 8446 §5.1
/** Transfer syntaxes that are written of one context. */
const MOST_SYNTAXES = 64;
const NO_CONTEXT: AgreedContext = { sopClass: '', transferSyntax: '' };

/** One direction: its bytes as PDUs, its PDUs as messages. */
class Direction implements PduSink, MessageUser {
  bytes = 0;
  readonly #reader = new PduReader(this);
  readonly #messages = new Messages(this);
  readonly #side: Side;
  readonly #user: Onlooker;
  #instance: KeptInstance | null = null;

  constructor(side: Side, user: Onlooker) {
    this.#side = side;
    this.#user = user;
    // The limits are the business of those who talk: here everything passes.
    this.#reader.maxPdu = 0;
  }

  push(chunk: Buffer, now: number): void {
    this.#messages.now = now;
    this.#reader.push(chunk, 0, chunk.length);
    if (this.#messages.broken !== '') this.#user.giveUp(this.#side, this.#messages.broken);
  }

  stop(): void {
    this.#reader.stop();
  }

  onDataPdu(): boolean {
    return true;
  }

  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void {
    if (this.#messages.broken !== '') return;
    this.#messages.onPdv(pdv, buffer, start, end);
  }

  onPdu(pdu: Pdu): void {
    this.#user.onPdu(this.#side, pdu, this.#messages.now);
  }

  onInvalid(failure: { readonly clause: string; readonly offset: number }): void {
    // The message of the failure may name what the bytes say; the clause does not.
    const what = `no valid PDU at byte ${failure.offset} (${failure.clause})`;
    this.#user.giveUp(this.#side, what);
  }

  onData(message: PassedMessage, buffer: Buffer, start: number, end: number): void {
    if (!this.#user.keepsData || message.commandField !== CommandField.C_STORE_RQ) return;
    this.#instance ??= this.#user.keep(message);
    this.#instance?.write(buffer, start, end);
  }

  onMessage(message: PassedMessage): void {
    this.#instance?.close();
    this.#instance = null;
    this.#user.operations.onMessage(this.#side, message);
  }

  finish(): void {
    this.#instance?.discard();
    const { unfinished } = this.#messages;
    if (unfinished !== null) this.#user.operations.onUnfinished(this.#side, unfinished);
  }
}

export class Onlooker {
  readonly operations: Operations;
  readonly #disguise: Disguise;
  readonly #kept: KeptInstances | null;
  readonly #startedAt: number;
  readonly #at: number;
  readonly #directions: Readonly<Record<Side, Direction>>;
  #rq: AssociateRq | null = null;
  #ac: AssociateAc | null = null;
  #answeredAt = 0;
  #unread = '';
  #end: RecordedEnd | null = null;
  #endedBy: Side | null = null;
  #why: readonly number[] = [];

  /**
   * @param recordingAt `performance.now()` of the start of the recording
   * @param kept where instances go; null: they go by
   */
  constructor(
    recordingAt: number,
    now: number,
    disguise: Disguise,
    kept: KeptInstances | null = null,
  ) {
    this.#disguise = disguise;
    this.#kept = kept;
    this.#startedAt = now;
    this.#at = roundMs(now - recordingAt);
    this.operations = new Operations(now, disguise, (id) => this.#contextOf(id));
    this.#directions = {
      requestor: new Direction('requestor', this),
      acceptor: new Direction('acceptor', this),
    };
  }

  /** Bytes from one side have passed. Throws nothing. */
  look(side: Side, chunk: Buffer, now: number): void {
    const direction = this.#directions[side];
    if (direction.bytes === 0 && side === 'requestor' && chunk[0] === TLS_HANDSHAKE) {
      this.giveUp(side, 'TLS');
    }
    direction.bytes += chunk.length;
    if (this.#unread !== '') return;
    try {
      direction.push(chunk, now);
    } catch (error) {
      this.giveUp(side, `not understood (${error instanceof Error ? error.name : 'unknown'})`);
    }
  }

  /** From here on nothing more is read of either side: answers would not be told apart. */
  giveUp(side: Side, why: string): void {
    if (this.#unread !== '') return;
    this.#unread = why === 'TLS' ? why : `${why}, from the ${side}`;
    this.#directions.requestor.stop();
    this.#directions.acceptor.stop();
  }

  get keepsData(): boolean {
    return this.#kept !== null;
  }

  /** A file for the instance whose data set begins. */
  keep({ command, contextId }: PassedMessage): KeptInstance | null {
    const sopInstance = readText(command, 0, command.length, Element.AFFECTED_SOP_INSTANCE);
    const digest = this.#disguise.of(sopInstance);
    return this.#kept?.open({ ...this.#contextOf(contextId), sopInstance, digest }) ?? null;
  }

  onPdu(side: Side, pdu: Pdu, now: number): void {
    switch (pdu.kind) {
      case 'A-ASSOCIATE-RQ':
        this.#rq ??= pdu;
        break;
      case 'A-ASSOCIATE-AC':
        if (this.#ac === null) this.#answeredAt = now;
        this.#ac ??= pdu;
        break;
      case 'A-ASSOCIATE-RJ':
        this.#answeredAt = now;
        this.#ended('rejected', side, [pdu.result, pdu.source, pdu.reason]);
        break;
      case 'A-RELEASE-RP':
        this.#ended('released', side === 'acceptor' ? 'requestor' : 'acceptor');
        break;
      case 'A-ABORT':
        this.#ended('aborted', side, [pdu.source, pdu.reason]);
        break;
      case 'A-RELEASE-RQ':
        break;
    }
  }

  #ended(end: RecordedEnd, by: Side, why: readonly number[] = []): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#endedBy = by;
    this.#why = why;
  }

  /** The line of the connection, which is over; `end` is what TCP says of it. */
  finish(end: RecordedEnd, endedBy: Side | null, now: number): RecordedAssociation {
    this.#directions.requestor.finish();
    this.#directions.acceptor.finish();
    const { list, more } = this.operations;
    return {
      kind: 'association',
      at: this.#at,
      ms: roundMs(now - this.#startedAt),
      ...this.#negotiated(),
      ...(this.#unread === '' ? {} : { unread: this.#unread }),
      associating: this.#answeredAt === 0 ? null : roundMs(this.#answeredAt - this.#startedAt),
      operations: list,
      ...(more === 0 ? {} : { more }),
      bytes: [this.#directions.requestor.bytes, this.#directions.acceptor.bytes],
      end: this.#end ?? end,
      endedBy: this.#end === null ? endedBy : this.#endedBy,
      ...(this.#why.length === 0 ? {} : { why: this.#why }),
    };
  }

  #negotiated(): Negotiated {
    const asked = this.#rq?.user;
    const answered = this.#ac?.user;
    return {
      calling: this.#rq?.callingAET ?? '',
      called: this.#rq?.calledAET ?? '',
      implementation: implementationOf(asked),
      answeredBy: implementationOf(answered),
      maxPdu: [asked?.maxPdu ?? null, answered?.maxPdu ?? null],
      window: [answered?.asyncOps?.invoked ?? 1, answered?.asyncOps?.performed ?? 1],
      identity: this.#rq?.userIdentity?.type ?? null,
      contexts: this.#contexts(),
    };
  }

  #contexts(): RecordedContext[] {
    const proposed = this.#rq?.contexts.slice(0, MAX_CONTEXTS) ?? [];
    return proposed.map(({ id, abstractSyntax, transferSyntaxes }) => {
      const answer = this.#ac?.contexts.find((one) => one.id === id);
      return {
        sopClass: short(abstractSyntax),
        transferSyntaxes: transferSyntaxes.slice(0, MOST_SYNTAXES).map(short),
        accepted: answer?.result === 0 ? short(answer.transferSyntax) : null,
        result: answer?.result ?? null,
      };
    });
  }

  #contextOf(id: number): AgreedContext {
    const sopClass = this.#rq?.contexts.find((one) => one.id === id)?.abstractSyntax;
    const transferSyntax = this.#ac?.contexts.find((one) => one.id === id)?.transferSyntax;
    if (sopClass === undefined) return NO_CONTEXT;
    return { sopClass: short(sopClass), transferSyntax: short(transferSyntax ?? '') };
  }
}

/** Who breaks the rules may write anything, as long as it likes. */
function short(uid: string): string {
  return uid.slice(0, UID_MAX_BYTES);
}

function implementationOf(user: UserInformation | undefined): Implementation | null {
  if (user === undefined) return null;
  const { implementationClassUid: uid, implementationVersion: version } = user;
  return {
    uid: uid.slice(0, UID_MAX_BYTES),
    version: version.slice(0, IMPLEMENTATION_VERSION_MAX_BYTES),
  };
}
