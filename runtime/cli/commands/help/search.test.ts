import { describe, expect, it } from 'vitest';
import { topics } from '../../topics.ts';
import { grouped, TOPIC_GROUPS } from './groups.ts';
import { linesWith, sectionOf } from './search.ts';

const TEXT = [
  ...['# Title', 'about', '## `Pool`', 'images', '### size', 'how many', '```', '# no heading'],
  ...['```', '## Pooling', 'later'],
].join('\n');

describe('a section', () => {
  it('is found by its heading, with what stands below it', () => {
    const pool = '## `Pool`\nimages\n### size\nhow many\n```\n# no heading\n```\n';
    expect(sectionOf(TEXT, 'pool')).toBe(pool);
    expect(sectionOf(TEXT, 'SIZE')).toBe('### size\nhow many\n```\n# no heading\n```\n');
    expect(sectionOf(TEXT, 'pooli')).toBe('## Pooling\nlater\n');
  });

  it('is null when no heading says it', () => {
    expect(sectionOf(TEXT, 'images')).toBeNull();
    expect(sectionOf(TEXT, 'no heading')).toBeNull();
  });
});

describe('lines with a word', () => {
  it('put the whole word first', () => {
    const text = 'retries\nretry of one\n';
    expect(linesWith('t', text, ['retr'], 5)).toHaveLength(2);
    expect(linesWith('t', `${text}a retr\n`, ['retr'], 1)).toEqual([
      { topic: 't', line: 'a retr' },
    ]);
  });

  it('hold all words, in any order, whatever they are made of', () => {
    expect(linesWith('t', 'p(95) of [a]\n', ['[a]', 'p(95)'], 5)).toHaveLength(1);
    expect(linesWith('t', 'one\ntwo\n', ['one', 'two'], 5)).toEqual([]);
  });
});

describe('groups', () => {
  it('name every topic once, and none that is not there', async () => {
    const names = await topics();
    expect(TOPIC_GROUPS.flatMap(([, members]) => members).sort()).toEqual([...names].sort());
    expect(grouped(['new-one']).at(-1)).toEqual(['Reference', ['new-one']]);
  });
});
