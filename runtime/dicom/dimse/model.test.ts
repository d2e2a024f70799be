// Identifiers and attribute lists as they go over the wire.
import { describe, expect, it } from 'vitest';
import { getValue, openDataset } from '../element/json.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';
import { type Attributes, modelDataset, normalizedRequest, queryRequest } from './model.ts';

const MPPS = '1.2.840.10008.3.1.2.3.3';
const FIND = '1.2.840.10008.5.1.4.1.2.2.1';
const SYNTAXES = [
  TransferSyntax.IMPLICIT_LE,
  TransferSyntax.EXPLICIT_LE,
  TransferSyntax.EXPLICIT_BE,
  TransferSyntax.DEFLATED_LE,
];

function created(attributes: Attributes, transferSyntax: string) {
  const request = { service: 'N-CREATE', sopClass: MPPS, sopInstance: '1.2', attributes } as const;
  const bytes = modelDataset(normalizedRequest(request, transferSyntax), transferSyntax);
  return openDataset(bytes ?? Buffer.alloc(0), transferSyntax);
}

function keys(attributes: Attributes, transferSyntax: string) {
  const request = queryRequest('find', FIND, attributes, { transferSyntax });
  return openDataset(modelDataset(request, transferSyntax) ?? Buffer.alloc(0), transferSyntax);
}

describe('attributes of a request', () => {
  for (const syntax of SYNTAXES) {
    it(`are encoded whatever their VR, in ${syntax}`, () => {
      const open = created(
        {
          PatientName: { Alphabetic: 'Doe^Jane', Ideographic: '山^田' },
          FrameIncrementPointer: ['00181063', '(0018,1065)'],
          ReferencedStudySequence: [{ ReferencedSOPInstanceUID: '1.2.3' }],
          ICCProfile: { $bytes: '0102ff00' },
          EncapsulatedDocument: new Uint8Array([1, 2, 3]),
          RedPaletteColorLookupTableData: [Uint8Array.of(1, 2), Uint8Array.of(3, 4)],
          SelectorSVValue: { $integer: '-9007199254740993' },
          SelectorUVValue: [5, { $integer: '18446744073709551615' }],
          BasicGrayscaleImageSequence: [{ Rows: 1, PixelData: { $bytes: '7f80' } }],
          '00091001': { vr: 'OB', value: { $bytes: 'abcd' } },
          Rows: 4,
          StudyID: null,
        },
        syntax,
      );
      const value = (path: string): unknown => getValue(open, path);
      expect(value('SpecificCharacterSet')).toBe('ISO_IR 192');
      expect(value('PatientName')).toBe('Doe^Jane=山^田');
      expect(value('FrameIncrementPointer')).toEqual(['00181063', '00181065']);
      expect(value('ReferencedStudySequence[0].ReferencedSOPInstanceUID')).toBe('1.2.3');
      expect(value('ICCProfile')).toEqual(Buffer.from('0102ff00', 'hex'));
      expect(value('EncapsulatedDocument')).toEqual(Buffer.of(1, 2, 3, 0));
      expect(value('RedPaletteColorLookupTableData')).toEqual(Buffer.of(1, 2, 3, 4));
      expect(value('BasicGrayscaleImageSequence[0].PixelData')).toEqual(Buffer.from('7f80', 'hex'));
      expect(value('SelectorSVValue')).toBe(-9007199254740993n);
      expect(value('SelectorUVValue')).toEqual([5, 2n ** 64n - 1n]);
      expect(value('00091001')).toEqual(Buffer.from('abcd', 'hex'));
      expect(value('Rows')).toBe(4);
      expect(value('StudyID')).toBe('');
    });
  }

  it('are checked, unless they are sent wrong on purpose', () => {
    const at = TransferSyntax.EXPLICIT_LE;
    expect(() => created({ StudyDate: '2024-01-01' }, at)).toThrow(/YYYYMMDD/);
    expect(() => created({ NoSuchKeyword: '1' }, at)).toThrow(/keyword/);
    const open = created({ StudyDate: { value: '2024-01-01', bad: true } }, at);
    expect(getValue(open, 'StudyDate')).toBe('2024-01-01');
  });

  it('of a query may be ranges, patterns and lists', () => {
    const wanted = {
      StudyDate: '20240101-',
      StudyTime: '10-1130',
      StudyInstanceUID: ['1.2', '1.3'],
      ModalitiesInStudy: 'C*',
      PatientName: 'Dö*',
    };
    const open = keys(wanted, TransferSyntax.DEFLATED_LE);
    for (const [name, value] of Object.entries(wanted)) expect(getValue(open, name)).toEqual(value);
  });
});
