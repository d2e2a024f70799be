// Who wants to see what goes over an association: told of every PDU and of every message.
import type { Failure } from './errors.ts';
import type { Pdu } from './ul/pdu/pdu.ts';

export type Direction = 'sent' | 'received';

/** Off, it is null everywhere: one comparison a message. */
export interface Trace {
  /** Any PDU but P-DATA-TF. */
  pdu(direction: Direction, pdu: Pdu): void;
  /**
   * A command set, valid during the call only.
   * @param bytes of the whole message on the wire; 0 where they are not known yet
   */
  message(direction: Direction, command: Buffer, bytes: number): void;
  /** The end of the association. */
  ended(why: Failure): void;
}
