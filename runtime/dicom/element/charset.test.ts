import { describe, expect, it } from 'vitest';
import { charsetOf } from './charset.ts';

/** Examples of PS3.5 Annexes H, I, J and K: term, bytes, text. */
const EXAMPLES: readonly (readonly [string, string, string])[] = [
  ['', '446f65', 'Doe'],
  ['ISO_IR 100', '42756363', 'Bucc'],
  ['ISO_IR 100', '4d c3 fc 6c', 'MÃül'],
  ['ISO_IR 144', 'bb ee da 63 65 dc d1', 'Люкceмб'],
  ['ISO_IR 126', 'c4 e9 ef ed', 'Διον'],
  ['ISO_IR 192', 'e7 8e 8b', '王'],
  ['GB18030', 'cd f5 5e d0 a1 b6 ab', '王^小东'],
  ['\\ISO 2022 IR 87', '1b 24 42 3b 33 45 44 1b 28 42', '山田'],
  ['\\ISO 2022 IR 149', '1b 24 29 43 fb f3', '洪'],
  ['ISO 2022 IR 13\\ISO 2022 IR 87', 'd4 cf c0 de 5e c0 db b3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
];

describe('character sets', () => {
  for (const [term, hex, text] of EXAMPLES) {
    it(`read ${text} in "${term}"`, () => {
      const bytes = Buffer.from(hex.replace(/ /g, ''), 'hex');
      expect(charsetOf(term).decode(bytes)).toBe(text);
    });
  }

  it('write what they read, where every character has one byte', () => {
    for (const [term, text] of [
      ['ISO_IR 100', 'Mül'],
      ['ISO_IR 101', 'Čech'],
      ['ISO_IR 126', 'Διον'],
      ['ISO_IR 144', 'Люкс'],
      ['ISO_IR 148', 'İğ'],
      ['ISO_IR 192', '王 Ω'],
      ['GB18030', '王^小东'],
      ['GB18030', 'ñ 한 😀 ▁ 王'],
      ['GBK', '王=Wang'],
      ['ISO_IR 13', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
    ] as const) {
      const charset = charsetOf(term);
      expect(charset.decode(charset.encode(text))).toBe(text);
    }
  });

  it('write with escape sequences what the first set has not, reset at delimiters', () => {
    for (const [term, text, hex] of [
      ['\\ISO 2022 IR 87', 'A=試験^検査', '413d1b24423b6e38331b28425e1b2442382 13a3a1b2842'],
      ['\\ISO 2022 IR 149', 'A=시험^시', '413d1b242943bdc3c7e85e1b242943bdc3'],
      ['\\ISO 2022 IR 58', '检a查', '1b242941bcec61b2e9'],
      ['ISO 2022 IR 100\\ISO 2022 IR 144', 'Ü^ЛÜ', 'dc5e1b2d4cbb1b2d41dc'],
    ] as const) {
      const charset = charsetOf(term);
      const bytes = charset.encode(text);
      expect(bytes.toString('hex')).toBe(hex.replace(/ /g, ''));
      expect(charset.decode(bytes)).toBe(text);
    }
    expect(() => charsetOf('\\ISO 2022 IR 87').encode('시')).toThrow(/cannot be written/);
  });

  it('say what they cannot write', () => {
    expect(() => charsetOf('ISO_IR 100').encode('Ω')).toThrow(
      /"Ω": cannot be written in "ISO_IR 100"/,
    );
    expect(() => charsetOf('GBK').encode('한')).toThrow(/cannot be written in "GBK"/);
    expect(() => charsetOf('ISO_IR 148').encode('€')).toThrow(/cannot be written/);
  });

  it('are read as Latin-1 when nobody knows them', () => {
    expect(charsetOf('KLINGON').decode(Buffer.from([0xe4]))).toBe('ä');
  });
});
