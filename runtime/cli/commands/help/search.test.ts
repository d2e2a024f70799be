import { describe, expect, it } from 'vitest';
import { topics } from '../../topics.ts';
import { grouped, TOPIC_GROUPS } from './groups.ts';
import { excerpt, linesWith, sectionOf } from './search.ts';

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

describe('an excerpt', () => {
  const line = `${'many words before it '.repeat(6)}the gracefulStop of a scenario${' and after'.repeat(9)}`;

  it.each([30, 60, 114])('of %i columns has the word in it', (most) => {
    const shown = excerpt(line, ['GracefulStop'], most);
    expect(shown).toContain('gracefulStop');
    expect(shown).toMatch(/^…[^]*…$/);
    expect(shown.length).toBeLessThanOrEqual(most);
  });

  it('is the beginning where the word is there, the end where it is there, or all', () => {
    expect(excerpt(`a word ${'x'.repeat(90)}`, ['word'], 40)).toMatch(/^a word x+…$/);
    expect(excerpt(`${'and '.repeat(30)}a word`, ['word'], 40)).toMatch(/^…and .* a word$/);
    expect(excerpt(`${'x'.repeat(90)}word`, ['word'], 40)).toContain('word');
    expect(excerpt('a word', ['word'], 40)).toBe('a word');
  });
});

describe('groups', () => {
  it('name every topic once, and none that is not there', async () => {
    const names = await topics();
    expect(TOPIC_GROUPS.flatMap(([, members]) => members).sort()).toEqual([...names].sort());
    expect(grouped(['new-one']).at(-1)).toEqual(['Reference', ['new-one']]);
  });
});
