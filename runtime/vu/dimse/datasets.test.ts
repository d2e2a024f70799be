import { describe, expect, it } from 'vitest';
import { sopUid, studyUid, patientId, memberNumber } from '../../dicom/pool/identity.ts';
import { Pool } from '../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../dicom/synthetic/synthetic.ts';
import type { AskHandler, Asks } from '../sandbox/asks.ts';
import { wireDatasets } from './datasets.ts';

const RUN = '123456789012345';
const SYNTAXES = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99'];

function questions(transferSyntax: string): (request: object) => unknown {
  const pool = new Pool(
    syntheticPool({ modality: 'CT', rows: 8, columns: 8, transferSyntax }, { id: 0, key: 'test' }),
  );
  const handlers = new Map<string, AskHandler>();
  const asks = { on: (ask: string, handler: AskHandler) => handlers.set(ask, handler) };
  wireDatasets(asks as unknown as Asks, {
    prototype: (number) => {
      const prototype = pool.members[number];
      if (prototype === undefined) throw new Error(`no prototype ${number}`);
      return prototype;
    },
    runNumber: () => RUN,
  });
  return (request) => {
    const { ask } = request as { ask: string };
    return handlers.get(ask)?.(request as Parameters<AskHandler>[0]);
  };
}

const stored = { prototype: 0, study: 0, series: 0, instance: 0, fresh: false };
const fresh = { prototype: 0, study: 1e10 + 7, series: 2, instance: 3, fresh: true };

describe.each(SYNTAXES)('data sets of scripts in %s', (syntax) => {
  const answer = questions(syntax);
  const get = (recipe: object, attribute: string): unknown =>
    answer({ ask: 'get', ...recipe, attribute });

  it('have the identity that is sent', () => {
    const study = 1e10 + 7;
    expect(get(fresh, 'SOPInstanceUID')).toBe(sopUid(RUN, study, memberNumber(2, 3)));
    expect(get(fresh, 'StudyInstanceUID')).toBe(studyUid(RUN, study));
    expect(get(fresh, '00100020')).toBe(patientId(RUN, study));
    expect(get(stored, 'SOPInstanceUID')).not.toBe(get(fresh, 'SOPInstanceUID'));
  });

  it('show edits, absence, and the length of pixels', () => {
    const edits = {
      PatientName: 'A^B',
      StudyDescription: null,
      RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S1' }],
    };
    for (const recipe of [stored, fresh]) {
      const edited = { ...recipe, edits };
      expect(get(edited, 'PatientName')).toBe('A^B');
      expect(get(edited, 'StudyDescription')).toBeUndefined();
      const path = 'RequestAttributesSequence[0].ScheduledProcedureStepID';
      expect(get(edited, path)).toBe('S1');
      expect(get(edited, 'Rows')).toBe(8);
    }
    expect(() => get(stored, 'Rowss')).toThrow(/"Rowss"/);
  });

  it('differ by what was edited, less what was meant', () => {
    const b = { ...fresh, edits: { PatientName: 'A^B', StudyDescription: 'X' } };
    const diff = (expected?: unknown): unknown => answer({ ask: 'diff', a: fresh, b, expected });
    const attributes = (diff() as { attribute: string }[]).map((one) => one.attribute).sort();
    expect(attributes).toEqual(['PatientName', 'StudyDescription']);
    expect(diff(['PatientName', 'StudyDescription'])).toEqual([]);
    expect(diff({ PatientName: 'A^B', StudyDescription: 'Y' })).toMatchObject([
      { attribute: 'StudyDescription', kind: expect.any(String), after: 'X' },
    ]);
  });

  it('dump as lines', () => {
    const lines = String(answer({ ask: 'dump', ...fresh })).split('\n');
    expect(lines.some((line) => /\(0008,0060\) CS \[CT\]/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/PixelData/);
  });

  it('lose what names a person, and keep the identity of this run', () => {
    const edits = answer({ ask: 'anonymise', ...fresh }) as Record<string, unknown>;
    const anonymous = { ...fresh, edits };
    expect(get(anonymous, 'PatientName')).toBe('');
    expect(get(anonymous, 'PatientIdentityRemoved')).toBe('YES');
    expect(get(anonymous, 'PatientID')).toBe(get(fresh, 'PatientID'));
    expect(get(anonymous, 'SOPInstanceUID')).toBe(get(fresh, 'SOPInstanceUID'));
    const own = answer({ ask: 'anonymise', ...stored }) as Record<string, unknown>;
    expect(get({ ...stored, edits: own }, 'SOPInstanceUID')).not.toBe(
      get(stored, 'SOPInstanceUID'),
    );
  });
});
