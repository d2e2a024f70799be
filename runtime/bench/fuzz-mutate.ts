// Damaged input from a seed: the same seed and number give the same bytes on every machine.

/** Numbers from a seed (mulberry32). */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  }

  of<T>(list: readonly T[], otherwise: T): T {
    return list[this.below(list.length)] ?? otherwise;
  }
}

/** Lengths that broke somebody's parser. */
const EXTREMES = [
  0, 1, 2, 3, 5, 6, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff,
  0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
const LARGEST_INPUT = 65_536;
const P_DATA = 4;
/** PDU and PDV header of a P-DATA-TF PDU with one PDV. */
const DATA_HEADER = 12;
const MOST_REFRAGMENTED = 4096;

type Mutation = (bytes: Buffer, chance: Chance, others: readonly Buffer[]) => Buffer;

const cut = (bytes: Buffer, from: number, to: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);

function writeLength(bytes: Buffer, chance: Chance): Buffer {
  const width = chance.of([1, 2, 4], 4);
  if (bytes.length < width) return bytes;
  const at = chance.below(bytes.length - width + 1);
  const value = chance.of(EXTREMES, 0) % 2 ** (8 * width);
  if (chance.below(2) === 0) bytes.writeUIntBE(value, at, width);
  else bytes.writeUIntLE(value, at, width);
  return bytes;
}

/** Where the PDUs of a stream begin, as far as their lengths can be believed. */
export function pduStarts(bytes: Buffer): number[] {
  const starts = [];
  for (let at = 0; at + 6 <= bytes.length; at += 6 + bytes.readUInt32BE(at + 2)) starts.push(at);
  return starts;
}

function onePdu(bytes: Buffer, chance: Chance): readonly [number, number] {
  const starts = pduStarts(bytes);
  const which = chance.below(starts.length);
  return [starts[which] ?? 0, starts[which + 1] ?? bytes.length];
}

/** One P-DATA-TF PDU as PDVs of a few bytes or none, in one PDU or in many; the last flag stays last. */
function refragmented(bytes: Buffer, chance: Chance): Buffer {
  const [from, to] = onePdu(bytes, chance);
  const pdu = bytes.subarray(from, to);
  if (pdu[0] !== P_DATA || pdu.length < DATA_HEADER || pdu.length > MOST_REFRAGMENTED) return bytes;
  const [contextId = 1, control = 0] = pdu.subarray(10, DATA_HEADER);
  const step = 1 + chance.below(4);
  const pdvs: Buffer[] = [];
  for (let at = DATA_HEADER; at < pdu.length; at += step) {
    if (chance.below(8) === 0) pdvs.push(pdvOf(contextId, control & 1, Buffer.alloc(0)));
    const isLast = at + step >= pdu.length;
    pdvs.push(pdvOf(contextId, isLast ? control : control & 1, pdu.subarray(at, at + step)));
  }
  const together = chance.below(2) === 0;
  const again = together ? [pduOf(pdvs)] : pdvs.map((pdv) => pduOf([pdv]));
  return Buffer.concat([bytes.subarray(0, from), ...again, bytes.subarray(to)]);
}

function pdvOf(contextId: number, control: number, data: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, contextId, control]);
  head.writeUInt32BE(data.length + 2, 0);
  return Buffer.concat([head, data]);
}

function pduOf(pdvs: readonly Buffer[]): Buffer {
  const body = Buffer.concat(pdvs);
  const head = Buffer.from([P_DATA, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

const MUTATIONS: readonly Mutation[] = [
  refragmented,
  refragmented,
  (bytes, chance) => {
    if (bytes.length > 0) {
      const at = chance.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
    }
    return bytes;
  },
  (bytes, chance) => {
    if (bytes.length > 0) bytes[chance.below(bytes.length)] = chance.below(256);
    return bytes;
  },
  writeLength,
  writeLength,
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) => {
    const from = chance.below(bytes.length);
    return cut(bytes, from, Math.min(bytes.length, from + 1 + chance.below(64)));
  },
  (bytes, chance) => {
    const at = chance.below(bytes.length + 1);
    const more = Buffer.from(Array.from({ length: 1 + chance.below(40) }, () => chance.below(256)));
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  },
  // A PDU twice, many times, taken out, or brought forward.
  (bytes, chance) => {
    const [from, to] = onePdu(bytes, chance);
    const times = chance.below(8) === 0 ? 50 : 1;
    const again = Array.from({ length: times }, () => bytes.subarray(from, to));
    return Buffer.concat([bytes.subarray(0, to), ...again, bytes.subarray(to)]);
  },
  (bytes, chance) => cut(bytes, ...onePdu(bytes, chance)),
  (bytes, chance) => {
    const [from, to] = onePdu(bytes, chance);
    return Buffer.concat([bytes.subarray(from, to), bytes.subarray(0, from), bytes.subarray(to)]);
  },
  // The end of another stream behind the beginning of this one.
  (bytes, chance, others) => {
    const other = chance.of(others, bytes);
    return Buffer.concat([
      bytes.subarray(0, chance.below(bytes.length + 1)),
      other.subarray(chance.below(other.length + 1)),
    ]);
  },
  // Any PDU type, any length, any context.
  (bytes, chance) => {
    const pdu = Buffer.alloc(12 + chance.below(30), chance.below(256));
    pdu[0] = chance.below(10);
    pdu.writeUInt32BE(chance.below(2) === 0 ? pdu.length - 6 : chance.of(EXTREMES, 0), 2);
    pdu.writeUInt32BE(chance.below(2) === 0 ? pdu.length - 10 : chance.of(EXTREMES, 0), 6);
    pdu[10] = chance.below(256);
    pdu[11] = chance.below(8);
    const at = chance.of(pduStarts(bytes), 0);
    return Buffer.concat([bytes.subarray(0, at), pdu, bytes.subarray(at)]);
  },
];

/** A damaged copy of one of the streams; one in fifty is nothing but noise. */
export function mutated(streams: readonly Buffer[], chance: Chance): Buffer {
  if (chance.below(50) === 0) {
    return Buffer.from(Array.from({ length: chance.below(300) }, () => chance.below(256)));
  }
  let bytes = Buffer.from(chance.of(streams, Buffer.alloc(0)));
  for (let times = 1 + chance.below(4); times > 0; times--) {
    const mutate = chance.of(MUTATIONS, writeLength);
    bytes = Buffer.from(mutate(bytes, chance, streams)).subarray(0, LARGEST_INPUT);
  }
  return bytes;
}

/** Cuts a stream as a transport may: whole, into bytes, or anywhere. */
export function pieces(bytes: Buffer, chance: Chance): Buffer[] {
  const way = chance.below(4);
  if (way < 2) return [bytes];
  const step = way === 2 && bytes.length < 2000 ? 1 : 1 + chance.below(700);
  const out = [];
  for (let at = 0; at < bytes.length; at += step) out.push(bytes.subarray(at, at + step));
  return out;
}
