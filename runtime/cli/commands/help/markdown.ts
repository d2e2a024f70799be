// A document of runtime/help as a terminal shows it: tables fit the width, headings stand out. The
// documents are ours, so this reads the Markdown that they use and leaves the rest as it stands.

export interface Look {
  /** Columns of the terminal. */
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** The text, with its tables and paragraphs set to the width and its comments left out. */
export function renderMarkdown(text: string, look: Look): string {
  const out: string[] = [];
  const lines = text.replace(/<!--[^]*?-->\n?/g, '').split('\n');
  for (let i = 0; i < lines.length;) {
    const line = lines[i] ?? '';
    const block = blockAt(lines, i);
    if (line.startsWith('```')) out.push(...block);
    else if (line.startsWith('|')) out.push(...renderTable(block.map(cellsOf), look));
    else if (line.startsWith('#')) out.push(look.bold(line));
    else out.push(...folded(joined(block), look.width));
    i += block.length;
  }
  return out.join('\n').replace(/\n{3,}/g, '\n\n');
}

/** The lines from here that belong together: a block of code, a table, a paragraph, an item. */
function blockAt(lines: readonly string[], from: number): readonly string[] {
  const first = lines[from] ?? '';
  const isEnd = (line: string, i: number): boolean => {
    if (first.startsWith('```')) return (lines[i - 1] ?? '').startsWith('```') && i - 1 > from;
    if (first.startsWith('|')) return !line.startsWith('|');
    return (
      first.trim() === '' || first.startsWith('#') || /^(\s*$|#|\||```|\s*([-*]|\d+\.) )/.test(line)
    );
  };
  const end = lines.findIndex((line, i) => i > from && isEnd(line, i));
  return lines.slice(from, end === -1 ? undefined : end);
}

const joined = (lines: readonly string[]): string =>
  lines.map((line, i) => (i === 0 ? line.trimEnd() : line.trim())).join(' ');

/** `| a | b |`; a bar in a cell is written `\|`. */
const cellsOf = (row: string): string[] =>
  row
    .replace(/^\||(?<!\\)\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('<br>', ' '));

const isRule = (cells: readonly string[]): boolean => cells.every((cell) => /^:?-+:?$/.test(cell));

const GAP = '  ';
/** A column narrower than this reads like a ribbon. */
const NARROW = 18;
/** And a row higher than this like a column. */
const HIGH = 5;

function renderTable(rows: readonly (readonly string[])[], look: Look): string[] {
  const [head = [], ...rest] = rows;
  const body = rest.filter((cells) => !isRule(cells));
  const widths = fit([head, ...body], look.width);
  return widths === null ? stacked(head, body, look) : columns(head, body, widths, look);
}

/** Widths of the columns; null when they would be too narrow or the rows too high. */
function fit(rows: readonly (readonly string[])[], width: number): number[] | null {
  const count = Math.max(...rows.map((row) => row.length));
  const cell = (row: readonly string[], i: number): string => row[i] ?? '';
  const of = (measure: (text: string) => number): number[] =>
    Array.from({ length: count }, (_, i) =>
      Math.max(1, ...rows.map((row) => measure(cell(row, i)))),
    );
  const widths = of((text) => text.length);
  const least = of((text) => Math.min(text.length, NARROW, longestWord(text)));
  const room = width - GAP.length * (count - 1);
  let over = widths.reduce((sum, each) => sum + each, 0) - room;
  while (over > 0) {
    const widest = widths.reduce(
      (best, each, i) => {
        const can = each > (least[i] ?? 0);
        return can && each > (widths[best] ?? 0) ? i : best;
      },
      widths.findIndex((each, i) => each > (least[i] ?? 0)),
    );
    if (widest === -1) return null;
    widths[widest] = (widths[widest] ?? 1) - 1;
    over--;
  }
  const high = rows.some((row) =>
    row.some((text, i) => folded(text, widths[i] ?? 1).length > HIGH),
  );
  const broken = rows.some((row) => row.some((text, i) => longestWord(text) > (widths[i] ?? 1)));
  return high || broken ? null : widths;
}

const longestWord = (text: string): number =>
  Math.max(0, ...text.split(' ').map((word) => word.length));

function columns(
  head: readonly string[],
  body: readonly (readonly string[])[],
  widths: readonly number[],
  look: Look,
): string[] {
  const set = (cells: readonly string[], style = (text: string) => text): string[] => {
    const parts = widths.map((width, i) => folded(cells[i] ?? '', width));
    const height = Math.max(...parts.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => {
      const line = parts.map((lines, i) => (lines[at] ?? '').padEnd(widths[i] ?? 0)).join(GAP);
      return style(line.trimEnd());
    });
  };
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  return [...set(head, look.bold), look.faint(rule), ...body.flatMap((cells) => set(cells))];
}

/** One below the other: the first cell as a title, each other one under its column's name. */
function stacked(
  head: readonly string[],
  body: readonly (readonly string[])[],
  look: Look,
): string[] {
  const named = (cells: readonly string[], i: number): string =>
    i === 1 ? (cells[i] ?? '') : `${head[i] ?? ''}: ${cells[i] ?? ''}`;
  const places = head.map((_, i) => i).slice(1);
  return body.flatMap((cells) => {
    const filled = places.filter((i) => (cells[i] ?? '') !== '');
    // What is short in every row stands beside the title, when the line takes it.
    const short = filled.filter((i) => isShort(body, i));
    const title = [cells[0] ?? '', ...short.map((i) => cells[i] ?? '')].join(GAP);
    const below = filled.filter((i) => !short.includes(i)).map((i) => named(cells, i));
    const under = (text: string): string[] => folded(text, look.width - 4);
    const [first, ...rest] =
      title.length <= look.width
        ? [look.bold(cells[0] ?? '') + look.faint(title.slice((cells[0] ?? '').length))]
        : [
            ...folded(cells[0] ?? '', look.width).map(look.bold),
            ...under(short.map((i) => named(cells, i)).join(', ')).map((line) => `    ${line}`),
          ];
    return [first ?? '', ...rest, ...below.flatMap(under).map((line) => `    ${line}`)];
  });
}

const isShort = (body: readonly (readonly string[])[], column: number): boolean =>
  body.every((cells) => (cells[column] ?? '').length <= NARROW);

/** Broken between words; a list's further lines stand under its text. */
function folded(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const indent = /^\s*(?:[-*]|\d+\.)?\s*/.exec(line)?.[0].length ?? 0;
  const hang = ' '.repeat(indent < width / 2 ? indent : 0);
  const out: string[] = [];
  let now = '';
  for (const word of line.slice(indent).split(' ')) {
    const next = now === '' ? word : `${now} ${word}`;
    if (now !== '' && hang.length + next.length > width) {
      out.push(now);
      now = word;
    } else now = next;
  }
  out.push(now);
  return out.map((text, i) => (i === 0 ? line.slice(0, hang.length) : hang) + text);
}
