// What the documents show: their snippets of TypeScript and their command lines, with the line where
// each begins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Snippet {
  /** `README.md:7`: file and line of its first line. */
  readonly at: string;
  readonly text: string;
}

/** README and every help topic, relative to the package. */
export function documents(root: string): readonly string[] {
  const topics = readdirSync(join(root, 'runtime', 'help')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...topics.sort().map((name) => `runtime/help/${name}`)];
}

interface Fence extends Snippet {
  /** What follows the three backticks: '', 'ts', 'sh', 'powershell', … */
  readonly language: string;
}

/** Every block of a document. */
export function fences(root: string, file: string): readonly Fence[] {
  const found: Fence[] = [];
  let open: { readonly language: string; readonly line: number; readonly text: string[] } | null =
    null;
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const mark = /^ *```(.*)$/.exec(line);
      if (mark === null) open?.text.push(line);
      else if (open === null) open = { language: mark[1]?.trim() ?? '', line: index + 2, text: [] };
      else {
        const { language, line: at, text } = open;
        found.push({ language, at: `${file}:${at}`, text: `${text.join('\n')}\n` });
        open = null;
      }
    });
  if (open !== null) throw new Error(`${file}: a fence is not closed`);
  return found;
}

/** All snippets of TypeScript. */
export function snippets(root: string): readonly Snippet[] {
  return documents(root).flatMap((file) =>
    fences(root, file).filter(({ language }) => language === 'ts'),
  );
}

/** Snippets of pipelines: YAML as GitHub, Azure and GitLab read it, Groovy as Jenkins does. */
export function pipelines(root: string): readonly (Snippet & { readonly language: string })[] {
  return documents(root).flatMap((file) =>
    fences(root, file).filter(({ language }) => /^(yaml|groovy)$/.test(language)),
  );
}

/** All command lines: of fences that are not TypeScript, and between backticks in the text. */
export function commandLines(root: string): readonly Snippet[] {
  return documents(root).flatMap((file) => {
    const fenced = fences(root, file)
      .filter(({ language }) => /^(|sh|bash|console|powershell)$/.test(language))
      .flatMap(({ at, text }) => fencedLines(text).map((line) => ({ at, text: line })));
    return [...fenced, ...inlineLines(root, file)];
  });
}

/** Lines that go on after a backslash or, in PowerShell, a backtick are one. */
function fencedLines(text: string): readonly string[] {
  return text
    .replace(/[\\`]\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/^\s*(\$ )?/, ''))
    .filter((line) => line.startsWith('dicomrun '))
    .map((line) => line.replace(/\s+#.*$| {3,}\S.*$|\s*[|>].*$/, (rest) => trailing(rest)));
}

/** Columns of spaces inside a command stay; remarks, pipes and redirections go. */
const trailing = (rest: string): string => (/^ {3,}/.test(rest) && !/#/.test(rest) ? rest : '');

function inlineLines(root: string, file: string): readonly Snippet[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    [...line.matchAll(/`(dicomrun [^`]+)`/g)].map(([, text = '']) => ({
      at: `${file}:${index + 1}`,
      text: text.replace(/\\\|/g, '|'),
    })),
  );
}
