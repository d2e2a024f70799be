// dicomrun help [TOPIC]: the documents of runtime/help, offline.
import { readdir, readFile } from 'node:fs/promises';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { packageRoot } from '../package-root.ts';
import type { DefineCommand } from '../program.ts';
import { suggestion } from '../suggest.ts';

export const define: DefineCommand = (command, { terminal }) => {
  command.argument('[topic]', 'name of a topic').action(async (topic: string | undefined) => {
    if (topic === undefined) {
      const names = await topics();
      terminal.out(`Topics (dicomrun help TOPIC):\n${names.map((n) => `  ${n}\n`).join('')}`);
      terminal.out('\nFlags of a command: dicomrun COMMAND --help\n');
      return;
    }
    terminal.out(await topicText(topic));
  });
};

async function topics(): Promise<readonly string[]> {
  const names = await readdir(helpFolder()).catch((): string[] => []);
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3))
    .sort();
}

/** The text of one topic. @throws DicomRunError 104 with the nearest name. */
async function topicText(topic: string): Promise<string> {
  const names = await topics();
  if (!names.includes(topic)) {
    const near = suggestion(topic, names);
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_HELP_TOPIC',
      message: `there is no help topic "${topic}"`,
      hint: near === null ? `topics: ${names.join(', ')}` : `dicomrun help ${near}`,
    });
  }
  return readFile(new URL(`${topic}.md`, helpFolder()), 'utf8');
}

function helpFolder(): URL {
  return new URL('runtime/help/', packageRoot());
}
