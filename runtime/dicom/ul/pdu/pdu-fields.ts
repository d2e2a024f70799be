// The layout of every PDU and item, once, read by both the reader and the writer (PS3.8 §9.3,
// PS3.7 Annex D.3.3). Order is the order on the wire; numbers are big endian.
import { PduType } from '../constants.ts';

/**
 * How a field stands on the wire.
 * `u8 u16 u32`: unsigned. `skip`: reserved bytes. `ae`: 16 characters, blank padded.
 * `uid text bytes`: the rest of the item. `uid16 bytes16`: behind a 2-byte length.
 * `uids16`: a 2-byte total length, then `uid16` each.
 */
export type Codec =
  'u8' | 'u16' | 'u32' | 'skip' | 'ae' | 'uid' | 'text' | 'bytes' | 'uid16' | 'bytes16' | 'uids16';

export interface Field {
  readonly name: string;
  readonly codec: Codec;
  /** Bytes, for `skip`. */
  readonly length?: number;
}

export interface Layout {
  readonly name: string;
  readonly clause: string;
  readonly fields: readonly Field[];
  /** Items may follow. */
  readonly items?: boolean;
}

export const Item = {
  APPLICATION_CONTEXT: 0x10,
  CONTEXT_RQ: 0x20,
  CONTEXT_AC: 0x21,
  ABSTRACT_SYNTAX: 0x30,
  TRANSFER_SYNTAX: 0x40,
  USER_INFORMATION: 0x50,
  MAXIMUM_LENGTH: 0x51,
  IMPLEMENTATION_CLASS: 0x52,
  ASYNC_OPERATIONS: 0x53,
  ROLE_SELECTION: 0x54,
  IMPLEMENTATION_VERSION: 0x55,
  EXTENDED: 0x56,
  COMMON_EXTENDED: 0x57,
  USER_IDENTITY_RQ: 0x58,
  USER_IDENTITY_AC: 0x59,
} as const;

const skip = (length: number): Field => ({ name: '', codec: 'skip', length });
const field = (name: string, codec: Codec): Field => ({ name, codec });

const ASSOCIATE: readonly Field[] = [
  field('protocolVersion', 'u16'),
  skip(2),
  field('calledAET', 'ae'),
  field('callingAET', 'ae'),
  skip(32),
];

export const PDU_LAYOUTS: Readonly<Record<number, Layout>> = {
  [PduType.ASSOCIATE_RQ]: {
    name: 'A-ASSOCIATE-RQ',
    clause: 'PS3.8 §9.3.2',
    fields: ASSOCIATE,
    items: true,
  },
  [PduType.ASSOCIATE_AC]: {
    name: 'A-ASSOCIATE-AC',
    clause: 'PS3.8 §9.3.3',
    fields: ASSOCIATE,
    items: true,
  },
  [PduType.ASSOCIATE_RJ]: {
    name: 'A-ASSOCIATE-RJ',
    clause: 'PS3.8 §9.3.4',
    fields: [skip(1), field('result', 'u8'), field('source', 'u8'), field('reason', 'u8')],
  },
  [PduType.RELEASE_RQ]: { name: 'A-RELEASE-RQ', clause: 'PS3.8 §9.3.6', fields: [skip(4)] },
  [PduType.RELEASE_RP]: { name: 'A-RELEASE-RP', clause: 'PS3.8 §9.3.7', fields: [skip(4)] },
  [PduType.ABORT]: {
    name: 'A-ABORT',
    clause: 'PS3.8 §9.3.8',
    fields: [skip(2), field('source', 'u8'), field('reason', 'u8')],
  },
};

const UID_FIELD = [field('uid', 'uid')];

export const ITEM_LAYOUTS: Readonly<Record<number, Layout>> = {
  [Item.APPLICATION_CONTEXT]: {
    name: 'application context',
    clause: 'PS3.8 §9.3.2.1',
    fields: UID_FIELD,
  },
  [Item.CONTEXT_RQ]: {
    name: 'presentation context',
    clause: 'PS3.8 §9.3.2.2',
    fields: [field('id', 'u8'), skip(3)],
    items: true,
  },
  [Item.CONTEXT_AC]: {
    name: 'presentation context',
    clause: 'PS3.8 §9.3.3.2',
    fields: [field('id', 'u8'), skip(1), field('result', 'u8'), skip(1)],
    items: true,
  },
  [Item.ABSTRACT_SYNTAX]: {
    name: 'abstract syntax',
    clause: 'PS3.8 §9.3.2.2.1',
    fields: UID_FIELD,
  },
  [Item.TRANSFER_SYNTAX]: {
    name: 'transfer syntax',
    clause: 'PS3.8 §9.3.2.2.2',
    fields: UID_FIELD,
  },
  [Item.USER_INFORMATION]: {
    name: 'user information',
    clause: 'PS3.8 §9.3.2.3',
    fields: [],
    items: true,
  },
  [Item.MAXIMUM_LENGTH]: {
    name: 'maximum length',
    clause: 'PS3.8 D.1',
    fields: [field('maxPdu', 'u32')],
  },
  [Item.IMPLEMENTATION_CLASS]: {
    name: 'implementation class UID',
    clause: 'PS3.7 D.3.3.2.1',
    fields: UID_FIELD,
  },
  [Item.ASYNC_OPERATIONS]: {
    name: 'asynchronous operations window',
    clause: 'PS3.7 D.3.3.3.1',
    fields: [field('invoked', 'u16'), field('performed', 'u16')],
  },
  [Item.ROLE_SELECTION]: {
    name: 'role selection',
    clause: 'PS3.7 D.3.3.4.1',
    fields: [field('sopClass', 'uid16'), field('scu', 'u8'), field('scp', 'u8')],
  },
  [Item.IMPLEMENTATION_VERSION]: {
    name: 'implementation version name',
    clause: 'PS3.7 D.3.3.2.3',
    fields: [field('text', 'text')],
  },
  [Item.EXTENDED]: {
    name: 'SOP class extended negotiation',
    clause: 'PS3.7 D.3.3.5.1',
    fields: [field('sopClass', 'uid16'), field('info', 'bytes')],
  },
  [Item.COMMON_EXTENDED]: {
    name: 'SOP class common extended negotiation',
    clause: 'PS3.7 D.3.3.6.1',
    fields: [
      field('sopClass', 'uid16'),
      field('serviceClass', 'uid16'),
      field('relatedSopClasses', 'uids16'),
    ],
  },
  [Item.USER_IDENTITY_RQ]: {
    name: 'user identity',
    clause: 'PS3.7 D.3.3.7.1',
    fields: [
      field('type', 'u8'),
      field('respond', 'u8'),
      field('primary', 'bytes16'),
      field('secondary', 'bytes16'),
    ],
  },
  [Item.USER_IDENTITY_AC]: {
    name: 'user identity response',
    clause: 'PS3.7 D.3.3.7.2',
    fields: [field('response', 'bytes16')],
  },
};
