import { describe, expect, it } from 'vitest';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { charsetOf } from './charset.ts';
import { encodeValue, type PlainValue } from './element-value.ts';
import { getValue, openDataset } from './json.ts';
import { TransferSyntax } from './transfer-syntax.ts';

const context = { bigEndian: false, charset: charsetOf('') };
const encode = (vr: string, value: PlainValue): Buffer => encodeValue(vr, value, context, 'it');

const FORMS: Readonly<Record<string, { good: readonly string[]; bad: readonly string[] }>> = {
  AE: { good: ['CT01', 'an aet'], bad: ['A\tB', 'É'.repeat(17), 'X'.repeat(17), '    '] },
  AS: { good: ['034Y', '003W'], bad: ['34', '34Y', '034y', '034Y ', '    '] },
  CS: { good: ['M', 'ORIGINAL\\PRIMARY', 'A_1'], bad: ['male', 'A-B', 'X'.repeat(17)] },
  DA: {
    good: ['20240229', '20000229', '00010101'],
    bad: ['2024-01-01', '20230229', '20241301', '20240100', '202401', '20240101-20240131'],
  },
  DS: { good: ['1.5', '-1e-5', ' 7 ', '.5'], bad: ['0,5', '1.2.3', 'e5', '--1', '1'.repeat(17)] },
  DT: {
    good: ['2024', '202402', '20240229101112.123456+0100', '20240229', '2024-1200', '2024+1400'],
    bad: ['20240230', '2024-02', '2024022925', '202402.5', '2024-0000', '2024+1401', '2024+0160'],
  },
  IS: { good: ['1', '-12', ' 3 '], bad: ['1.0', '1e3', '2147483648', 'x'] },
  LO: { good: ['any text / ^'], bad: ['a\nb', 'x'.repeat(65)] },
  LT: { good: ['two\r\nlines\t'], bad: ['a\0b'] },
  PN: {
    good: ['Doe^Jane', 'A^B^C^D^E=A^B=', `${'x'.repeat(64)}=${'y'.repeat(64)}`, '^^^^'],
    bad: ['x'.repeat(65), 'a\tb', 'A^B^C^D^E^F', 'a=b=c=d', `a=${'x'.repeat(65)}`],
  },
  TM: { good: ['10', '1030', '103059.123456', '235960'], bad: ['10:30', '2460', '1060', '103061'] },
  UI: { good: ['1.2.840', '2.25.0'], bad: ['1.2.03.4', '1..2', '.1', 'a', '1.2.', ' '] },
  UR: {
    good: ['http://host/a?b=c#d', 'urn:oid:1.2', '%C3%A9', 'x  '],
    bad: ['http://a b', ' x', 'é', '%2', 'a\\b', '"'],
  },
  UC: { good: ['any', 'x'.repeat(70_000)], bad: ['a\nb'] },
  UT: { good: ['two\r\nlines', 'a\\b'], bad: ['a\0b'] },
  SH: { good: ['abc'], bad: ['x'.repeat(17), 'a\tb'] },
  ST: { good: ['two\nlines'], bad: ['x'.repeat(1025), 'a\0b'] },
};

const isSingle = (vr: string): boolean => ['LT', 'ST', 'UT', 'UR'].includes(vr);

describe('values', () => {
  for (const [vr, { good, bad }] of Object.entries(FORMS)) {
    it(`of ${vr} have its form`, () => {
      for (const value of good) expect(() => encode(vr, value), value).not.toThrow();
      for (const value of bad) expect(() => encode(vr, value), value).toThrow(/^it \(/);
      expect(encode(vr, '').length).toBe(0);
      const list = `${good[0] ?? ''}\\${bad[0] ?? ''}`;
      if (!isSingle(vr)) expect(() => encode(vr, list)).toThrow();
    });
  }

  it('of numbers too long for a number are written whole', () => {
    expect(encode('UV', 2n ** 64n - 1n).readBigUInt64LE()).toBe(2n ** 64n - 1n);
    expect(encode('SV', '-9223372036854775808').readBigInt64LE()).toBe(-(2n ** 63n));
    expect(encode('UV', ['9007199254740993', 5]).readBigUInt64LE()).toBe(9007199254740993n);
    expect(() => encode('UV', -1n)).toThrow(/from 0 to 18446744073709551615/);
    expect(() => encode('SV', 2n ** 63n)).toThrow(/must be an integer/);
  });

  it('of tags are read in every way they are written', () => {
    for (const tag of ['00181063', '(0018,1063)', '0018,1063', 0x00181063]) {
      expect(encode('AT', tag).toString('hex')).toBe('18006310');
    }
    expect(encode('AT', ['0018106a', 0x00181063]).toString('hex')).toBe('18006a1018006310');
    expect(() => encode('AT', '1063')).toThrow(/must be a tag/);
  });

  it('of bytes may be lists of numbers', () => {
    expect(encode('OB', [1, 2, 255]).toString('hex')).toBe('0102ff00');
    expect(() => encode('OB', [256])).toThrow(/bytes/);
  });

  it('of words are whole words, also as bytes', () => {
    const ODD = new Uint8Array(6);
    for (const vr of ['OL', 'OF', 'OD', 'OV', 'UL', 'FD', 'AT']) {
      expect(() => encode(vr, ODD), vr).toThrow(/6 bytes are no whole number of values/);
      expect(encodeValue(vr, ODD, { ...context, lenient: true }, 'it').length, vr).toBe(6);
    }
    for (const vr of ['OB', 'OW', 'UN', 'US']) expect(encode(vr, ODD).length).toBe(6);
  });

  it('are sent wrong on purpose with `bad`, in the VR of the element', () => {
    const set = (edits: Edits): unknown => {
      const dataset = patchHeader(Buffer.alloc(0), TransferSyntax.EXPLICIT_LE, compileEdits(edits));
      return getValue(openDataset(dataset, TransferSyntax.EXPLICIT_LE), 'StudyDate');
    };
    expect(() => set({ StudyDate: '2024-01-01' })).toThrow(/StudyDate .*YYYYMMDD/);
    expect(set({ StudyDate: { value: '2024-01-01', bad: true } })).toBe('2024-01-01');
    expect(set({ StudyDate: { vr: 'LO', value: '2024-01-01' } })).toBe('2024-01-01');
  });
});
