import type { RouterRule } from '../../../api/k6/simulate.ts';
import { describe, expect, it } from 'vitest';
import { compileEdits } from '../../dicom/edit/edits.ts';
import type { Edits } from '../../dicom/edit/edits.ts';
import { patchHeader } from '../../dicom/edit/header-patch.ts';
import { openDataset, toJson } from '../../dicom/element/json.ts';
import { Looks } from '../patterns/pattern.ts';
import { BUILT_IN_RULES, RuleTable } from './rules.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';

function dataset(elements: Edits): Buffer {
  return patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(elements), { lenient: true });
}

function after(
  rules: readonly RouterRule[],
  elements: Edits,
  route = 'R',
): Record<string, unknown> {
  const bytes = new RuleTable(rules).apply(dataset(elements), EXPLICIT, route, new Looks());
  return toJson(openDataset(bytes, EXPLICIT));
}

describe('rule tables', () => {
  it('name visual fields and tomographies as the sites do', () => {
    const rules: RouterRule[] = [
      {
        when: { Modality: 'OPV', SeriesDescription: { re: 'GPA', flags: '' } },
        set: { StudyDescription: 'Visual Fields (VF) GPA' },
      },
      {
        when: { Modality: 'OPT' },
        set: { StudyDescription: 'Optical Coherence Tomography (OCT)' },
      },
    ];
    const opv = { Modality: 'OPV', SeriesDescription: 'GPA last visit' };
    expect(after(rules, opv)).toMatchObject({ StudyDescription: 'Visual Fields (VF) GPA' });
    expect(after(rules, { ...opv, SeriesDescription: 'SFA' })).not.toHaveProperty(
      'StudyDescription',
    );
    expect(after(rules, { Modality: 'OPT' })).toMatchObject({
      StudyDescription: 'Optical Coherence Tomography (OCT)',
    });
  });

  it('take a Patient ID from another element where it holds an accession', () => {
    const rules: RouterRule[] = [
      { when: { PatientID: { re: 'AC', flags: '' } }, copy: { PatientID: 'OtherPatientIDs' } },
      { when: { PatientID: { re: '^M', flags: '' } }, blank: ['AccessionNumber'] },
    ];
    const values = { AccessionNumber: 'A1', PatientID: 'AC17', OtherPatientIDs: 'M4' };
    expect(after(rules, values)).toMatchObject({ PatientID: 'M4', AccessionNumber: '' });
    const without = { AccessionNumber: 'A1', PatientID: 'AC17' };
    expect(after(rules, without)).toMatchObject({ PatientID: 'AC17', AccessionNumber: 'A1' });
  });

  it('fill a blank date and preserve one that is there', () => {
    const rules: RouterRule[] = [
      { when: { StudyDate: '' }, copy: { StudyDate: 'AcquisitionDate' } },
    ];
    const values = { StudyDate: '', AcquisitionDate: '20260102' };
    expect(after(rules, values)).toMatchObject({ StudyDate: '20260102' });
    const dated = { ...values, StudyDate: '20250101' };
    expect(after(rules, dated)).toMatchObject({ StudyDate: '20250101' });
  });

  it('map, coerce, remove, and compose', () => {
    const rules: RouterRule[] = [
      {
        map: { StationName: { old: 'new' } },
        coerce: { PatientSex: 'upper', PatientID: 'digits' },
      },
      { remove: ['InstitutionName'], set: { StudyID: '${StationName}-${PatientID}' } },
    ];
    const values = { InstitutionName: 'X', StationName: 'old', PatientSex: 'f', PatientID: 'A12' };
    const result = after(rules, values);
    expect(result).toMatchObject({ StationName: 'new', PatientSex: 'F', StudyID: 'new-12' });
    expect(result).not.toHaveProperty('InstitutionName');
  });

  it('are for their route only, and leave every byte of the others alone', () => {
    const bytes = dataset({ Modality: 'ES' });
    const table = new RuleTable(BUILT_IN_RULES);
    expect(table.apply(bytes, EXPLICIT, 'HTM_OPH', new Looks())).toBe(bytes);
    const ct = dataset({ Modality: 'CT' });
    expect(table.apply(ct, EXPLICIT, 'HTM_GI', new Looks())).toHaveLength(10);
    expect(after(BUILT_IN_RULES, { Modality: 'ES' }, 'HTM_GI')).toMatchObject({
      StudyDescription: 'GI Endoscopy',
    });
  });

  it('change nothing when the value is right already', () => {
    const bytes = dataset({ Modality: 'ES', StudyDescription: 'GI Endoscopy' });
    const table = new RuleTable(BUILT_IN_RULES);
    expect(table.apply(bytes, EXPLICIT, 'HTM_GI', new Looks())).toBe(bytes);
  });

  it('are refused at the start when they name what nobody knows', () => {
    expect(() => new RuleTable([{ set: { StudyDescriptoin: 'x' } }])).toThrow('StudyDescriptoin');
  });
});
