// Canaries: texts that must not be found after the Basic Profile, wherever an element can hide them.
import { describe, expect, it } from 'vitest';
import { anonymise, anonymiseEdits } from './anonymise.ts';
import { charsetOf } from '../element/charset.ts';
import { compileEdits } from '../edit/edits.ts';
import { findElement } from '../element/element-index.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { deflateDataset } from '../element/deflate.ts';
import { openDataset } from '../element/json.ts';
import { type Encoding, encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const SYNTAXES = [
  TransferSyntax.EXPLICIT_LE,
  TransferSyntax.IMPLICIT_LE,
  TransferSyntax.EXPLICIT_BE,
] as const;
const OPEN = 0xffffffff;
const VRS = 'AE AS AT CS DA DS DT IS LO LT OB OW OF OD OL OV PN SH ST TM UC UI UN UR UT'.split(' ');

/** Elements that hold text of the canary's kind, in one encoding. */
class Writer {
  count = 0;
  readonly encoding: Encoding;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
  }

  element(tag: number, vr: string, value: Buffer | string): Buffer {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0x20)]);
    return Buffer.concat([elementHeader(tag, vr, even.length, this.encoding), even]);
  }

  canary(tag: number, vr: string): Buffer {
    return this.element(tag, vr, `CNRY${String(this.count++).padStart(4, '0')}`);
  }

  /** A sequence, its items of defined or undefined length. */
  sequence(tag: number, vr: string, items: readonly Buffer[], open: boolean): Buffer {
    const bare = { ...this.encoding, explicit: false };
    const parts = items.flatMap((item) => [
      elementHeader(0xfffee000, '', open ? OPEN : item.length, bare),
      item,
      ...(open ? [elementHeader(0xfffee00d, '', 0, bare)] : []),
    ]);
    if (open) parts.push(elementHeader(0xfffee0dd, '', 0, bare));
    const value = Buffer.concat(parts);
    const length = open ? OPEN : value.length;
    return Buffer.concat([elementHeader(tag, vr, length, this.encoding), value]);
  }
}

/** What no reader of a result may find: an element of each VR, unknown ones and private ones. */
function level(to: Writer): Buffer {
  const unknown = VRS.map((vr, i) => to.canary(0x00101900 + i, vr));
  return Buffer.concat([
    to.canary(0x00080081, 'ST'),
    to.canary(0x00080090, 'PN'),
    to.canary(0x00081050, 'PN'),
    to.canary(0x00090010, 'LO'),
    to.canary(0x00091001, 'UN'),
    to.canary(0x00100010, 'PN'),
    to.canary(0x00100020, 'LO'),
    ...unknown,
    to.canary(0x00104000, 'LT'),
    to.canary(0x00321032, 'PN'),
  ]);
}

function hides(found: Buffer): string | null {
  const at = found.indexOf('CNRY');
  return at < 0 ? null : found.toString('latin1', Math.max(0, at - 16), at + 12);
}

describe('canaries of every VR, known, unknown and private', () => {
  for (const syntax of SYNTAXES) {
    for (const depth of [0, 1, 3]) {
      for (const open of [false, true]) {
        it(`are gone in ${syntax} at depth ${depth}, lengths ${open ? 'un' : ''}defined`, () => {
          const to = new Writer(encodingOf(syntax));
          // a sequence that the dictionary knows, and one that it does not
          let known = level(to);
          let unknown = level(to);
          for (let i = 0; i < depth; i++) {
            known = to.sequence(0x00321064, 'SQ', [known, level(to)], open);
            unknown = to.sequence(0x0008114c, 'SQ', [unknown], open);
          }
          const dataset = depth === 0 ? known : Buffer.concat([unknown, known]);
          expect(to.count).toBeGreaterThan(30);
          expect(hides(dataset)).not.toBeNull();
          expect(hides(anonymise(dataset, syntax))).toBeNull();
          const edits = compileEdits(anonymiseEdits(openDataset(dataset, syntax)));
          expect(hides(patchHeader(dataset, syntax, edits, { lenient: true }))).toBeNull();
        });
      }
    }
  }

  it('are gone in a deflated data set', () => {
    const to = new Writer(encodingOf(TransferSyntax.EXPLICIT_LE));
    const result = anonymise(deflateDataset(level(to)), TransferSyntax.DEFLATED_LE);
    const open = openDataset(result, TransferSyntax.DEFLATED_LE);
    expect(hides(open.bytes)).toBeNull();
  });
});

describe('a sequence that comes as UN', () => {
  const inner = new Writer(encodingOf(TransferSyntax.IMPLICIT_LE));
  for (const open of [false, true]) {
    it(`is one, its length ${open ? 'un' : ''}defined`, () => {
      const to = new Writer(encodingOf(TransferSyntax.EXPLICIT_LE));
      const within = Buffer.concat([level(inner), inner.element(0x0020000e, 'UI', '1.2.9.77.5')]);
      const items = inner.sequence(0x00081115, '', [within, within], open).subarray(8);
      const head = elementHeader(0x00081115, 'UN', open ? OPEN : items.length, to.encoding);
      const dataset = Buffer.concat([head, items]);
      const result = anonymise(dataset, TransferSyntax.EXPLICIT_LE);
      expect(hides(result)).toBeNull();
      expect(result.includes('1.2.9.77.5')).toBe(false);
      const { elements } = openDataset(result, TransferSyntax.EXPLICIT_LE);
      expect(findElement(elements, 0x00081115)?.items?.length).toBe(2);
    });
  }

  it('and that nobody can read goes', () => {
    const to = new Writer(encodingOf(TransferSyntax.EXPLICIT_LE));
    const dataset = to.canary(0x00081115, 'UN');
    expect(hides(anonymise(dataset, TransferSyntax.EXPLICIT_LE))).toBeNull();
  });
});

describe('canaries elsewhere', () => {
  const to = new Writer(encodingOf(TransferSyntax.EXPLICIT_LE));
  const places: Readonly<Record<string, Buffer>> = {
    'an element that says the wrong VR': to.canary(0x00080070, 'OB'),
    'a person name that says LO': to.canary(0x0040a123, 'LO'),
    'groups of commands, meta information and directories': Buffer.concat([
      to.canary(0x00020016, 'AE'),
      to.canary(0x00041130, 'CS'),
    ]),
    'the label of an overlay': Buffer.concat([
      to.canary(0x60000022, 'LO'),
      to.canary(0x60021500, 'LO'),
      to.canary(0x50000005, 'LO'),
    ]),
    'elements that are there twice': Buffer.concat([
      to.sequence(0x00321064, 'SQ', [to.canary(0x00100010, 'PN')], false),
      to.sequence(0x00321064, 'SQ', [Buffer.alloc(0), to.canary(0x00100010, 'PN')], false),
    ]),
    'what follows the pixels': Buffer.concat([
      to.element(0x7fe00010, 'OW', 'px'),
      to.canary(0xfffcfffc, 'OB'),
    ]),
    'the highest private group': to.canary(0xfff11001, 'LO'),
  };
  for (const [where, dataset] of Object.entries(places)) {
    it(`are gone from ${where}`, () => {
      expect(hides(anonymise(dataset, TransferSyntax.EXPLICIT_LE))).toBeNull();
    });
  }

  const names = {
    'ISO_IR 100': 'Ünïq',
    'ISO_IR 144': 'Люкс',
    GB18030: '王小东',
    'ISO_IR 192': '王Ω',
  };
  for (const [term, name] of Object.entries({ ...names, '\\ISO 2022 IR 87': '山田太郎' })) {
    it(`are gone in the character set ${term}`, () => {
      const bytes = charsetOf(term).encode(name);
      const dataset = Buffer.concat([
        to.element(0x00080005, 'CS', term),
        to.element(0x00100010, 'PN', bytes),
        to.element(0x00104000, 'LT', bytes),
        to.element(0x00321032, 'PN', bytes),
      ]);
      const result = anonymise(dataset, TransferSyntax.EXPLICIT_LE, { cleanDescriptions: true });
      expect(result.includes(bytes)).toBe(false);
    });
  }
});
