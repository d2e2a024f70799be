// `verify: 'full'`: what arrived is compared with what was really sent, the script's edits included.
import { afterAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const bench = new Bench('full');
afterAll(() => bench.remove());

const script = (rules: string, send: string): string => `import dicom from 'dicom';
const archive = dicom.receiver({ aet: 'ARCHIVE', verify: 'full' });
const router = dicom.peer({ route: 'HTM_CT', deliversTo: archive });
const plain = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
const deflated = dicom.synthetic({
  modality: 'CT', rows: 16, columns: 16, transferSyntax: '1.2.840.10008.1.2.1.99',
});
export const options = { iterations: 1, simulate: { router: { rules: ${rules} } } };
export default async function () {
  const study = dicom.study({ images: 1, from: plain });
  const found = [];
  const told = async (what, tags) => {
    const { missing, expected, pixelsChanged, changedTags, differences } =
      await archive.expect(what, { timeout: '5s', ...(tags === undefined ? {} : { tags }) });
    found.push([expected, missing, pixelsChanged, changedTags, ...differences.map((d) => d.tag)]);
  };
  ${send}
  console.log('found ' + JSON.stringify(found) + ' end');
}
`;

async function found(rules: string, send: string): Promise<unknown> {
  const result = await bench.script(script(rules, send), ['--embedded', '--settle', '2s']);
  const text = /found (.*) end/.exec(result.stdout + result.stderr)?.[1];
  expect(text, result.stdout + result.stderr).toBeDefined();
  return JSON.parse(text ?? '[]');
}

/** One instance of each way to make one, each in an association of its own. */
const SEND = `
  const [image] = study.images;
  const typed = {
    StudyDescription: 'EDITED',
    '0008,1030': 'EDITED TWICE',
    '00990010': 'DICOMRUN',
    '00991001': { vr: 'LO', value: 'ODD' },
    RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S1' }],
    InstitutionName: null,
  };
  const uid = '2.25.99' + Date.now();
  const ways = [
    image,
    image.with(typed),
    plain.next().asIs(),
    plain.next().asIs().with({ ...typed, SOPInstanceUID: uid + '1' }),
    plain.next().fresh().with({ ...typed, SOPInstanceUID: uid + '2', StudyInstanceUID: uid }),
    deflated.next().fresh(),
    deflated.next().fresh().with(typed),
    deflated.next().fresh().anonymised(),
  ];
  for (const one of ways) {
    await router.store(one);
    await told(one);
  }
`;

describe("verify: 'full'", () => {
  it('knows the edits of the script: nothing changed on the way, so nothing is named', async () => {
    expect(await found('[]', SEND)).toEqual(Array.from({ length: 8 }, () => [1, 0, 0, 0]));
  });

  it('names what the router changed, and only that, edited or not', async () => {
    const rules = `[{ set: { StudyDescription: 'BY THE ROUTER' } }]`;
    const named = [1, 0, 0, 1, 'StudyDescription'];
    expect(await found(rules, SEND)).toEqual(Array.from({ length: 8 }, () => named));
  });

  it('knows a UID that was given by its tag, of one image and of a study', async () => {
    const send = `
      const uid = '2.25.98' + Date.now();
      const ways = [
        study.images[0].with({ '0008,0018': uid + '1' }),
        study.images[0].with({ '00080018': uid + '2', '(0020,000d)': uid }),
        plain.next().asIs().with({ '0008,0018': { vr: 'UI', value: uid + '3' } }),
      ];
      const moved = study.images[0].with({ StudyInstanceUID: uid + '5' });
      await router.store(moved);
      await told(moved);
      for (const one of ways) {
        await router.store(one);
        await told(one);
        found.push(one.uid.replace(uid, ''), one.studyUid === uid);
      }
      const other = dicom.study({ images: 2, from: plain }).with({ '0020,000D': uid + '4' });
      for (const image of other.images) await router.store(image);
      await told(other);
      found.push(other.uid.replace(uid, ''));`;
    const one = [1, 0, 0, 0];
    const images = [one, '1', false, one, '2', true, one, '3', false];
    expect(await found('[]', send)).toEqual([one, ...images, [2, 0, 0, 0], '4']);
  });

  it('compares the pixels of what came deflated', async () => {
    const send = `
      for (const image of [deflated.next().fresh(), deflated.next().fresh()]) {
        await router.store(image);
        await told(image);
      }`;
    const damaged = await found('[], faults: { corrupt: 1 }', send);
    const changed = (damaged as number[][]).map(([, missing, pixels]) => [missing, pixels]);
    expect(changed).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('leaves out what expect() judges itself, however it is spelt', async () => {
    const rules = `[{ set: { StudyDescription: 'BY THE ROUTER', SeriesDescription: 'TOO' } }]`;
    const send = `
      const image = study.images[0].with({ StudyDescription: 'EDITED' });
      await router.store(image);
      await told(image, { '0008,1030': 'BY THE ROUTER' });`;
    expect(await found(rules, send)).toEqual([[1, 0, 0, 1, 'SeriesDescription']]);
  });
});
