import { describe, expect, it } from 'vitest';
import { Status as ScriptStatus } from '../../../api/dicom/status-names.ts';
import { Status } from './status.ts';
import { SERVICE_NAMES, serviceWords } from './services.ts';
import { statusHint, statusName } from './status-text.ts';
import { STATUS_WORDS } from './status-words.ts';

describe('words of a status', () => {
  it('are there for every status that has a constant', () => {
    const wordless = Object.values(Status).filter((status) =>
      SERVICE_NAMES.every((service) => statusName(status, service) === 'failure'),
    );
    expect(wordless).toEqual([]);
  });

  it('are there for every status that a script can name, and it can name all of ours', () => {
    const named = Object.values(ScriptStatus);
    const wordless = named.filter((status) =>
      SERVICE_NAMES.every((service) => /^(failure|warning)$/.test(statusName(status, service))),
    );
    expect(wordless).toEqual([]);
    expect(Object.values(Status).filter((status) => !(named as number[]).includes(status))).toEqual(
      [],
    );
  });

  it('of a range are those of its head', () => {
    expect(statusName(0xa7ff, 'C-STORE')).toBe('out of resources');
    expect(statusHint(0xa7ff, 'C-GET')).toBe(statusHint(0xa700, 'C-GET'));
    expect(statusHint(0xc123, 'C-STORE')).toContain('cannot parse');
    expect(statusHint(0xc123, 'C-FIND')).toContain('cannot match');
    expect(statusHint(0xa8ff, 'C-MOVE')).toBeNull();
    expect(statusHint(0x0000, 'C-FIND')).toBeNull();
    expect(statusName(0xb123, 'C-FIND')).toBe('warning');
  });

  it('are those of the service, where it has its own', () => {
    expect(statusName(0xa900, 'C-STORE')).toBe('data set does not match SOP class');
    expect(statusName(0xa900, 'C-FIND')).toBe('identifier does not match SOP class');
    expect(statusHint(0xa801, 'C-MOVE')).toContain('register the destination');
    expect(statusName(0xb000, 'C-GET')).toContain('sub-operations complete');
    expect(statusHint(0xb000, 'C-GET')).not.toBe(statusHint(0xb000, 'C-MOVE'));
    expect(statusHint(0x0110, 'N-SET')).toContain('COMPLETED');
    expect(statusHint(0x0110, 'N-GET')).toBe(STATUS_WORDS.get(0x0110)?.[1]);
  });

  it('tell a remedy for every failure and warning of every service', () => {
    const tables = [STATUS_WORDS, ...SERVICE_NAMES.map(serviceWords)];
    const without = tables.flatMap((table) =>
      [...table].filter(([, [, hint]]) => hint === null).map(([status]) => status),
    );
    expect(without).toEqual([0x0000, 0xff00, 0xff01]);
  });
});
