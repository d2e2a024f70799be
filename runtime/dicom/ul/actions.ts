// The actions of PS3.8 Tables 9-6 to 9-9: one function each, named as there. They act through a
// port and return the next state; they know neither sockets nor bytes.
import { State } from './transitions.ts';

/** PDUs an action can send. What is in them, the port knows. */
export type Sendable =
  | 'A-ASSOCIATE-RQ'
  | 'A-ASSOCIATE-AC'
  | 'A-ASSOCIATE-RJ'
  | 'P-DATA-TF'
  | 'A-RELEASE-RQ'
  | 'A-RELEASE-RP'
  | 'A-ABORT user'
  | 'A-ABORT provider';

/** Primitives an action can issue to the local user. */
export type Indication = 'A-ASSOCIATE' | 'P-DATA' | 'A-RELEASE' | 'A-ABORT' | 'A-P-ABORT';
export type Confirmation = 'A-ASSOCIATE accept' | 'A-ASSOCIATE reject' | 'A-RELEASE';

/** What the machine can do to the world. */
export interface Port {
  /** Issues a transport connect request. */
  connect(): void;
  send(pdu: Sendable): void;
  indicate(what: Indication): void;
  confirm(what: Confirmation): void;
  startArtim(): void;
  stopArtim(): void;
  /** Closes the transport connection. */
  close(): void;
  /** A PDU is ignored while waiting for the close. */
  ignore(): void;
  /** The requestor of the association (decides who answers a release collision first). */
  readonly requestor: boolean;
  /** AE-6: may the association be offered to the user? False: the provider rejects it. */
  acceptable(): boolean;
}

export type Action = (port: Port) => number;

// ---- association establishment (Table 9-6)

export function AE_1(port: Port): number {
  port.connect();
  return State.AWAIT_TRANSPORT;
}

export function AE_2(port: Port): number {
  port.send('A-ASSOCIATE-RQ');
  return State.AWAIT_ASSOCIATE_AC;
}

export function AE_3(port: Port): number {
  port.confirm('A-ASSOCIATE accept');
  return State.ESTABLISHED;
}

export function AE_4(port: Port): number {
  port.confirm('A-ASSOCIATE reject');
  port.close();
  return State.IDLE;
}

export function AE_5(port: Port): number {
  port.startArtim();
  return State.AWAIT_ASSOCIATE_RQ;
}

export function AE_6(port: Port): number {
  port.stopArtim();
  if (port.acceptable()) {
    port.indicate('A-ASSOCIATE');
    return State.AWAIT_LOCAL_ASSOCIATE_RESPONSE;
  }
  port.send('A-ASSOCIATE-RJ');
  port.startArtim();
  return State.AWAIT_CLOSE;
}

export function AE_7(port: Port): number {
  port.send('A-ASSOCIATE-AC');
  return State.ESTABLISHED;
}

export function AE_8(port: Port): number {
  port.send('A-ASSOCIATE-RJ');
  port.startArtim();
  return State.AWAIT_CLOSE;
}

// ---- data transfer (Table 9-7)

export function DT_1(port: Port): number {
  port.send('P-DATA-TF');
  return State.ESTABLISHED;
}

export function DT_2(port: Port): number {
  port.indicate('P-DATA');
  return State.ESTABLISHED;
}

// ---- association release (Table 9-8)

export function AR_1(port: Port): number {
  port.send('A-RELEASE-RQ');
  return State.AWAIT_RELEASE_RP;
}

export function AR_2(port: Port): number {
  port.indicate('A-RELEASE');
  return State.AWAIT_LOCAL_RELEASE_RESPONSE;
}

export function AR_3(port: Port): number {
  port.confirm('A-RELEASE');
  port.close();
  return State.IDLE;
}

export function AR_4(port: Port): number {
  port.send('A-RELEASE-RP');
  port.startArtim();
  return State.AWAIT_CLOSE;
}

export function AR_5(port: Port): number {
  port.stopArtim();
  return State.IDLE;
}

export function AR_6(port: Port): number {
  port.indicate('P-DATA');
  return State.AWAIT_RELEASE_RP;
}

export function AR_7(port: Port): number {
  port.send('P-DATA-TF');
  return State.AWAIT_LOCAL_RELEASE_RESPONSE;
}

export function AR_8(port: Port): number {
  port.indicate('A-RELEASE');
  return port.requestor ? State.COLLISION_REQUESTOR_LOCAL : State.COLLISION_ACCEPTOR_RP;
}

export function AR_9(port: Port): number {
  port.send('A-RELEASE-RP');
  return State.COLLISION_REQUESTOR_RP;
}

export function AR_10(port: Port): number {
  port.confirm('A-RELEASE');
  return State.COLLISION_ACCEPTOR_LOCAL;
}

// ---- association abort (Table 9-9)

export function AA_1(port: Port): number {
  port.send('A-ABORT user');
  port.startArtim();
  return State.AWAIT_CLOSE;
}

export function AA_2(port: Port): number {
  port.stopArtim();
  port.close();
  return State.IDLE;
}

export function AA_3(port: Port): number {
  // The port tells a service-user abort from a provider abort by the source field of the PDU.
  port.indicate('A-ABORT');
  port.close();
  return State.IDLE;
}

export function AA_4(port: Port): number {
  port.indicate('A-P-ABORT');
  return State.IDLE;
}

export function AA_5(port: Port): number {
  port.stopArtim();
  return State.IDLE;
}

export function AA_6(port: Port): number {
  port.ignore();
  return State.AWAIT_CLOSE;
}

export function AA_7(port: Port): number {
  port.send('A-ABORT provider');
  return State.AWAIT_CLOSE;
}

export function AA_8(port: Port): number {
  port.send('A-ABORT provider');
  port.indicate('A-P-ABORT');
  port.startArtim();
  return State.AWAIT_CLOSE;
}

/** By the name in the table. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'AE-1': AE_1,
  'AE-2': AE_2,
  'AE-3': AE_3,
  'AE-4': AE_4,
  'AE-5': AE_5,
  'AE-6': AE_6,
  'AE-7': AE_7,
  'AE-8': AE_8,
  'DT-1': DT_1,
  'DT-2': DT_2,
  'AR-1': AR_1,
  'AR-2': AR_2,
  'AR-3': AR_3,
  'AR-4': AR_4,
  'AR-5': AR_5,
  'AR-6': AR_6,
  'AR-7': AR_7,
  'AR-8': AR_8,
  'AR-9': AR_9,
  'AR-10': AR_10,
  'AA-1': AA_1,
  'AA-2': AA_2,
  'AA-3': AA_3,
  'AA-4': AA_4,
  'AA-5': AA_5,
  'AA-6': AA_6,
  'AA-7': AA_7,
  'AA-8': AA_8,
};
