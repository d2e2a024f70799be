import { describe, expect, it } from 'vitest';
import { sopUid, studyUid } from '../../dicom/pool/identity.ts';
import { Discretion } from './discretion.ts';

const RUN = '179000000000042';
const discreet = new Discretion(false, RUN);
const open = new Discretion(true, RUN);

describe('a UID in the results', () => {
  it('is its last eight characters', () => {
    expect(discreet.uid('1.2.826.0.1.3680043.9.7777777.3.1')).toBe('…7777.3.1');
    expect(discreet.uid('2.25.3')).toBe('…5.3');
  });

  it('made in this run is what tells it from the others', () => {
    const study = 1e10 + 12;
    const member = 3 * 2 ** 20 + 7;
    expect(discreet.uid(sopUid(RUN, 12, member))).toBe('…120003000007');
    expect(discreet.uid(sopUid(RUN, study, member))).toBe('…100000000120003000007');
    expect(discreet.uid(studyUid(RUN, 12))).toBe('…120000000000');
    expect(sopUid(RUN, 0, member).endsWith(discreet.uid(sopUid(RUN, 0, member)).slice(1))).toBe(
      true,
    );
  });

  it('stands whole with --phi-ok', () => {
    expect(open.uid(sopUid(RUN, 12, 5))).toBe(sopUid(RUN, 12, 5));
  });
});

describe('a text of a peer', () => {
  it.each([
    ['duplicate 1.2.826.0.1.3680043.9.7777777.3.1', 'duplicate …7777.3.1'],
    ['(2.25.329800735698586629295641978511506172918)', '(…06172918)'],
    ['1.2.3.4.5 is known', '….4.5 is known'],
    ['PDU type 16 (offset 0, bytes 160301434e415259)', 'PDU type 16 (offset 0, bytes 16030143…)'],
    ['no such patient DOE^JANE^^DR', 'no such patient …^…'],
    ["O'HARA-MÜLLER^Ann: 1.2.840.113619.2.55.3", '…^…: …9.2.55.3'],
    ['duplicate of VAN DER BERG^ANNA', 'duplicate of …^…'],
    ['no study of van der Berg^Anna Maria^^Dr. here', 'no study of …^… here'],
    ['known: ^JANE', 'known: …^…'],
    ['known: DOE ^JANE', 'known: …^…'],
    ['known: DOE_X^JANE', 'known: …^…'],
    ['"Yamada^Tarou=山田^太郎=やまだ^たろう"', '"…^…=…^…=…^…"'],
  ])('%s', (said, shown) => {
    expect(discreet.text(said)).toBe(shown);
    expect(open.text(said)).toBe(said);
  });

  it('may be long', () => {
    for (const part of ['1', 'a', '1.', '^', 'a^', "'.-", 'bytes a', 'A ', 'van ', 'A^ ', ' ^']) {
      const began = performance.now();
      discreet.text(part.repeat(200_000));
      expect(performance.now() - began, part).toBeLessThan(5_000);
    }
  });

  it.each([
    'PACS@10.111.122.133:104 answered C-STORE with 0xA700: Out of resources',
    'storescp 3.6.7 of 2024.01.02, 0.12345678901234567890 s',
    'SOP class 1.2.840.10008.5.1.4.1.1.2 not supported (PS3.8 §9.3.2.2)',
    '2^10 is 1024',
    '/^HTM_[A-Z]+$/ does not fit "GI"',
  ])('keeps %s', (said) => {
    expect(discreet.text(said)).toBe(said);
  });
});
