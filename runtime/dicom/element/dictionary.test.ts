import { describe, expect, it } from 'vitest';
import { dcmjs, dictionaryTable, entryOf, tagOf } from './dictionary.ts';

const { dictionary, nameMap } = dcmjs().data.DicomMetaDictionary;

const hex = (n: number): string => n.toString(16).toUpperCase().padStart(4, '0');

const keywordByDcmjs = (tag: number): string | null => {
  const entry = dictionary[`(${hex(tag >>> 16)},${hex(tag & 0xffff)})`];
  return entry ? entry.name.replace(/^RETIRED_/, '') : null;
};

describe('the table of the dictionary', () => {
  it('finds the tag of every name that dcmjs knows', () => {
    const text = (tag: number): string => `(${hex(tag >>> 16)},${hex(tag & 0xffff)})`;
    const wrong = Object.keys(nameMap).filter((name) => text(tagOf(name)) !== nameMap[name]?.tag);
    expect(wrong).toEqual([]);
  });

  it('knows of every tag what dcmjs knows, also in groups that repeat', () => {
    const tags = dictionaryTable()
      .split('\n')
      .map((line) => parseInt(line.slice(0, 8), 16));
    expect(tags.length).toBeGreaterThan(5000);
    const repeated = tags
      .filter((tag) => [0x50, 0x60, 0x7f].includes(tag >>> 24))
      .flatMap((tag) => [tag + 0x20000, tag + 0xe0000]);
    // Neighbours of what is there are mostly not there.
    const wrong = [...tags, ...repeated, ...tags.map((one) => one + 7)].filter((tag) => {
      if ((tag >>> 16) & 1 || (tag & 0xffff) === 0) return false;
      return (entryOf(tag)?.keyword ?? null) !== keywordByDcmjs(tag);
    });
    expect(wrong.map((tag) => hex(tag))).toEqual([]);
  });

  it('has the VR that is written where the standard allows several', () => {
    expect(entryOf(0x7fe00010)?.vr).toBe('OW');
    expect(entryOf(0x60023000)?.vr).toBe('OW');
    expect(entryOf(0x00280106)).toMatchObject({ vr: 'US', eitherSign: true });
    expect(entryOf(0x00090010)).toMatchObject({ vr: 'LO', keyword: 'PrivateCreator' });
    expect(entryOf(0x00091001)).toBeNull();
  });

  it('names the nearest keyword of one that is none', () => {
    expect(() => tagOf('PatientsName')).toThrow(/PatientsName/);
  });
});
