import { describe, expect, it } from 'vitest';
import { compileEdits } from '../../dicom/edit/edits.ts';
import { patchHeader } from '../../dicom/edit/header-patch.ts';
import type { TagWish } from './delivery.ts';
import { Looks } from '../patterns/pattern.ts';
import { compileWishes, judgeWishes } from './tag-wishes.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const edits = compileEdits({
  SpecificCharacterSet: 'ISO_IR 192',
  Modality: 'ES',
  PatientName: 'DICOMRUN^TÉST',
  AccessionNumber: '',
  Rows: 480,
  ImageType: ['DERIVED', 'PRIMARY'],
  RequestAttributesSequence: [
    { ScheduledProcedureStepID: 'S1' },
    { ScheduledProcedureStepID: 'S2' },
  ],
  '00990010': 'DICOMRUN',
});
const bytes = patchHeader(Buffer.alloc(0), EXPLICIT, edits);
const header = { bytes, transferSyntax: EXPLICIT };

function wrong(tags: Record<string, TagWish>): string[] {
  const { now, later } = judgeWishes('1.2', header, compileWishes(tags), new Looks());
  expect(later).toEqual([]);
  return now.map(({ tag, actual }) => `${tag}: ${actual ?? 'absent'}`);
}

describe('tag wishes', () => {
  it('hold for literals, numbers, patterns, blank, absent, nested and private elements', () => {
    expect(
      wrong({
        Modality: 'ES',
        PatientName: 'DICOMRUN^TÉST',
        Rows: 480,
        ImageType: 'DERIVED\\PRIMARY',
        StudyDescription: null,
        AccessionNumber: '',
        StudyID: '',
        '00080060': { re: '^e', flags: 'i' },
        'RequestAttributesSequence[1].ScheduledProcedureStepID': 'S2',
        'RequestAttributesSequence.ScheduledProcedureStepID': 'S1',
        '0099,0010': 'DICOMRUN',
      }),
    ).toEqual([]);
  });

  it('say what is there instead', () => {
    const tags = { Modality: 'CT', AccessionNumber: null, StudyDescription: 'X', Rows: 481 };
    expect(wrong(tags)).toEqual([
      'Modality: ES',
      'AccessionNumber: ',
      'StudyDescription: absent',
      'Rows: 480',
    ]);
  });

  it('use a pattern again from its beginning', () => {
    const wishes = compileWishes({ Modality: { re: 'ES', flags: 'g' } });
    for (let n = 0; n < 3; n++) {
      expect(judgeWishes('1.2', header, wishes, new Looks())).toEqual({ now: [], later: [] });
    }
  });

  it('say of a pattern that backtracks without end that it was given up', async () => {
    const long = patchHeader(
      Buffer.alloc(0),
      EXPLICIT,
      compileEdits({ PatientName: `${'a'.repeat(60)}!` }),
    );
    const wishes = compileWishes({ PatientName: { re: '^(a+)+$' } });
    const looks = new Looks();
    const kept = { bytes: long, transferSyntax: EXPLICIT };
    const { now, later } = judgeWishes('1.2', kept, wishes, looks);
    expect(now).toEqual([]);
    await new Promise<void>((resolve) => looks.fetch(resolve));
    expect(later.map((difference) => difference()?.actual)).toEqual([
      expect.stringMatching(
        /^\(the pattern \/\^\(a\+\)\+\$\/ took over \d+ ms and was given up\)$/,
      ),
    ]);
  });

  it('cannot hold without a header, and say why', () => {
    const wishes = compileWishes({ Modality: 'ES' });
    const { now } = judgeWishes('1.2', undefined, wishes, new Looks());
    expect(now[0]?.actual).toContain('does not keep headers');
  });
});
