import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anonymise, anonymiseEdits } from '../deidentify/anonymise.ts';
import { remapUid } from '../edit/remap-uids.ts';
import { diffFiles, dumpFile } from './compare-files.ts';
import { diffDatasets } from './diff.ts';
import { generateFiles } from '../synthetic/generate.ts';
import { hashDataset } from './hash.ts';
import { getValue, openDataset, toJson } from '../element/json.ts';
import { readMeta } from './part10.ts';
import { compileEdits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { makeInstances } from '../synthetic/synthetic.ts';
import { type FileReport, updateTags } from './update-tags.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-tags-'));
  await generateFiles({
    out: folder,
    spec: { rows: 16, columns: 16 },
    exams: [{ modality: 'CT', series: [2, 1] }],
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function files(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dcm'))
    .sort()
    .map((name) => join(folder, name));
}

function valueIn(path: string, name: string): unknown {
  const file = readFileSync(path);
  const { datasetOffset, transferSyntax } = readMeta(file);
  return getValue(openDataset(file.subarray(datasetOffset), transferSyntax), name);
}

describe('generated files', () => {
  it('make studies: the same for the same seed, UIDs that belong together', async () => {
    expect(files().map((path) => path.slice(folder.length))).toEqual([
      '/study0001/series1/image0001.dcm',
      '/study0001/series1/image0002.dcm',
      '/study0001/series2/image0001.dcm',
    ]);
    const uids = files().map((path) => [
      valueIn(path, 'StudyInstanceUID'),
      valueIn(path, 'SeriesInstanceUID'),
    ]);
    expect(new Set(uids.map(([study]) => study)).size).toBe(1);
    expect(new Set(uids.map(([, series]) => series)).size).toBe(2);
    const before = files().map((path) => readFileSync(path));
    await generateFiles({
      out: folder,
      spec: { rows: 16, columns: 16 },
      exams: [{ modality: 'CT', series: [2, 1] }],
    });
    expect(
      files().every((path, i) => readFileSync(path).equals(before[i] ?? Buffer.alloc(0))),
    ).toBe(true);
  });
});

describe('tags of files', () => {
  it('are changed in place, the rest byte for byte, and told', async () => {
    const [path = ''] = files();
    const before = readFileSync(path);
    const reports: FileReport[] = [];
    const result = await updateTags({
      paths: ['.'],
      base: folder,
      set: { StudyDescription: 'GI Endoscopy' },
      remove: ['SeriesDescription'],
      onFile: (report) => reports.push(report),
    });
    expect(result).toEqual({ changed: 3, unchanged: 0, skipped: 0, failed: 0 });
    expect(reports[0]?.differences).toEqual([
      {
        path: 'StudyDescription',
        kind: 'changed',
        before: 'Synthetic CT study',
        after: 'GI Endoscopy',
        expected: false,
      },
      {
        path: 'SeriesDescription',
        kind: 'removed',
        before: 'Synthetic CT series',
        after: '',
        expected: false,
      },
    ]);
    const { datasetOffset } = readMeta(before);
    const edits = compileEdits({ StudyDescription: 'GI Endoscopy', SeriesDescription: null });
    const wanted = patchHeader(before.subarray(datasetOffset), EXPLICIT, edits);
    expect(readFileSync(path).subarray(datasetOffset).equals(wanted)).toBe(true);
    expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('stay as they are in a dry run, or when they have the values already', async () => {
    const [path = ''] = files();
    const before = readFileSync(path);
    const set = { PatientID: 'X' };
    expect(await updateTags({ paths: [path], base: folder, set, dryRun: true })).toMatchObject({
      changed: 1,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    await updateTags({ paths: [path], base: folder, set });
    const { mtimeNs } = statSync(path, { bigint: true });
    expect(await updateTags({ paths: [path], base: folder, set })).toMatchObject({ unchanged: 1 });
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
  });

  it('leave files alone that they cannot edit', async () => {
    writeFileSync(join(folder, 'notes.txt'), 'x');
    const [path = ''] = files();
    const cut = readFileSync(path).subarray(0, 500);
    writeFileSync(join(folder, 'cut.dcm'), cut);
    const result = await updateTags({ paths: ['.'], base: folder, set: { PatientID: 'X' } });
    expect(result).toEqual({ changed: 3, unchanged: 0, skipped: 1, failed: 1 });
    expect(readFileSync(join(folder, 'cut.dcm')).equals(cut)).toBe(true);
    await expect(
      updateTags({ paths: ['.'], base: folder, set: { PatientNme: 'x' } }),
    ).rejects.toThrow(/"PatientNme": is neither/);
    await expect(updateTags({ paths: ['none'], base: folder })).rejects.toThrow(
      /no file or folder "none"/,
    );
  });

  it('get new UIDs that fit together, the file meta information too', async () => {
    const old = files().map((path) => String(valueIn(path, 'SOPInstanceUID')));
    const study = String(valueIn(files()[0] ?? '', 'StudyInstanceUID'));
    await updateTags({ paths: ['.'], base: folder, remapUids: 'seed' });
    files().forEach((path, i) => {
      const uid = remapUid(old[i] ?? '', 'seed');
      expect(valueIn(path, 'SOPInstanceUID')).toBe(uid);
      expect(readMeta(readFileSync(path)).sopInstance).toBe(uid);
      expect(valueIn(path, 'StudyInstanceUID')).toBe(remapUid(study, 'seed'));
    });
  });
});

describe('anonymised', () => {
  const [report] = makeInstances({ modality: 'KO' });
  const base = report?.dataset ?? Buffer.alloc(0);
  const dataset = patchHeader(
    base,
    EXPLICIT,
    compileEdits({
      PatientAge: '042Y',
      OperatorsName: 'SOME^ONE',
      InstitutionName: 'HOSPITAL',
      StationName: 'ROOM1',
      PatientComments: 'secret',
      '0019,0010': { vr: 'LO', value: 'secret' },
      'ContentSequence[0].PersonName': 'SOME^ONE',
      'RequestAttributesSequence[0].RequestedProcedureID': 'secret',
    }),
  );

  it('nothing that tells who it was is left, and references still fit', () => {
    const result = anonymise(dataset, EXPLICIT, { salt: 's' });
    const text = result.toString('latin1');
    for (const secret of ['SOME', 'secret', 'HOSPITAL', 'ROOM1', '042Y', 'DICOMRUN^TEST']) {
      expect(text).not.toContain(secret);
    }
    const json = toJson(openDataset(result, EXPLICIT));
    expect(json).toMatchObject({
      PatientIdentityRemoved: 'YES',
      PatientName: '',
      StudyDate: '',
      Modality: 'KO',
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.59',
      LongitudinalTemporalInformationModified: 'REMOVED',
    });
    const before = openDataset(dataset, EXPLICIT);
    const after = openDataset(result, EXPLICIT);
    const path = 'ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID';
    expect(getValue(after, path)).toBe(remapUid(String(getValue(before, path)), 's'));
    expect(getValue(after, 'StudyInstanceUID')).toBe(
      remapUid(String(getValue(before, 'StudyInstanceUID')), 's'),
    );
  });

  it('keeps what the options keep', () => {
    const options = {
      retainUids: true,
      retainDevice: true,
      retainInstitution: true,
      retainPatientCharacteristics: true,
      retainDates: true,
      retainPrivate: true,
    };
    const after = openDataset(anonymise(dataset, EXPLICIT, options), EXPLICIT);
    const before = openDataset(dataset, EXPLICIT);
    for (const name of [
      'SOPInstanceUID',
      'StationName',
      'InstitutionName',
      'PatientAge',
      'StudyDate',
      '0019,0010',
    ]) {
      expect(getValue(after, name)).toEqual(getValue(before, name));
    }
    expect(getValue(after, 'OperatorsName')).toBe('ANONYMOUS');
  });

  it('as edits is the same, but for the identity that a fresh instance gets', () => {
    const edits = anonymiseEdits(openDataset(dataset, EXPLICIT), { salt: 's' });
    const applied = patchHeader(dataset, EXPLICIT, compileEdits(edits));
    expect(applied.equals(anonymise(dataset, EXPLICIT, { salt: 's' }))).toBe(true);
    const fresh = anonymiseEdits(openDataset(dataset, EXPLICIT), { keepIdentity: true });
    expect(Object.keys(fresh)).not.toContain('00080018');
    expect(Object.keys(fresh)).not.toContain('00100020');
    expect(fresh['00100010']).toBe('');
    expect(JSON.parse(JSON.stringify(fresh))).toEqual(fresh);
  });

  it('leaves pixels alone', () => {
    const [image] = makeInstances({ modality: 'US', rows: 9, columns: 9, transferSyntax: 'rle' });
    const bytes = image?.dataset ?? Buffer.alloc(0);
    const syntax = image?.transferSyntax ?? '';
    const result = anonymise(bytes, syntax);
    expect(hashDataset(result, syntax).pixelHash).toBe(hashDataset(bytes, syntax).pixelHash);
  });
});

describe('differences', () => {
  it('are of values, not of encodings', () => {
    const spec = { modality: 'SR' } as const;
    const [a] = makeInstances(spec);
    const [b] = makeInstances({ ...spec, transferSyntax: 'big-endian' });
    if (!a?.dataset || !b?.dataset) throw new Error('no data set');
    const diff = diffDatasets(
      { dataset: a.dataset, transferSyntax: a.transferSyntax },
      { dataset: b.dataset, transferSyntax: b.transferSyntax },
    );
    expect(diff).toEqual({
      differences: [],
      unexpected: 0,
      pixels: 'same',
      identical: false,
    });
  });

  it('are judged by what was expected', () => {
    const [one] = makeInstances({ modality: 'ES', rows: 8, columns: 8 });
    const a = one?.dataset ?? Buffer.alloc(0);
    const b = patchHeader(
      a,
      EXPLICIT,
      compileEdits({
        StudyDescription: 'GI Endoscopy',
        PatientID: 'OTHER',
        SeriesDescription: null,
        'AnatomicRegionSequence[0].CodeMeaning': 'x',
      }),
    );
    b[b.length - 1] = (b[b.length - 1] ?? 0) ^ 1;
    const expected = {
      StudyDescription: 'GI Endoscopy',
      SeriesDescription: null,
      PatientID: 'WRONG',
    };
    const diff = diffDatasets(
      { dataset: a, transferSyntax: EXPLICIT },
      { dataset: b, transferSyntax: EXPLICIT },
      { expected },
    );
    expect(diff.differences.map((two) => [two.path, two.kind, two.expected])).toEqual([
      ['StudyDescription', 'changed', true],
      ['SeriesDescription', 'removed', true],
      ['AnatomicRegionSequence[0].CodeMeaning', 'changed', false],
      ['PatientID', 'changed', false],
    ]);
    expect(diff).toMatchObject({ unexpected: 2, pixels: 'changed' });
  });

  it('of folders are found by SOP instance UID', () => {
    const [first = '', second = ''] = files();
    const other = mkdtempSync(join(tmpdir(), 'dicomrun-other-'));
    try {
      writeFileSync(join(other, 'a'), readFileSync(first));
      const diffs = diffFiles(folder, other);
      expect(diffs.map((one) => one.missing)).toEqual([null, 'second', 'second']);
      expect(diffs[0]?.diff?.identical).toBe(true);
      expect(diffFiles(first, second)[0]?.diff?.differences.map((one) => one.path)).toEqual([
        'SOPInstanceUID',
        'InstanceNumber',
      ]);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('a dump says what is there', () => {
    const { lines } = dumpFile(files()[0] ?? '');
    expect(lines).toContain('(0010,0010) PN [DICOMRUN^TEST] # 14 PatientName');
    expect(lines.at(-1)).toBe('(7FE0,0010) OW (pixels) # 512 PixelData');
    expect(() => dumpFile(join(folder, 'nothing'))).toThrow(/there is no such file/);
  });
});

describe('what stands beside the data set', () => {
  it('is made anew when a file is anonymised: preamble, AE titles, private information', async () => {
    const [path = ''] = files();
    const file = readFileSync(path);
    const meta = compileMeta(file);
    writeFileSync(path, meta);
    expect(await run({ anonymise: {} })).toMatchObject({ failed: 0 });
    const left = readFileSync(path);
    expect(left.includes('SECRET')).toBe(false);
    expect(readMeta(left).sopInstance).toBe(valueIn(path, 'SOPInstanceUID'));
  });

  /** A file of ours with a preamble and meta elements that tell where it comes from. */
  function compileMeta(file: Buffer): Buffer {
    const { datasetOffset } = readMeta(file);
    const extra = Buffer.concat([
      Buffer.from('02001600', 'hex'),
      Buffer.from('AE\x0b\x00SECRET_HOSP', 'latin1'),
      Buffer.from('02000201', 'hex'),
      Buffer.from('OB\0\0\x0c\0\0\0SECRET^THIRD', 'latin1'),
    ]);
    const head = Buffer.from(file.subarray(0, datasetOffset));
    head.write('SECRET^FIRST');
    return Buffer.concat([head, extra, file.subarray(datasetOffset)]);
  }

  it('a DICOMDIR is left alone and named', async () => {
    const [path = ''] = files();
    const file = Buffer.from(readFileSync(path));
    const { sopClass } = readMeta(file);
    const directory = '1.2.840.10008.1.3.10'.padEnd(sopClass.length, '\0');
    file.write(directory, file.indexOf(sopClass), 'latin1');
    writeFileSync(path, file);
    const said: FileReport[] = [];
    await run({ anonymise: {}, onFile: (report) => said.push(report) });
    expect(said[0]).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('a DICOMDIR') as string,
    });
    expect(readFileSync(path).equals(file)).toBe(true);
  });

  const run = (more: Partial<Parameters<typeof updateTags>[0]>) =>
    updateTags({ paths: ['.'], base: folder, ...more });
});
