// dicomrun help [TOPIC]: the documents of runtime/help, offline.
import type { Command } from 'commander';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import { nearest } from '../../metrics/distribution/nearest.ts';
import { textOf, titleOf, topics } from '../topics.ts';

export const define: DefineCommand = (command, { terminal, exit, helpOf }) => {
  command
    .argument('[topic]', 'name of a topic or of a command')
    .action(async (topic: string | undefined) => {
      if (topic === undefined) return terminal.out(await topicList());
      const code = await helpOf(topic);
      if (code !== null) exit(code);
      else terminal.out(await topicText(topic, namesOf(command.parent)));
    });
};

const namesOf = (program: Command | null): readonly string[] =>
  program?.commands.map((command) => command.name()) ?? [];

/** Every topic with the title of its document. */
async function topicList(): Promise<string> {
  const names = await topics();
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines = names.map(
    async (name) => `  ${name.padEnd(width)}${titleOf(await textOf(name))}\n`,
  );
  const list = (await Promise.all(lines)).join('');
  return `Topics (dicomrun help TOPIC):\n${list}\nFlags of a command: dicomrun help COMMAND\n`;
}

/** The text of one topic. @throws DicomRunError 104 with the nearest name, or where the word stands */
async function topicText(topic: string, commands: readonly string[]): Promise<string> {
  const names = await topics();
  if (names.includes(topic)) return textOf(topic);
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_HELP_TOPIC',
    message: `there is no help topic "${topic}"`,
    hint: await hintFor(topic, names, commands),
  });
}

async function hintFor(
  topic: string,
  names: readonly string[],
  commands: readonly string[],
): Promise<string> {
  const near = nearest(topic, [...names, ...commands]);
  if (near !== null) return `dicomrun help ${near}`;
  const found: string[] = [];
  for (const name of names) {
    if ((await textOf(name)).toLowerCase().includes(topic.toLowerCase())) found.push(name);
  }
  return found.length === 0
    ? `topics: ${names.join(', ')}`
    : `the word stands in: ${found.join(', ')}`;
}
