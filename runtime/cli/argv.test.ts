import { describe, expect, it } from 'vitest';
import { connectFrom, normaliseArgv, splitHostPort } from './argv.ts';

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

  it('takes AET@host:port where dcmtk has a host', () => {
    expect(connectFrom({ host: 'PACS@10.0.0.1:104' })).toBe('PACS@10.0.0.1:104');
  });

  it('prefers -c', () => {
    expect(connectFrom({ connect: 'X@h:1', aec: 'Y', host: 'z' })).toBe('X@h:1');
  });
});

describe('splitHostPort', () => {
  const none = () => false;

  it('finds host and port in front, as storescu has them, and at the end', () => {
    const found = { words: ['a.dcm'], host: '10.0.0.1', port: '104' };
    expect(splitHostPort(['10.0.0.1', '104', 'a.dcm'], none)).toEqual(found);
    expect(splitHostPort(['a.dcm', '10.0.0.1', '104'], none)).toEqual(found);
  });

  it('leaves files and words without a port alone', () => {
    expect(splitHostPort(['a.dcm', 'b.dcm', 'c.dcm'], none)).toEqual({
      words: ['a.dcm', 'b.dcm', 'c.dcm'],
    });
    const words = ['study', '104', 'a.dcm'];
    expect(splitHostPort(words, (word) => word === 'study')).toEqual({ words });
    expect(splitHostPort(['study', '104'], none)).toEqual({ words: ['study', '104'] });
  });
});

it('words of every object, such as constructor, are words like any other', () => {
  const words = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
  expect(normaliseArgv(words)).toEqual(words);
});
