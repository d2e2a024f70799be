import { describe, expect, it } from 'vitest';
import { connectFrom, normaliseArgv } from './argv.ts';

describe('normaliseArgv', () => {
  it('reads dcmtk’s single-dash long options', () => {
    expect(normaliseArgv(['echo', '-aec', 'PACS', '-aet', 'ME', '10.0.0.1', '104'])).toEqual([
      'echo',
      '--aec',
      'PACS',
      '--aet',
      'ME',
      '10.0.0.1',
      '104',
    ]);
  });

  it('leaves everything after -- and every other token alone', () => {
    expect(normaliseArgv(['run', '-e', 'A=1', '--', '-aec'])).toEqual([
      'run',
      '-e',
      'A=1',
      '--',
      '-aec',
    ]);
  });
});

describe('connectFrom', () => {
  it('joins dcmtk’s words, with dcmtk’s default title', () => {
    expect(connectFrom({ aec: 'PACS', host: '10.0.0.1', port: '104' })).toBe('PACS@10.0.0.1:104');
    expect(connectFrom({ host: 'pacs', port: '104' })).toBe('ANY-SCP@pacs:104');
    expect(connectFrom({ host: '::1', port: '104' })).toBe('ANY-SCP@[::1]:104');
    expect(connectFrom({ aec: 'PACS' })).toBeUndefined();
  });

  it('prefers -c', () => {
    expect(connectFrom({ connect: 'X@h:1', aec: 'Y', host: 'z' })).toBe('X@h:1');
  });
});
