// Awkward data sets: made by hand in hex, and by DCMTK's tools from a plain one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { initializeCodecs } from '../dicom/pixels/codecs.ts';
import { elementHeader } from '../dicom/element/element-header.ts';
import { deflateDataset } from '../dicom/element/deflate.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { reencode } from '../dicom/element/reencode.ts';
import { makeInstances, type SyntheticSpec } from '../dicom/synthetic/synthetic.ts';
import { encodingOf, TransferSyntax } from '../dicom/element/transfer-syntax.ts';
import { writeDcmtkFiles } from './byte-identity-dcmtk.ts';

const SC = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT = TransferSyntax.EXPLICIT_LE;
const { IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE, JPEG_BASELINE } = TransferSyntax;

type Value = string | Buffer | readonly number[];

function bytesOf(value: Value): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value);
}

/** One element in explicit VR little endian, nothing padded. */
function el(tag: number, vr: string, value: Value): Buffer {
  const bytes = bytesOf(value);
  return Buffer.concat([elementHeader(tag, vr, bytes.length, encodingOf(EXPLICIT)), bytes]);
}

/** One element in implicit VR little endian. */
function im(tag: number, value: Value): Buffer {
  const bytes = bytesOf(value);
  return Buffer.concat([elementHeader(tag, '', bytes.length, encodingOf(IMPLICIT_LE)), bytes]);
}

function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

const OPEN_ITEM = hex('feff00e0ffffffff');
const END_ITEM = hex('feff0de000000000');
const END_SEQUENCE = hex('feffdde000000000');

function item(...parts: readonly Buffer[]): Buffer {
  return im(0xfffee000, Buffer.concat(parts));
}

function openItem(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([OPEN_ITEM, ...parts, END_ITEM]);
}

function sq(tag: number, ...items: readonly Buffer[]): Buffer {
  return el(tag, 'SQ', Buffer.concat(items));
}

function openSq(tag: number, ...items: readonly Buffer[]): Buffer {
  const head = elementHeader(tag, 'SQ', 0xffffffff, encodingOf(EXPLICIT));
  return Buffer.concat([head, ...items, END_SEQUENCE]);
}

/** Encapsulated pixel data of the given fragments, the offset table first. */
function fragments(...parts: readonly Value[]): Buffer {
  const head = elementHeader(0x7fe00010, 'OB', 0xffffffff, encodingOf(EXPLICIT));
  return Buffer.concat([head, ...parts.map((part) => im(0xfffee000, part)), END_SEQUENCE]);
}

const PIXELS = el(0x7fe00010, 'OW', Buffer.alloc(128, 0x5a));
let counter = 0;

/** SOP class and instance, `extra` in its place, patient and study, pixels. */
function around(extra: {
  early?: readonly Buffer[];
  late?: readonly Buffer[];
  pixels?: Buffer;
}): Buffer {
  const uid = `1.2.826.0.1.3680043.${String(++counter).padStart(4, '0')}.1`;
  const padded = uid.length % 2 === 0 ? uid : `${uid}\0`;
  return Buffer.concat([
    ...(extra.early ?? []),
    el(0x00080016, 'UI', `${SC}\0`),
    el(0x00080018, 'UI', padded),
    el(0x00100010, 'PN', 'DICOMRUN^TEST '),
    el(0x00100020, 'LO', 'P1'),
    ...(extra.late ?? []),
    extra.pixels ?? PIXELS,
  ]);
}

interface Made {
  readonly dataset: Buffer;
  readonly syntax: string;
}

const plain = (dataset: Buffer): Made => ({ dataset, syntax: EXPLICIT });

const CHARSET = (term: string): Buffer =>
  el(0x00080005, 'CS', term.length % 2 === 0 ? term : `${term} `);
const PATTERN = Buffer.concat([END_ITEM, END_SEQUENCE, END_ITEM]);

/** Five levels deep, in one length form. */
function deep(open: boolean): Buffer {
  let inner = el(0x00100020, 'LO', 'INNER ');
  for (let i = 0; i < 5; i++) {
    inner = open ? openSq(0x00081140, openItem(inner)) : sq(0x00081140, item(inner));
  }
  return inner;
}

/** Made by hand. */
function byHand(): Record<string, Made> {
  const icon = openSq(0x00880200, openItem(el(0x7fe00010, 'OW', PATTERN)));
  return {
    'private-tags': plain(
      around({
        early: [el(0x00090010, 'LO', 'ME'), el(0x00091001, 'LO', 'secret')].slice(2),
        late: [el(0x00190010, 'LO', 'ME'), el(0x00191001, 'FD', Buffer.alloc(8, 1))],
      }),
    ),
    'private-without-creator': plain(around({ late: [el(0x00191001, 'UN', [1, 2, 3, 4])] })),
    'unknown-public-tag': plain(around({ late: [el(0x00189999, 'LO', 'what')] })),
    'un-undefined-length': plain(
      around({
        late: [
          Buffer.concat([
            elementHeader(0x00191010, 'UN', 0xffffffff, encodingOf(EXPLICIT)),
            openItem(im(0x00100020, 'ABCD')),
            END_SEQUENCE,
          ]),
        ],
      }),
    ),
    'un-of-known-tag': plain(around({ late: [el(0x00180050, 'UN', '1.5 ')] })),
    'group-length-wrong': plain(around({ early: [el(0x00080000, 'UL', [1, 2, 3, 4])] })),
    'group-lengths': plain(
      around({ late: [el(0x00280000, 'UL', [10, 0, 0, 0]), el(0x00280010, 'US', [8, 0])] }),
    ),
    'sequence-empty': plain(around({ late: [sq(0x00400275)] })),
    'sequence-empty-open': plain(around({ late: [openSq(0x00400275)] })),
    'item-empty': plain(around({ late: [sq(0x00400275, item())] })),
    'item-empty-open': plain(around({ late: [openSq(0x00400275, openItem())] })),
    'nested-defined': plain(around({ late: [deep(false)] })),
    'nested-open': plain(around({ late: [deep(true)] })),
    'nested-mixed': plain(
      around({ late: [sq(0x00400275, openItem(deep(false)), item(deep(true)))] }),
    ),
    'icon-with-delimiters': plain(around({ late: [icon] })),
    'pixels-with-delimiters': plain(
      around({ pixels: el(0x7fe00010, 'OW', Buffer.concat([PATTERN, PATTERN])) }),
    ),
    'odd-values': plain(around({ late: [el(0x00204000, 'LT', 'odd'), el(0x00321060, 'LO', 'x')] })),
    'text-64k': plain(around({ late: [el(0x0040a160, 'UT', 'y'.repeat(70_000))] })),
    'long-vrs': plain(
      around({
        late: [
          el(0x00191001, 'OV', Buffer.alloc(16, 9)),
          el(0x00191002, 'UV', Buffer.alloc(8, 255)),
          el(0x00191003, 'SV', Buffer.alloc(8, 254)),
          el(0x00191004, 'OL', Buffer.alloc(8, 3)),
          el(0x00191005, 'OF', Buffer.alloc(8, 4)),
          el(0x00191006, 'OD', Buffer.alloc(8, 5)),
        ],
      }),
    ),
    'nan-and-infinity': plain(
      around({
        late: [
          el(0x00191001, 'FD', hex('010000000000f87f 0000000000000080 000000000000f0ff')),
          el(0x00191002, 'FL', hex('0100c07f000080ff')),
        ],
      }),
    ),
    'charset-latin1': plain(
      around({ early: [CHARSET('ISO_IR 100')], late: [el(0x00104000, 'LT', 'gr\xfc\xdfe ')] }),
    ),
    'charset-2022': plain(
      around({
        early: [CHARSET('\\ISO 2022 IR 87')],
        late: [el(0x00104000, 'LT', '\x1b$B;3ED\x1b(B ')],
      }),
    ),
    'charset-utf8-in-item': plain(
      around({
        early: [CHARSET('ISO_IR 192')],
        late: [sq(0x00400275, item(el(0x00400007, 'LO', Buffer.from('Ωμέγα', 'utf8'))))],
      }),
    ),
    'charset-unknown': plain(
      around({
        early: [CHARSET('KLINGON')],
        late: [el(0x00104000, 'LT', [0xff, 0xfe, 0x80, 0x20])],
      }),
    ),
    'utf8-invalid': plain(
      around({
        early: [CHARSET('ISO_IR 192')],
        late: [el(0x00104000, 'LT', [0xc3, 0x28, 0xa0, 0xa1])],
      }),
    ),
    'decimal-strings': plain(
      around({
        late: [
          el(0x00180050, 'DS', '1.50'),
          el(0x00180088, 'DS', '1\\\\3 '),
          el(0x00200013, 'IS', '+7'),
          el(0x00281050, 'DS', '2.25e+01'),
          el(0x00281051, 'DS', '9007199254740993'),
        ],
      }),
    ),
    'over-length': plain(
      around({
        late: [el(0x00180015, 'CS', 'A'.repeat(40)), el(0x00281050, 'DS', '1.'.padEnd(30, '3'))],
      }),
    ),
    'space-padded-uid': plain(
      around({ late: [el(0x0020000d, 'UI', '1.2.3 '), el(0x0020000e, 'UI', '1.2\0\0\0')] }),
    ),
    'trailing-padding': plain(Buffer.concat([around({}), el(0xfffcfffc, 'OB', Buffer.alloc(200))])),
    'after-the-pixels': plain(
      Buffer.concat([around({}), sq(0xfffafffa, item(el(0x04000005, 'US', [1, 0])))]),
    ),
    'out-of-order': plain(
      around({
        late: [
          el(0x00080060, 'CS', 'OT'),
          el(0x00280010, 'US', [8, 0]),
          el(0x00180050, 'DS', '1 '),
        ],
      }),
    ),
    overlay: plain(
      around({ late: [el(0x60000010, 'US', [8, 0]), el(0x60003000, 'OW', Buffer.alloc(8, 0xaa))] }),
    ),
    'empty-values': plain(
      around({
        late: 'AE AS AT CS DA DS DT FD FL IS LO LT OB OW PN SH SL SS ST TM UC UI UL UN UR US UT'
          .split(' ')
          .map((vr, i) => el(0x00191000 + i, vr, '')),
      }),
    ),
    'pixels-empty': plain(around({ pixels: el(0x7fe00010, 'OW', '') })),
    'no-pixels': plain(around({ pixels: Buffer.alloc(0) })),
    'private-1-mb': plain(around({ late: [el(0x00191001, 'OB', Buffer.alloc(1 << 20, 0xe0))] })),
    ...encapsulatedByHand(),
    ...otherEncodings(),
  };
}

function encapsulatedByHand(): Record<string, Made> {
  const jpeg = (...parts: readonly Value[]): Made => ({
    dataset: around({ pixels: fragments(...parts) }),
    syntax: JPEG_BASELINE,
  });
  return {
    'fragments-odd': jpeg('', 'abc', 'defgh'),
    'fragments-without-table': jpeg('', 'abcd', 'efgh', 'ij'),
    'fragments-with-table': jpeg([0, 0, 0, 0, 12, 0, 0, 0], 'abcd', 'efgh'),
    'fragments-table-wrong': jpeg([9, 9, 9, 9], 'abcd'),
    'fragments-empty': jpeg('', '', 'abcd', ''),
    'fragments-none': jpeg(),
    'fragments-with-delimiters': jpeg('', PATTERN, PATTERN),
    'rle-header-only': {
      dataset: around({ pixels: fragments('', Buffer.alloc(64)) }),
      syntax: RLE,
    },
  };
}

function otherEncodings(): Record<string, Made> {
  const nested = around({ late: [deep(false), deep(true), el(0x00280010, 'US', [8, 0])] });
  const from = encodingOf(EXPLICIT);
  const odd = deflateRawSync(nested);
  return {
    implicit: { dataset: reencode(nested, from, encodingOf(IMPLICIT_LE)), syntax: IMPLICIT_LE },
    'implicit-private-sequence': {
      dataset: Buffer.concat([
        im(0x00080016, `${SC}\0`),
        im(0x00080018, '1.2.3.4.5.6.7\0'),
        Buffer.concat([
          elementHeader(0x00191010, '', 0xffffffff, encodingOf(IMPLICIT_LE)),
          openItem(im(0x00191020, 'ABCD')),
          END_SEQUENCE,
        ]),
        im(0x7fe00010, Buffer.alloc(64, 1)),
      ]),
      syntax: IMPLICIT_LE,
    },
    'big-endian': { dataset: reencode(nested, from, encodingOf(EXPLICIT_BE)), syntax: EXPLICIT_BE },
    deflated: { dataset: deflateDataset(nested), syntax: DEFLATED_LE },
    'deflated-level-0': {
      dataset: padded(deflateRawSync(nested, { level: 0 })),
      syntax: DEFLATED_LE,
    },
    'deflated-long-padding': {
      dataset: Buffer.concat([odd, Buffer.alloc(2 + (odd.length % 2))]),
      syntax: DEFLATED_LE,
    },
  };
}

function padded(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0)]);
}

/** Made by our own encoders. */
function synthetic(): Record<string, Made> {
  const specs: Record<string, SyntheticSpec> = {
    'rle-multi-frame': { modality: 'US', rows: 9, columns: 11, frames: 3, transferSyntax: 'rle' },
    'rle-without-table': {
      modality: 'US',
      rows: 9,
      columns: 11,
      frames: 3,
      transferSyntax: 'rle',
      offsetTable: 'none',
    },
    'extended-offset-table': {
      modality: 'US',
      rows: 9,
      columns: 11,
      frames: 3,
      transferSyntax: 'rle',
      offsetTable: 'extended',
    },
    'jpeg-2000': { modality: 'CT', rows: 32, columns: 32, transferSyntax: 'jpeg2000' },
    'large-element': { modality: 'CR', rows: 1600, columns: 1600 },
  };
  const made: Record<string, Made> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const [one] = makeInstances(spec);
    if (one?.dataset) made[name] = { dataset: one.dataset, syntax: one.transferSyntax };
  }
  return made;
}

function write(folder: string, name: string, made: Made): string {
  const path = join(folder, `${name}.dcm`);
  writeFileSync(path, Buffer.concat([fileMeta(SC, '1.2.3', made.syntax), made.dataset]));
  return path;
}

/**
 * Writes all of them.
 *
 * @param folder is made
 * @param withDcmtk also those that DCMTK makes
 */
export async function writeAwkwardFiles(folder: string, withDcmtk: boolean): Promise<number> {
  await initializeCodecs();
  mkdirSync(folder, { recursive: true });
  const made = { ...byHand(), ...synthetic() };
  for (const [name, one] of Object.entries(made)) write(folder, name, one);
  if (!withDcmtk) return Object.keys(made).length;
  const sources = join(folder, '..', 'sources');
  mkdirSync(sources, { recursive: true });
  const source = (name: string, modality: string): string => {
    const [one] = makeInstances({ modality, rows: 40, columns: 40, fill: 'pattern' });
    return write(sources, name, plain(one?.dataset ?? Buffer.alloc(0)));
  };
  const more = writeDcmtkFiles(folder, source('grey', 'CT'), source('colour', 'US'));
  return Object.keys(made).length + more;
}
