// Words in the help topics: a section by its heading, and the lines that a word stands in.

/** A heading with all that belongs to it; null when there is none of that name. */
export function sectionOf(text: string, name: string): string | null {
  const lines = text.split('\n');
  const wanted = plain(name);
  const levels = lines.map(levelOf(lines));
  const fits = (test: (heading: string) => boolean): number =>
    lines.findIndex((line, i) => levels[i] !== 0 && test(plain(line.replace(/^#+ /, ''))));
  const exact = fits((heading) => heading === wanted);
  const at = exact !== -1 ? exact : fits((heading) => heading.includes(wanted));
  if (at === -1) return null;
  const end = levels.findIndex((level, i) => i > at && level !== 0 && level <= (levels[at] ?? 0));
  return `${lines
    .slice(at, end === -1 ? undefined : end)
    .join('\n')
    .trimEnd()}\n`;
}

/** What of a heading is its name: no code marks, no capitals. */
const plain = (text: string): string => text.replace(/[`*]/g, '').trim().toLowerCase();

/** 1 for `#`, 2 for `##` …, 0 for what is no heading; a comment in a block of code is none. */
function levelOf(lines: readonly string[]): (line: string, at: number) => number {
  let inCode = false;
  const code = lines.map((line) => {
    if (line.startsWith('```')) inCode = !inCode;
    return inCode;
  });
  return (line, at) => (code[at] === true ? 0 : (/^(#+) /.exec(line)?.[1]?.length ?? 0));
}

export interface Hit {
  readonly topic: string;
  readonly line: string;
}

/** The first lines of a topic that hold all of these words, whole words before parts of others. */
export function linesWith(
  topic: string,
  text: string,
  words: readonly string[],
  most: number,
): Hit[] {
  const patterns = words.map((word) => word.toLowerCase());
  const whole = patterns.map((word) => new RegExp(`(^|[^\\w])${escaped(word)}([^\\w]|$)`));
  const lines = text.split('\n').filter((line) => !/^(```|\|[-: |]+\|$)/.test(line));
  const holds = lines.filter((line) => patterns.every((word) => line.toLowerCase().includes(word)));
  const exact = holds.filter((line) => whole.every((word) => word.test(line.toLowerCase())));
  const chosen = [...exact, ...holds.filter((line) => !exact.includes(line))];
  return chosen.slice(0, most).map((line) => ({ topic, line: line.replace(/^#+ /, '').trim() }));
}

/** So much of a line as fits, and the first of the words in it. */
export function excerpt(line: string, words: readonly string[], most: number): string {
  if (line.length <= most) return line;
  const [word = ''] = words;
  const at = line.toLowerCase().indexOf(word.toLowerCase());
  if (at + word.length < most) return `${line.slice(0, most - 1)}…`;
  // The word stands in the middle of what is left, whole words before it.
  const middle = Math.max(0, Math.min(at - Math.floor(most / 2), line.length - most + 2));
  const gap = line.indexOf(' ', middle);
  const rest = line.slice(gap < 0 || gap > at ? middle : gap + 1);
  return rest.length < most ? `…${rest}` : `…${rest.slice(0, most - 2)}…`;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
