// What STOW-RS responses say of their instances, as JSON, as XML and not at all.
import { describe, expect, it } from 'vitest';
import { storeAnswer } from './store-answer.ts';

const JSON_TYPE = 'application/dicom+json';
const item = (uid: string, more: object = {}) => ({
  '00081155': { vr: 'UI', Value: [uid] },
  ...more,
});
const sequence = (...items: object[]) => ({ vr: 'SQ', Value: items });

describe('a STOW-RS response', () => {
  it('names the stored, the warned and the failed', () => {
    const body = {
      '00081190': { vr: 'UR', Value: ['http://x/studies/1'] },
      '00081198': sequence(item('1.3', { '00081197': { vr: 'US', Value: [0x0110] } })),
      '00081199': sequence(item('1.1'), item('1.2', { '00081196': { vr: 'US', Value: [0xb000] } })),
      '0008119A': sequence({ '00081197': { vr: 'US', Value: [0xc000] } }),
    };
    expect(storeAnswer(JSON_TYPE, JSON.stringify(body))).toEqual({
      failed: [
        { uid: '1.3', reason: 0x0110 },
        { uid: '', reason: 0xc000 },
      ],
      warned: [{ uid: '1.2', reason: 0xb000 }],
      stored: ['1.1', '1.2'],
      told: true,
    });
  });

  it('reads the same of XML', () => {
    const xml = `<?xml version="1.0"?><NativeDicomModel>
      <DicomAttribute tag="00081190" vr="UR"><Value number="1">http://x</Value></DicomAttribute>
      <DicomAttribute tag="00081198" vr="SQ"><Item number="1">
        <DicomAttribute tag="00081155" vr="UI"><Value number="1">1.3</Value></DicomAttribute>
        <DicomAttribute tag="00081197" vr="US"><Value number="1">272</Value></DicomAttribute>
      </Item></DicomAttribute>
      <DicomAttribute tag="00081199" vr="SQ"><Item number="1">
        <DicomAttribute tag="00081155" vr="UI"><Value number="1">1.1</Value></DicomAttribute>
      </Item></DicomAttribute></NativeDicomModel>`;
    expect(storeAnswer('application/dicom+xml; charset=utf-8', xml)).toEqual({
      failed: [{ uid: '1.3', reason: 272 }],
      warned: [],
      stored: ['1.1'],
      told: true,
    });
  });

  it('reads XML without an end in time', () => {
    for (const piece of ['<DicomAttribute a', '<Value a', '<Item']) {
      const { stored } = storeAnswer('application/dicom+xml', piece.repeat(100_000));
      expect(stored).toEqual([]);
    }
  });

  it.each([
    ['', ''],
    ['text/html', '<html>stored</html>'],
    [JSON_TYPE, '{}'],
    [JSON_TYPE, '{"00081190":{"vr":"UR"}}'],
    [JSON_TYPE, '{ cut'],
    ['application/dicom+xml', '<NativeDicomModel/>'],
  ])('says nothing in %s %s', (type, text) => {
    expect(storeAnswer(type, text)).toEqual({ failed: [], warned: [], stored: [], told: false });
  });
});
