import { describe, expect, it } from 'vitest';
import { STATUS_HINTS, STATUS_NAMES, Status, statusHint, statusName } from './status.ts';

describe('statuses', () => {
  it('have a name each, and no hint is for one without a name', () => {
    for (const status of Object.values(Status)) expect(STATUS_NAMES.has(status)).toBe(true);
    for (const status of STATUS_HINTS.keys()) expect(STATUS_NAMES.has(status)).toBe(true);
  });

  it('of a range take name and hint of its head', () => {
    expect(statusName(0xa7ff)).toBe('out of resources');
    expect(statusHint(0xa7ff)).toBe(statusHint(0xa700));
    expect(statusHint(0xc123)).toContain('cannot parse');
    expect(statusHint(0xa8ff)).toBeNull();
    expect(statusHint(0x0000)).toBeNull();
  });
});
