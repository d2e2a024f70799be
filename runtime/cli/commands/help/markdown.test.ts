import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from './markdown.ts';

const plain = (text: string): string => text;
const render = (text: string, width = 80): string =>
  renderMarkdown(text, { width, bold: (part) => `<${part}>`, faint: plain });

describe('a document in a terminal', () => {
  it('has tables in columns where they fit', () => {
    expect(render('# Codes\n\n| code | meaning |\n|---|---|\n| 0 | PASS |\n| 99 | FAIL |\n')).toBe(
      '<# Codes>\n\n<code  meaning>\n----  -------\n0     PASS\n99    FAIL\n',
    );
  });

  it('wraps a cell within its column', () => {
    const row = `| 104 | ${'usage or configuration '.repeat(4).trim()} |`;
    const lines = render(`| code | meaning |\n|---|---|\n${row}\n`, 60).split('\n');
    expect(lines[2]).toMatch(/^104 {3}usage/);
    expect(lines[3]).toMatch(/^ {6}\S/);
  });

  it('stacks a table whose columns would be ribbons', () => {
    const tags = Array.from({ length: 13 }, (_, i) => `\`tag_number_${i}\``).join(' ');
    const text = `| metric | type | what | tags |\n|---|---|---|---|\n| \`dicom_req_duration_of_all\` | Trend (ms) | first byte sent to last byte read | ${tags} |\n`;
    expect(render(text, 60).split('\n').slice(0, 3)).toEqual([
      '<`dicom_req_duration_of_all`>  Trend (ms)',
      '    what: first byte sent to last byte read',
      '    tags: `tag_number_0` `tag_number_1` `tag_number_2`',
    ]);
  });

  it('sets a paragraph and an item anew, and keeps them apart', () => {
    const text = 'one\ntwo three\n\n- an item that\n  goes on\n- another\n```\ncode\n```\nend\n';
    const set = 'one two\nthree\n\n- an item\n  that\n  goes on\n- another\n```\ncode\n```\nend\n';
    expect(render(text, 10)).toBe(set);
  });

  it('knows a bar in a cell, leaves code as it is and comments out', () => {
    expect(render('<!-- made -->\n| a |\n|---|\n| x \\| y |\n')).toContain('x | y');
    expect(render('```\n| no | table |\n```\n')).toBe('```\n| no | table |\n```\n');
  });

  const folder = new URL('../../../help/', import.meta.url);
  const topics = readdirSync(folder).filter((name) => name.endsWith('.md'));
  it.each(topics)('%s fits 80 columns but for what cannot be broken', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const code = new Set(
      [...text.matchAll(/^```[^]*?^```/gm)].flatMap(([block]) => block.split('\n')),
    );
    const wide = renderMarkdown(text, { width: 80, bold: plain, faint: plain })
      .split('\n')
      .filter((line) => line.length > 80 && !code.has(line) && !/\S{60,}/.test(line));
    expect(wide.filter((line) => !line.startsWith('#'))).toEqual([]);
  });
});
