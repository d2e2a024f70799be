// Files that are not as they should be: nothing read from one stops a folder, each is named.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elementHeader } from '../element/element-header.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { loadPool } from '../pool/files.ts';
import { dumpFile } from './compare-files.ts';
import { readInstanceHead } from './instance-head.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-odd-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EXPLICIT = encodingOf(TransferSyntax.EXPLICIT_LE);
const CT = '1.2.840.10008.5.1.4.1.1.2';

function element(tag: number, vr: string, value: string | Buffer, encoding = EXPLICIT): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const pad = Buffer.alloc(bytes.length % 2, vr === 'UI' ? 0 : 0x20);
  const head = elementHeader(tag, vr, bytes.length + pad.length, encoding);
  return Buffer.concat([head, bytes, pad]);
}

interface Meta {
  readonly sopClass?: string | null;
  readonly uid?: string | null;
  readonly syntax?: string | null;
  readonly more?: Buffer;
}

function part10(
  dataset: Buffer,
  { sopClass = CT, uid = '1.2.9.1', syntax, more }: Meta = {},
): Buffer {
  const meta = Buffer.concat([
    element(0x00020001, 'OB', Buffer.of(0, 1)),
    sopClass === null ? Buffer.alloc(0) : element(0x00020002, 'UI', sopClass),
    uid === null ? Buffer.alloc(0) : element(0x00020003, 'UI', uid),
    syntax === null ? Buffer.alloc(0) : element(0x00020010, 'UI', syntax ?? '1.2.840.10008.1.2.1'),
    more ?? Buffer.alloc(0),
  ]);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, dataset]);
}

const start = Buffer.concat([
  element(0x00080016, 'UI', CT),
  element(0x00080018, 'UI', '1.2.9.1'),
  element(0x00080050, 'SH', 'A77'),
  element(0x00080060, 'CS', 'CT'),
]);
const patient = element(0x00100020, 'LO', 'P77');
const end = Buffer.concat([
  element(0x0020000d, 'UI', '1.2.9'),
  element(0x00200013, 'IS', '1'),
  element(0x7fe00010, 'OW', 'pixels'),
]);
const item = (bytes: Buffer): Buffer =>
  Buffer.concat([
    elementHeader(0xfffee000, '', bytes.length, { ...EXPLICIT, explicit: false }),
    bytes,
  ]);
const stray = elementHeader(0xfffee0dd, '', 0, { ...EXPLICIT, explicit: false });

let count = 0;
function file(bytes: Buffer): string {
  const path = join(folder, `${++count}.dcm`);
  writeFileSync(path, bytes);
  return path;
}

describe('the head of a file', () => {
  const good = Buffer.concat([start, patient, end]);
  it.each<[string, Meta]>([
    ['without SOP class', { sopClass: null }],
    ['without SOP instance', { uid: null }],
    ['with a SOP class that is no UID', { sopClass: 'CT Image Storage' }],
    ['with another SOP instance', { uid: '1.2.9.999' }],
    ['with a UID too long', { uid: `1.${'2'.repeat(72)}` }],
    ['of a megabyte', { more: element(0x00020102, 'OB', Buffer.alloc(1024 ** 2)) }],
  ])('%s is that of the data set', (_, meta) => {
    const head = readInstanceHead(file(part10(good, meta)));
    expect(head).toMatchObject({ sopClass: CT, sopInstance: '1.2.9.1', modality: 'CT' });
  });

  it('says where meta information and data set contradict each other', () => {
    const { notes } = readInstanceHead(file(part10(good, { uid: '1.2.9.999' })));
    expect(notes).toEqual(['file meta information says another SOP Instance UID (0008,0018)']);
  });

  it.each<[string, Buffer, RegExp]>([
    ['a transfer syntax that is none', part10(good, { syntax: 'JPEG' }), /\(0002,0010\) is "JPEG"/],
    ['no transfer syntax', part10(good, { syntax: null }), /names no transfer syntax/],
    ['a DICOMDIR', part10(good, { sopClass: '1.2.840.10008.1.3.10' }), /a DICOMDIR/],
    ['another kind of file', Buffer.from('text'), /not DICOM/],
    ['an empty one', Buffer.alloc(0), /empty/],
    [
      'a SOP instance too long',
      part10(
        Buffer.concat([element(0x00080016, 'UI', CT), element(0x00080018, 'UI', '1'.repeat(72))]),
      ),
      /SOP Instance UID \(0008,0018\) has 72 characters/,
    ],
  ])('is refused by name: %s', (_, bytes, reason) => {
    expect(() => readInstanceHead(file(bytes))).toThrow(reason);
  });

  it('a pool skips what cannot be sent, each with its reason', () => {
    const below = join(folder, 'pool');
    mkdirSync(below);
    const write = (name: string, bytes: Buffer): void => writeFileSync(join(below, name), bytes);
    write('good', part10(good));
    write('syntax', part10(good, { syntax: 'JPEG' }));
    write('cut', part10(good.subarray(0, good.length - 3)));
    write('blank', part10(Buffer.concat([start, element(0x00101010, '  ', '034Y'), end])));
    const { members, notes } = loadPool({ paths: ['pool'], base: folder }, { id: 0, key: '' });
    expect(members.length).toBe(1);
    expect(notes[0]).toMatch(/^skipped 3 of 4 files: 3 truncated or corrupt \(/);
    for (const said of [/blank: .*\(0010,1010\) has no VR/, /cut: /, /syntax: .*is "JPEG"/]) {
      expect(notes[0]).toMatch(said);
    }
  });
});

describe('dump of a damaged file', () => {
  const implicit = { ...EXPLICIT, explicit: false };
  it.each<[string, Buffer, number]>([
    [
      'a stray delimiter',
      Buffer.concat([
        element(0x00081140, 'SQ', Buffer.concat([item(element(0x00081155, 'UI', '1.2')), stray])),
        patient,
      ]),
      1,
    ],
    [
      'an implicit element',
      Buffer.concat([element(0x00100010, '', 'DOE^JANE', implicit), patient]),
      1,
    ],
    ['a blank VR', Buffer.concat([element(0x00081030, '  ', 'what'), patient]), 1],
    [
      'damage in an item',
      Buffer.concat([element(0x00081140, 'SQ', item(element(0x00081155, '  ', '1.2'))), patient]),
      1,
    ],
  ])('shows what stands before and after %s', (_, middle, places) => {
    const head = part10(start);
    const path = file(Buffer.concat([head, middle, end]));
    const { lines, damaged } = dumpFile(path);
    expect(damaged).toBe(places);
    const text = lines.join('\n');
    for (const shown of ['TransferSyntaxUID', '[A77]', '[P77]', 'InstanceNumber', '(pixels)']) {
      expect(text).toContain(shown);
    }
    const told = lines.filter((line) => line.trimStart().startsWith('! offset'));
    expect(told.length).toBe(places);
    const offset = Number(/offset (\d+)/.exec(told[0] ?? '')?.[1]);
    expect(offset).toBeGreaterThanOrEqual(head.length);
    expect(offset).toBeLessThan(head.length + middle.length);
    expect(text.indexOf('! offset')).toBeLessThan(text.indexOf('[P77]'));
  });

  it('shows all of a file with zeros at its end, or cut short', () => {
    const good = part10(Buffer.concat([start, patient, end]));
    for (const bytes of [
      Buffer.concat([good, Buffer.alloc(16)]),
      good.subarray(0, good.length - 2),
    ]) {
      const { lines, damaged } = dumpFile(file(bytes));
      expect(damaged).toBe(1);
      expect(lines.join('\n')).toContain('InstanceNumber');
      expect(lines[lines.length - 1]).toMatch(/^! offset \d+ in the file: /);
    }
  });

  it('names private elements by their creator', () => {
    const own = Buffer.concat([
      element(0x00190010, 'LO', 'SOMEBODY 1.0'),
      element(0x00191008, 'DS', '1.5'),
    ]);
    const { lines } = dumpFile(file(part10(Buffer.concat([start, own, end]))));
    expect(lines.find((line) => line.startsWith('(0019,1008)'))).toBe(
      '(0019,1008) DS [1.5] # 4 [SOMEBODY 1.0]08',
    );
  });
});
