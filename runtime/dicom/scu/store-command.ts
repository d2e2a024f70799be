// The command set of a C-STORE-RQ (PS3.7 §9.3.1.1), implicit VR little endian.

/** Who asked for the C-MOVE that this store serves (PS3.7 §9.1.1.1). */
export interface MoveOriginator {
  readonly aet: string;
  readonly messageId: number;
}

export interface StoreCommand {
  readonly bytes: Buffer;
  /** Offset of the value of Message ID (0000,0110). */
  readonly messageIdAt: number;
  /** Offset of the value of Affected SOP Instance UID (0000,1000). */
  readonly sopInstanceAt: number;
  readonly sopInstanceLength: number;
}

const PRIORITY_MEDIUM = 0;
const DATA_SET_PRESENT = 0x0001; // anything but 0101H

/** Encodes a C-STORE-RQ; the Message ID is left 0. */
export function storeCommand(
  sopClass: string,
  sopInstance: string,
  originator?: MoveOriginator,
): StoreCommand {
  const instance = uid(0x1000, sopInstance);
  const before = [
    uid(0x0002, sopClass),
    short(0x0100, 0x0001),
    short(0x0110, 0),
    short(0x0700, PRIORITY_MEDIUM),
    short(0x0800, DATA_SET_PRESENT),
  ];
  const after =
    originator === undefined
      ? []
      : [text(0x1030, originator.aet, ' '), short(0x1031, originator.messageId)];
  const body = Buffer.concat([...before, instance, ...after]);
  const length = element(0x0000, 4);
  length.writeUInt32LE(body.length, 8);
  const bytes = Buffer.concat([length, body]);
  const sopClassEnd = 12 + (before[0]?.length ?? 0);
  const sopInstanceAt = 12 + before.reduce((sum, part) => sum + part.length, 0) + 8;
  return {
    bytes,
    messageIdAt: sopClassEnd + 10 + 8,
    sopInstanceAt,
    sopInstanceLength: instance.length - 8,
  };
}

function element(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(8 + length);
  bytes.writeUInt16LE(tag, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

function short(tag: number, value: number): Buffer {
  const bytes = element(tag, 2);
  bytes.writeUInt16LE(value, 8);
  return bytes;
}

function uid(tag: number, value: string): Buffer {
  return text(tag, value, '\0');
}

function text(tag: number, value: string, pad: string): Buffer {
  const padded = value.length % 2 === 0 ? value : value + pad;
  const bytes = element(tag, padded.length);
  bytes.write(padded, 8, 'latin1');
  return bytes;
}
