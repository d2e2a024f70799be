// The documents of runtime/help, as the package brings them.
import { readdir, readFile } from 'node:fs/promises';
import { packageRoot } from './package-root.ts';

/** Their names, sorted. */
export async function topics(): Promise<readonly string[]> {
  const names = await readdir(helpFolder()).catch((): string[] => []);
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3))
    .sort();
}

export const textOf = (topic: string): Promise<string> =>
  readFile(new URL(`${topic}.md`, helpFolder()), 'utf8');

/** The heading that it begins with. */
export const titleOf = (text: string): string => /^# (.*)/.exec(text)?.[1] ?? '';

function helpFolder(): URL {
  return new URL('runtime/help/', packageRoot());
}
