// dicomrun new FILE: a first script, and what an editor needs beside it. Never overwrites unasked.
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { makeFolder } from '../../../dicom/file/make-folder.ts';
import { distRoot } from '../../package-root.ts';
import type { DefineCommand } from '../../command.ts';
import { nearest } from '../../../metrics/distribution/nearest.ts';
import { printable } from '../../problem-text.ts';
import { shellWord } from '../../terminal.ts';
import { ENV_EXAMPLE, TEMPLATES, TSCONFIG } from './templates.ts';
import type { ScriptTemplate } from './templates.ts';

interface NewFlags {
  readonly template: string;
  readonly force?: boolean;
}

export const define: DefineCommand = (command, { terminal }) => {
  const list = TEMPLATES.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join('\n');
  command
    .argument('<file>', 'the script to write, e.g. gi-routing.ts')
    .option('-t, --template <name>', 'what to start from', 'minimal')
    .option('--force', 'overwrite the script if it is there')
    .addHelpText('after', `\nTemplates:\n${list}`)
    .action(async (given: string, flags: NewFlags) => {
      const template = templateOf(flags.template);
      const name = /\.[jt]s$/.test(given) ? given : `${given}.ts`;
      const file = resolve(terminal.cwd, name);
      if (/(^|[\\/])\.{0,2}$/.test(given)) throw noName(given);
      if (existsSync(file) && flags.force !== true) throw isThere(name);
      const folder = dirname(file);
      makeFolder(join(folder, '.dicomrun'));
      await writeFile(file, template.source);
      const written = [name, ...(await writeSurroundings(folder, terminal.cwd))];
      terminal.out(`written: ${written.map(printable).join(', ')}\n\nnext:\n${nextLines(name)}`);
    });
};

function templateOf(name: string): ScriptTemplate {
  const found = TEMPLATES.find((template) => template.name === name);
  if (found !== undefined) return found;
  const names = TEMPLATES.map((template) => template.name);
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_TEMPLATE',
    message: `there is no template "${name}"`,
    hint: nearest(name, names) ?? names.join(', '),
  });
}

function noName(given: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SCRIPT_NAME',
    message: `"${given}" names no file`,
    hint: `dicomrun new ${join(given, 'gi-routing.ts')}`,
  });
}

function isThere(name: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_FILE_EXISTS',
    message: `${name} is there already`,
    hint: 'choose another name, or --force to overwrite it',
  });
}

/** Types, tsconfig.json and .env.example; what is there already stays as it is. */
async function writeSurroundings(folder: string, cwd: string): Promise<readonly string[]> {
  const types = join(folder, '.dicomrun', 'dicom.d.ts');
  await copyFile(fileURLToPath(new URL('script.d.ts', distRoot())), types);
  const written = [types];
  for (const [file, text] of [
    ['tsconfig.json', TSCONFIG],
    ['.env.example', ENV_EXAMPLE],
  ] as const) {
    const path = join(folder, file);
    if (existsSync(path)) continue;
    await writeFile(path, text);
    written.push(path);
  }
  return written.map((path) => relative(cwd, path));
}

function nextLines(name: string): string {
  const script = shellWord(name);
  const commands = [
    [`dicomrun run ${script} --embedded --vus 2 --duration 10s`, 'try it, no server needed'],
    ['dicomrun doctor -c AET@host:port -b MY_AET', 'check your server'],
    [
      `dicomrun run ${script} -c AET@host:port -b MY_AET`,
      `${shellWord(basename(name))} against it`,
    ],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length)) + 3;
  return commands.map(([command, about]) => `  ${command.padEnd(width)}${about}\n`).join('');
}
