// dicomrun help [TOPIC [NAME]]: the documents of runtime/help, offline; or where words stand in them.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { nearest } from '../../../metrics/distribution/nearest.ts';
import type { DefineCommand } from '../../command.ts';
import { type Terminal, widthOf } from '../../terminal.ts';
import { textOf, titleOf, topics } from '../../topics.ts';
import { grouped } from './groups.ts';
import { renderMarkdown } from './markdown.ts';
import { excerpt, linesWith, sectionOf, type Hit } from './search.ts';

export const define: DefineCommand = (command, { terminal, exit, helpOf }) => {
  command
    .argument('[words...]', 'a topic, a topic and a heading in it, a command, or words to look for')
    .action(async (words: readonly string[]) => {
      const [topic, ...rest] = words;
      if (topic === undefined) return terminal.out(await topicList(terminal));
      const code = rest.length === 0 ? await helpOf(topic) : null;
      if (code !== null) exit(code);
      else await show(terminal, await textFor([topic, ...rest], namesOf(command.parent), terminal));
    });
};

const namesOf = (program: Command | null): readonly string[] =>
  program?.commands.map((command) => command.name()) ?? [];

interface Shown {
  readonly text: string;
  /** Markdown; else lines as they are. */
  readonly isDocument: boolean;
}

const documentOf = (text: string): Shown => ({ text, isDocument: true });

/** Documents fit a terminal; a pipe gets them as they are, a row of a table on a line. */
async function show(terminal: Terminal, { text, isDocument }: Shown): Promise<void> {
  if (!terminal.outIsTTY) return terminal.out(text);
  if (!isDocument) return terminal.page(text);
  const bold = (part: string): string => terminal.style('bold', part, 'out');
  const faint = (part: string): string => terminal.style('dim', part, 'out');
  await terminal.page(renderMarkdown(text, { width: terminal.columns(), bold, faint }));
}

/** Every topic with the title of its document. */
async function topicList(terminal: Terminal): Promise<string> {
  const names = await topics();
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = async (name: string): Promise<string> =>
    `  ${name.padEnd(width)}${titleOf(await textOf(name))}\n`;
  const group = async ([title, members]: readonly [string, readonly string[]]): Promise<string> =>
    `${terminal.style('bold', `${title}:`, 'out')}\n${(await Promise.all(members.map(line))).join('')}`;
  const list = (await Promise.all(grouped(names).map(group))).join('');
  return [
    'Topics:  dicomrun help TOPIC',
    list.trimEnd(),
    '',
    'One heading of a topic:  dicomrun help api Pool',
    'Where a word stands:     dicomrun help gracefulStop',
    'Flags of a command:      dicomrun help COMMAND',
    '',
  ].join('\n');
}

/** A topic, a section of it, or the lines that hold the words. @throws DicomRunError 104 */
async function textFor(
  [topic, ...rest]: readonly [string, ...string[]],
  commands: readonly string[],
  terminal: Terminal,
): Promise<Shown> {
  const names = await topics();
  const isTopic = names.includes(topic);
  if (isTopic && rest.length === 0) return documentOf(await textOf(topic));
  if (isTopic) {
    const section = sectionOf(await textOf(topic), rest.join(' '));
    if (section !== null) return documentOf(section);
  }
  const words = isTopic ? rest : [topic, ...rest];
  const near = isTopic || rest.length > 0 ? null : nearest(topic, [...names, ...commands]);
  const hits = await hitsOf(isTopic ? [topic] : names, words);
  if (hits.length > 0) {
    const other = near === null ? '' : `\nOr did you mean:  dicomrun help ${near}\n`;
    return { text: `${hitText(words, hits, terminal)}${other}`, isDocument: false };
  }
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_HELP_TOPIC',
    message: isTopic
      ? `help topic "${topic}" has no heading and no line with "${words.join(' ')}"`
      : `there is no help topic "${words.join(' ')}", and no topic says it`,
    hint: near === null ? `topics: ${names.join(', ')}` : `dicomrun help ${near}`,
  });
}

/** So many lines of a topic are shown. */
const LINES = 3;

async function hitsOf(names: readonly string[], words: readonly string[]): Promise<Hit[]> {
  const most = names.length === 1 ? 20 : LINES;
  const found = names.map(async (name) => linesWith(name, await textOf(name), words, most));
  return (await Promise.all(found)).flat();
}

/** One line a hit, so wide as the terminal. */
function hitText(words: readonly string[], hits: readonly Hit[], terminal: Terminal): string {
  const most = Math.min(MOST, widthOf(terminal)) - INDENT.length;
  const names = [...new Set(hits.map(({ topic }) => topic))];
  const blocks = names.map((name) => {
    const lines = hits
      .filter(({ topic }) => topic === name)
      .map(({ line }) => `${INDENT}${excerpt(line, words, most)}`);
    return `  dicomrun help ${name}\n${lines.join('\n')}`;
  });
  return `"${words.join(' ')}" stands in:\n\n${blocks.join('\n\n')}\n`;
}

/** As long as a line of a pipe may be. */
const MOST = 114;
const INDENT = '    ';
