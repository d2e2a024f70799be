import { describe, expect, it } from 'vitest';
import { linesOf, type SearchRequest } from '../../../api/dicomweb/search.ts';
import { searchPath, type SearchWords } from '../../web/search-path.ts';
import { searchOf } from './searches.ts';

const NOTHING: SearchRequest = {
  op: 'web.search',
  server: 3,
  what: 'instances',
  keys: {},
  study: undefined,
  series: undefined,
  limit: undefined,
  offset: undefined,
  fuzzy: undefined,
  includeField: undefined,
  expectStatus: undefined,
  tags: undefined,
  timeoutMs: undefined,
};
const pathOf = (words: unknown): string => searchPath(words as SearchWords).path;

describe('a search as lines', () => {
  it.each([
    ['nothing', {}],
    ['a study', { study: '1.2.3' }],
    ['a series of it', { study: '1.2.3', series: '1.2.3.4' }],
    ['a page', { limit: 0, offset: 200 }],
    ['keys', { keys: { PatientName: 'A^B*', PatientID: '', '00080060': 'MR' } }],
    ['keys and a page', { what: 'studies', keys: { PatientID: ' 1, 2\r=&' }, limit: 5 }],
  ] as const)('says what JSON would: %s', (_, words) => {
    const request = { ...NOTHING, ...words };
    const read = searchOf(linesOf(request) ?? 'none');
    expect(read).toEqual(JSON.parse(JSON.stringify(request)));
    expect(pathOf(read)).toBe(pathOf(request));
  });

  it.each([
    ['a list', { keys: { StudyInstanceUID: ['1', '2'] } }],
    ['a sequence', { keys: { RequestAttributesSequence: [{ ScheduledProcedureStepID: '1' }] } }],
    ['a number', { keys: { Rows: 512 } }],
    ['a line break', { keys: { PatientID: 'a\nb' } }],
    ['a line break in a name', { keys: { 'Patient\nID': 'a' } }],
    ['tags', { tags: { ward: 'A' } }],
    ['statuses', { expectStatus: [404] }],
    ['a timeout', { timeoutMs: 5 }],
    ['fields', { includeField: 'all' }],
    ['fuzzy matching', { fuzzy: false }],
    ['no keys at all', { keys: null as unknown as object }],
    ['keys that tell themselves', { keys: { toJSON: () => ({}) } }],
  ])('is left to JSON where it says %s', (_, words) => {
    expect(linesOf({ ...NOTHING, ...words } as SearchRequest)).toBeNull();
  });
});
