// Colour carries meaning only (green ok, yellow warning, red failure, cyan number, faint rest) and
// is never the only carrier: a word or a glyph always says the same.
import { styleText } from 'node:util';

export interface Paint {
  ok(text: string): string;
  warn(text: string): string;
  fail(text: string): string;
  number(text: string): string;
  faint(text: string): string;
  bold(text: string): string;
  readonly glyphs: Glyphs;
  /** Columns there are; Infinity where nothing is cut by a terminal. */
  readonly width: number;
}

export interface PaintOptions {
  /** Escape sequences are wanted. */
  readonly colour: boolean;
  /** The console does not take UTF-8. */
  readonly ascii: boolean;
  /** Columns of the terminal, if it is one. */
  readonly width?: number;
}

export interface Glyphs {
  readonly ok: string;
  readonly fail: string;
  readonly warn: string;
  readonly times: string;
  readonly dash: string;
  readonly dot: string;
  readonly to: string;
}

const UNICODE: Glyphs = {
  ok: '✓',
  fail: '✗',
  warn: '!',
  times: '×',
  dash: '–',
  dot: '·',
  to: '→',
};
const ASCII: Glyphs = { ok: 'ok', fail: 'X', warn: '!', times: 'x', dash: '-', dot: '|', to: '->' };

export function createPaint(options: PaintOptions): Paint {
  type Style = Parameters<typeof styleText>[0];
  const style =
    (format: Style) =>
    (text: string): string =>
      options.colour && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    ok: style('green'),
    warn: style('yellow'),
    fail: style('red'),
    number: style('cyan'),
    faint: style('dim'),
    bold: style('bold'),
    glyphs: options.ascii ? ASCII : UNICODE,
    width: options.width ?? Infinity,
  };
}

/** Columns that a text takes, without escape sequences. */
export function widthOf(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

/** Text of a peer or of a script: control characters would move the cursor or fake a line. */
export function safe(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}
