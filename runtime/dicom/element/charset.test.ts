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

  it('are the first ones again after a delimiter, as PS3.5 6.1.2.5.3 has it for the VR', () => {
    const korean = charsetOf('ISO 2022 IR 100\\ISO 2022 IR 149');
    const name = Buffer.from('e75e1b242943a4ba5ee7', 'hex');
    expect(korean.decode(name, true)).toBe('ç^ㅊ^ç');
    for (const control of ['09', '0a', '0c', '0d', '5c']) {
      const text = korean.decode(Buffer.from(`1b242943a4ba${control}e7`, 'hex'));
      expect(text).toBe(`ㅊ${String.fromCharCode(parseInt(control, 16))}ç`);
    }
    // a caret is no delimiter but in a person name
    expect(korean.decode(Buffer.from('1b242943a4ba5ea4ba', 'hex'))).toBe('ㅊ^ㅊ');
    // nor is the second byte of a two-byte character one
    const kanji = charsetOf('\\ISO 2022 IR 87');
    expect(kanji.decode(Buffer.from('1b2442215e215c1b2842', 'hex'), true)).toBe('±＋');
  });

  it('write with every term of Tables C.12-3 and C.12-4 what both kinds of VR read back', () => {
    const texts: readonly (readonly [string, string])[] = [
      ['100', 'Ü'],
      ['101', 'Č'],
      ['109', 'Ħ'],
      ['110', 'Ģ'],
      ['144', 'Л'],
      ['127', 'ب'],
      ['126', 'Ω'],
      ['138', 'א'],
      ['148', 'ğ'],
      ['166', 'ก'],
      ['203', 'œ'],
      ['13', 'ﾔ'],
      ['87', '山'],
      ['159', '丂'],
      ['149', '김'],
      ['58', '检'],
    ];
    for (const [set, character] of texts) {
      for (const first of ['', 'ISO 2022 IR 100', 'ISO 2022 IR 13', `ISO 2022 IR ${set}`]) {
        const charset = charsetOf(`${first}\\ISO 2022 IR ${set}\\ISO 2022 IR 144`);
        const text = `A${character}^${character}Я=Я${character}\\Я^${character}\r\n${character}`;
        for (const personName of [true, false]) {
          expect(charset.decode(charset.encode(text), personName), charset.term).toBe(text);
        }
      }
    }
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
