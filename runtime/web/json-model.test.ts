// The DICOM JSON model both ways, and what is none is told as that.
import { describe, expect, it } from 'vitest';
import { openDataset, toJson } from '../dicom/element/json.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import { datasetsOf, fromModel, mustBeJson, toModel } from './json-model.ts';

describe('DICOM JSON', () => {
  it('is read as matches of a query are', () => {
    expect(
      fromModel({
        '00080060': { vr: 'CS', Value: ['CT'] },
        '00080061': { vr: 'CS', Value: ['CT', 'PR'] },
        '00100010': { vr: 'PN', Value: [{ Alphabetic: 'DOE^J', Phonetic: 'do' }] },
        '00100020': { vr: 'LO' },
        '00201206': { vr: 'IS', Value: [3] },
        '00280010': { vr: 'US', Value: [512] },
        '00281050': { vr: 'DS', Value: [40.5, null] },
        '00081110': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }] },
        '00081140': { vr: 'SQ' },
        '0008103F': { vr: 'SQ', Value: [] },
        '00091001': { vr: 'UN', InlineBinary: 'AAE=' },
        '7FE00010': { vr: 'OW', BulkDataURI: 'http://x/1' },
      }),
    ).toEqual({
      Modality: 'CT',
      ModalitiesInStudy: ['CT', 'PR'],
      PatientName: 'DOE^J==do',
      PatientID: '',
      NumberOfStudyRelatedSeries: '3',
      Rows: 512,
      WindowCenter: ['40.5', ''],
      ReferencedStudySequence: [{ ReferencedSOPInstanceUID: '1.2' }],
      ReferencedImageSequence: [],
      SeriesDescriptionCodeSequence: [],
      '00091001': 'AAE=',
      PixelData: 'http://x/1',
    });
  });

  it('reads back what it writes', () => {
    const share = syntheticPool({ modality: 'CT', rows: 8, columns: 8 }, { id: 1, key: 'x' });
    const [member] = new Pool(share).members;
    const open = openDataset(member?.header ?? Buffer.alloc(0), member?.share.transferSyntax ?? '');
    const text = JSON.stringify([toModel(open)]);
    // Numbers that are text lose zeros in front: the model has them as numbers.
    const numbers = { InstanceNumber: '1', SeriesNumber: '1' };
    expect(datasetsOf(text)).toEqual([{ ...toJson(open), ...numbers }]);
    expect(text).toContain('"00100010":{"vr":"PN","Value":[{"Alphabetic":"');
  });

  it.each([
    ['<html>', /no JSON/],
    ['[1]', /no data set/],
    ['[{"PatientID":{"vr":"LO"}}]', /no tag/],
    ['[{"00100020":"P1"}]', /no attribute/],
    ['null', /no data set/],
    [nested(80), /nests deeper/],
  ])('refuses %s', (text, why) => {
    expect(() => datasetsOf(text)).toThrow(why);
    expect(() => datasetsOf(text)).toThrow(
      expect.objectContaining({ code: 'WEB_NOT_DICOM_JSON' }) as Error,
    );
  });

  it.each(['{}', ' { }\n'])('an answer of %j alone has no data set to count', (text) => {
    expect(() => mustBeJson('application/dicom+json', text)).toThrow('where a list was asked for');
    expect(() => mustBeJson('application/dicom+json', '[{}]')).not.toThrow();
  });
});

function nested(depth: number): string {
  return depth === 0 ? '{}' : `{"00081110":{"vr":"SQ","Value":[${nested(depth - 1)}]}}`;
}
