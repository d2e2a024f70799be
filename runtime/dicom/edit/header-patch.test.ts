import { describe, expect, it } from 'vitest';
import { compileEdits, type Edits } from './edits.ts';
import { patchHeader } from './header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { inflateDataset, deflateDataset } from '../element/deflate.ts';
import { getValue, openDataset, toJson } from '../element/json.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE } = TransferSyntax;

interface Part {
  readonly tag: number;
  readonly vr: string;
  readonly value: string | Buffer;
}

function dataset(parts: readonly Part[], syntax: string): Buffer {
  const encoding = encodingOf(syntax);
  const pieces = parts.flatMap(({ tag, vr, value }) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, 'latin1');
    return [elementHeader(tag, vr, bytes.length, encoding), bytes];
  });
  return Buffer.concat(pieces);
}

const PLAIN: readonly Part[] = [
  { tag: 0x00080018, vr: 'UI', value: '1.2.3\0' },
  { tag: 0x00080060, vr: 'CS', value: 'CT' },
  { tag: 0x00090010, vr: 'LO', value: 'PRIVATE ' },
  { tag: 0x00091001, vr: 'UN', value: Buffer.from([1, 2, 3, 4]) },
  { tag: 0x00100010, vr: 'PN', value: 'A^B ' },
  { tag: 0x00200013, vr: 'IS', value: '1 ' },
];

function patched(bytes: Buffer, edits: Edits, syntax: string = EXPLICIT_LE): Buffer {
  return patchHeader(bytes, syntax, compileEdits(edits));
}

describe('header patch', () => {
  for (const syntax of [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE]) {
    it(`changes, inserts and removes in ${syntax}, all else byte for byte`, () => {
      const edits = {
        PatientName: 'LONGER^NAME',
        StudyDescription: 'new',
        InstanceNumber: null,
        Rows: 512,
        '0009,1002': { vr: 'LO', value: 'x' },
      };
      const wanted = dataset(
        [
          ...PLAIN.slice(0, 2),
          { tag: 0x00081030, vr: 'LO', value: 'new ' },
          ...PLAIN.slice(2, 4),
          { tag: 0x00091002, vr: 'LO', value: 'x ' },
          { tag: 0x00100010, vr: 'PN', value: 'LONGER^NAME ' },
          {
            tag: 0x00280010,
            vr: 'US',
            value: Buffer.from(syntax === EXPLICIT_BE ? [2, 0] : [0, 2]),
          },
        ],
        syntax,
      );
      expect(patched(dataset(PLAIN, syntax), edits, syntax).toString('hex')).toBe(
        wanted.toString('hex'),
      );
    });
  }

  it('keeps the pixel data element and what comes after it', () => {
    const tail = dataset(
      [
        { tag: 0x7fe00010, vr: 'OW', value: Buffer.alloc(64, 7) },
        { tag: 0xfffcfffc, vr: 'OB', value: Buffer.alloc(10) },
      ],
      EXPLICIT_LE,
    );
    const result = patched(Buffer.concat([dataset(PLAIN, EXPLICIT_LE), tail]), { PatientID: 'X' });
    expect(result.subarray(-tail.length).equals(tail)).toBe(true);
    expect(getValue(openDataset(result, EXPLICIT_LE), 'PatientID')).toBe('X');
  });

  it('inflates and deflates a deflated data set', () => {
    const bytes = deflateDataset(dataset(PLAIN, EXPLICIT_LE));
    const result = patched(bytes, { PatientID: 'ABC' }, DEFLATED_LE);
    expect(result.length % 2).toBe(0);
    expect(
      inflateDataset(result).equals(patched(dataset(PLAIN, EXPLICIT_LE), { PatientID: 'ABC' })),
    ).toBe(true);
  });

  it('makes group lengths true again, only where it edited', () => {
    const length = (n: number): Buffer => Buffer.from([n, 0, 0, 0]);
    const parts = (ten: number, name: string): Part[] => [
      { tag: 0x00080000, vr: 'UL', value: length(99) },
      { tag: 0x00080060, vr: 'CS', value: 'CT' },
      { tag: 0x00100000, vr: 'UL', value: length(ten) },
      { tag: 0x00100010, vr: 'PN', value: name },
    ];
    const result = patched(dataset(parts(12, 'A^B '), EXPLICIT_LE), { PatientName: 'ABCDEF' });
    expect(result.equals(dataset(parts(14, 'ABCDEF'), EXPLICIT_LE))).toBe(true);
  });

  it('reaches into sequences in both length forms and grows the enclosing ones', () => {
    const nested = patched(dataset(PLAIN, EXPLICIT_LE), {
      RequestAttributesSequence: [
        {
          RequestedProcedureID: 'A',
          RequestedProcedureCodeSequence: [{ CodeValue: '1', CodeMeaning: 'one' }],
        },
        { RequestedProcedureID: 'B' },
      ],
    });
    const result = patched(nested, {
      'RequestAttributesSequence[0].RequestedProcedureCodeSequence[0].CodeMeaning': 'longer text',
      'RequestAttributesSequence[1].RequestedProcedureID': null,
      'RequestAttributesSequence[2].RequestedProcedureID': 'C',
    });
    expect(toJson(openDataset(result, EXPLICIT_LE))['RequestAttributesSequence']).toEqual([
      {
        RequestedProcedureID: 'A',
        RequestedProcedureCodeSequence: [{ CodeValue: '1', CodeMeaning: 'longer text' }],
      },
      {},
      { RequestedProcedureID: 'C' },
    ]);
    const open = Buffer.from(
      '08004011' +
        '53510000ffffffff' +
        'feff00e0ffffffff' +
        '08005511' +
        '55490200' +
        '3100' +
        'feff0de000000000' +
        'feffdde000000000',
      'hex',
    );
    const edited = patched(open, { '00081140[0].ReferencedSOPInstanceUID': '1.2.3' });
    expect(edited.toString('hex')).toBe(
      '08004011' +
        '53510000ffffffff' +
        'feff00e0ffffffff' +
        '08005511' +
        '55490600' +
        '312e322e3300' +
        'feff0de000000000' +
        'feffdde000000000',
    );
  });

  it('sets every item with [*], creates a missing sequence for [0]', () => {
    const base = patched(dataset(PLAIN, EXPLICIT_LE), {
      ReferencedImageSequence: [
        { ReferencedSOPInstanceUID: '1' },
        { ReferencedSOPInstanceUID: '2' },
      ],
      'RequestAttributesSequence.RequestedProcedureID': 'NEW',
    });
    const result = patched(base, { 'ReferencedImageSequence[*].ReferencedSOPInstanceUID': '9' });
    const json = toJson(openDataset(result, EXPLICIT_LE));
    expect(json['ReferencedImageSequence']).toEqual([
      { ReferencedSOPInstanceUID: '9' },
      { ReferencedSOPInstanceUID: '9' },
    ]);
    expect(json['RequestAttributesSequence']).toEqual([{ RequestedProcedureID: 'NEW' }]);
  });

  it('edits inside UN of undefined length, which is implicit VR', () => {
    const open = Buffer.from(
      '0900101055' +
        '4e0000ffffffff' +
        'feff00e0ffffffff' +
        '1000200004000000' +
        '41424344' +
        'feff0de000000000' +
        'feffdde000000000',
      'hex',
    );
    const edited = patched(open, { '0009,1010[0].PatientID': 'ABCDEF' });
    expect(edited.toString('hex')).toContain('1000200006000000414243444546');
  });

  it('writes text in the character set of the data set, or says why not', () => {
    const utf8 = dataset(
      [{ tag: 0x00080005, vr: 'CS', value: 'ISO_IR 192' }, ...PLAIN],
      EXPLICIT_LE,
    );
    const greek = dataset(
      [{ tag: 0x00080005, vr: 'CS', value: 'ISO_IR 126' }, ...PLAIN],
      EXPLICIT_LE,
    );
    expect(patched(utf8, { PatientName: 'Ω' }).includes(Buffer.from('Ω', 'utf8'))).toBe(true);
    expect(patched(greek, { PatientName: 'ΩA' }).includes(Buffer.from([0xd9, 0x41]))).toBe(true);
    expect(() => patched(dataset(PLAIN, EXPLICIT_LE), { PatientName: 'Ω' })).toThrow(
      /"Ω": cannot be written in the default character set/,
    );
    // The character, not the name it stands in: the message goes into logs.
    expect(() => patched(dataset(PLAIN, EXPLICIT_LE), { PatientName: 'CANARYΩ' })).not.toThrow(
      /CANARY/,
    );
    const switched = patched(dataset(PLAIN, EXPLICIT_LE), {
      SpecificCharacterSet: 'ISO_IR 192',
      PatientName: 'Ω',
    });
    expect(getValue(openDataset(switched, EXPLICIT_LE), 'PatientName')).toBe('Ω');
  });

  const WRONG: readonly (readonly [Edits, RegExp])[] = [
    [{ PatientNme: 'x' }, /"PatientNme": is neither a keyword.*/],
    [{ 'PatientName.PatientID': 'x' }, /is PN, not a sequence/],
    [{ PixelData: 'x' }, /cannot be edited/],
    [{ TransferSyntaxUID: '1.2' }, /cannot be edited/],
    [{ Rows: 70000 }, /Rows \(0028,0010\): must be an integer from 0 to 65535, got "70000"/],
    [{ SOPInstanceUID: 'abc' }, /digits and dots only/],
    [{ Modality: 'A'.repeat(17) }, /at most 16 characters, got 17/],
    [{ SliceThickness: 'thick' }, /must be a number, got "thick"/],
    [{ 'RequestAttributesSequence[3].PatientID': 'x' }, /no such sequence/],
    [{ RequestAttributesSequence: 'x' }, /takes a list of objects/],
    [{ '12[': 'x' }, /not a path/],
  ];
  for (const [edits, message] of WRONG) {
    it(`refuses ${JSON.stringify(edits)}`, () => {
      expect(() => patched(dataset(PLAIN, EXPLICIT_LE), edits)).toThrow(message);
    });
  }

  it('says where a data set is malformed', () => {
    const cut = dataset(PLAIN, EXPLICIT_LE).subarray(0, 20);
    expect(() => patched(cut, { PatientID: 'x' })).toThrow(/offset 14/);
    const bomb = Buffer.from('08004011' + '53510000ffffffff', 'hex');
    expect(() => patched(bomb, { PatientID: 'x' })).toThrow(/no sequence delimiter/);
    const level = '08004011' + '53510000ffffffff' + 'feff00e0ffffffff';
    expect(() => patched(Buffer.from(level.repeat(80), 'hex'), {})).toThrow(
      /nested deeper than 64/,
    );
  });
});
