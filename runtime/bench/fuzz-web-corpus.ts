// Bodies of DICOMweb that were recorded, and ways to damage them: bytes, boundaries, JSON.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORPUS } from './fuzz-run.ts';
import type { Chance } from './fuzz-mutate.ts';

/** Folder of the recorded bodies. */
export const WEB_CORPUS = join(CORPUS, 'web');

/** A body, and what it said it was. */
export interface Recorded {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Those whose name begins so. */
export function recorded(kind: 'json' | 'xml' | 'parts' | 'request'): readonly Recorded[] {
  return readdirSync(WEB_CORPUS)
    .filter((name) => name.startsWith(kind) && name.endsWith('.hex'))
    .sort()
    .map((name) => {
      const [first = '', ...lines] = readFileSync(join(WEB_CORPUS, name), 'utf8').split('\n');
      const contentType = first.replace(/^# /, '');
      return { name, contentType, body: Buffer.from(lines.join(''), 'hex') };
    });
}

/** What is put into a body: of multipart, of JSON, of XML, of data sets. */
const TOKENS = [
  ...['\r\n', '\r\n\r\n', '\n', '--', '\r\n--', 'Content-Type: application/dicom\r\n', ':', '\0'],
  ...['[', ']', '{', '}', '"', ',', 'null', '-1e999', '1e400', '\\u0000', '"\\ud800"', '[]', '{}'],
  ...['"__proto__":{"vr":"SQ","Value":[{}]},', '"vr":"SQ",', '"Value":[', '"00081199":'],
  ...['"InlineBinary":"%"', '"BulkDataURI":"file:///etc/passwd"', '\ufeff', '\xff\xfe'],
  ...[
    '<Item number="1">',
    '<DicomAttribute tag="00081199" vr="SQ">',
    '<Value number="1">',
    '<',
    '>',
  ],
  ...['DICM', '\x02\0\x10\0UI\0\0', '\xe0\x7f\x10\0OW\0\0\xff\xff\xff\xff', '\xfe\xff\0\xe0'],
].map((text) => Buffer.from(text, 'latin1'));

/** Lengths and counts that broke somebody's parser. */
const TIMES = [1, 2, 3, 50, 300, 5_000];
const LARGEST = 65_536;

type Damage = (body: Buffer, chance: Chance, more: Material) => Buffer;

/** What there is to make damage of. */
export interface Material {
  readonly boundary: Buffer;
  readonly others: readonly Buffer[];
}

const put = (body: Buffer, at: number, what: Buffer): Buffer =>
  Buffer.concat([body.subarray(0, at), what, body.subarray(at)]);

/** A place in a body, often at something that has a meaning. */
function placeIn(body: Buffer, chance: Chance, { boundary }: Material): number {
  const at = chance.below(body.length + 1);
  if (chance.below(3) > 0) return at;
  const token = chance.below(2) === 0 ? boundary : chance.of(TOKENS, boundary);
  const found = body.indexOf(token, at);
  return found < 0 ? at : found + chance.below(token.length + 1);
}

const DAMAGES: readonly Damage[] = [
  (body, chance, more) => {
    const token = chance.below(4) === 0 ? more.boundary : chance.of(TOKENS, more.boundary);
    const times = chance.of(TIMES, 1);
    return put(body, placeIn(body, chance, more), Buffer.concat(Array(times).fill(token)));
  },
  (body, chance, more) => {
    const token = chance.of(TOKENS, more.boundary);
    return put(body, placeIn(body, chance, more), token);
  },
  (body, chance, more) => {
    const at = placeIn(body, chance, more);
    return Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + chance.below(80))]);
  },
  (body, chance) => {
    if (body.length > 0) body[chance.below(body.length)] = chance.below(256);
    return body;
  },
  (body, chance) => {
    if (body.length > 0) {
      const at = chance.below(body.length);
      body[at] = (body[at] ?? 0) ^ (1 << chance.below(8));
    }
    return body;
  },
  (body, chance) => {
    if (body.length < 4) return body;
    body.writeUInt32LE(
      chance.of([0, 1, 0xffff, 0x7fffffff, 0xffffffff], 0),
      chance.below(body.length - 3),
    );
    return body;
  },
  (body, chance) => body.subarray(0, chance.below(body.length + 1)),
  // A stretch of it twice, or many times; the end of another behind its beginning.
  (body, chance, more) => {
    const from = placeIn(body, chance, more);
    const to = Math.min(body.length, from + chance.below(400));
    const times = chance.below(8) === 0 ? 40 : 1;
    return put(body, to, Buffer.concat(Array(times).fill(body.subarray(from, to))));
  },
  (body, chance, { others }) => {
    const other = chance.of(others, body);
    const head = body.subarray(0, chance.below(body.length + 1));
    return Buffer.concat([head, other.subarray(chance.below(other.length + 1))]);
  },
  // Every quote, digit or line end as another.
  (body, chance) => {
    const [from, to] = [chance.of([10, 13, 34, 45, 48, 58], 10), chance.below(256)];
    return Buffer.from(body.map((byte) => (byte === from ? to : byte)));
  },
];

/** A damaged copy; one in fifty is nothing but noise. */
export function damaged(body: Buffer, chance: Chance, more: Material): Buffer {
  if (chance.below(50) === 0) {
    return Buffer.from(Array.from({ length: chance.below(300) }, () => chance.below(256)));
  }
  let bytes = Buffer.from(body);
  for (let times = 1 + chance.below(4); times > 0; times--) {
    const damage = chance.of(DAMAGES, (same) => same);
    bytes = Buffer.from(damage(bytes, chance, more)).subarray(0, LARGEST);
  }
  return bytes;
}
