import { describe, expect, it } from 'vitest';
import { Archive } from '../archive/archive.ts';
import { Router } from '../router/router.ts';

const router = { destinations: {}, routes: [] };

describe('words of a specification', () => {
  it.each([
    [{ mode: 'stabel' }, 'router: mode: there is no "stabel"'],
    [{ retry: { retires: 10 } }, 'router: retry: there is no "retires"'],
    [{ faults: { requests: [{ serivce: 'C-STORE' }] } }, 'faults.requests: there is no "serivce"'],
  ])('of a router: %j', (wrong, message) => {
    expect(() => new Router({ ...router, ...(wrong as object) }, () => 0)).toThrow(message);
  });

  it.each([
    [{ keep: 'everything' }, 'archive: keep: there is no "everything"'],
    [{ duplicates: 'reject' }, 'archive: duplicates: there is no "reject"'],
    [{ commitOn: 'another' }, 'archive: commitOn: there is no "another"'],
    [{ faults: { stauts: {} } }, 'faults: there is no "stauts"'],
  ])('of an archive: %j', (wrong, message) => {
    expect(() => new Archive(wrong as object, () => 0)).toThrow(message);
  });
});
