// A chart over time or over buckets. Every chart is a figure with a sentence, can be walked by the arrow keys, and has its numbers as a table behind it.
import { h, replace } from './dom.ts';
import { seconds } from '../../../metrics/numbers.ts';
import { formatOf, plot, type Plot } from './plot.ts';
import { onTheme } from './theme.ts';

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** CSS variable. */
  readonly colour: string;
  readonly dash?: readonly number[];
  /** Second axis, on the right. */
  readonly right?: boolean;
  readonly style?: 'line' | 'area' | 'bars' | 'dots';
}

export interface Mark {
  readonly at: number;
  readonly label: string;
  /** Keeps its word where there is not room for all. */
  readonly first?: boolean;
}

export interface ChartData {
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Vertical lines, with a word. */
  readonly marks?: readonly Mark[];
  /** Horizontal lines, e.g. the limit of a threshold. */
  readonly limits?: readonly Mark[];
}

export interface ChartOptions {
  readonly title: string;
  /** Shows a value of the left (or right) axis, with its unit. */
  readonly format: (value: number) => string;
  readonly formatRight?: (value: number) => string;
  /** Shows a value of the x axis; default: time since the start. */
  readonly formatX?: (value: number) => string;
  /** The left axis counts: whole numbers alone. */
  readonly whole?: boolean;
  readonly logarithmic?: boolean;
  readonly height?: number;
}

export interface Chart {
  readonly element: HTMLElement;
  update(data: ChartData): void;
}

const width = (frame: HTMLElement): number => Math.max(260, frame.clientWidth || 560);

/** Makes a chart; it draws itself at the first `update` and follows size and theme from then on. */
export function chart(options: ChartOptions): Chart {
  const { title } = options;
  const frame = h('div', { class: 'chart', tabindex: '0', role: 'img', 'aria-label': title });
  const caption = h('figcaption');
  const behind = h('details', { class: 'noprint' }, h('summary', {}, `numbers of “${title}”`));
  let drawn: Plot | null = null;
  let data: ChartData = { x: [], lines: [] };
  let shape = '';
  const draw = (): void => {
    drawn?.destroy();
    drawn = plot(frame, options, () => data, width(frame));
  };
  onTheme(() => drawn && draw());
  new ResizeObserver(() => {
    if (drawn && drawn.width !== width(frame)) drawn.resize(width(frame));
  }).observe(frame);
  frame.addEventListener('keydown', (event) => {
    if (drawn?.walk(event.key)) event.preventDefault();
  });
  behind.addEventListener('toggle', () => behind.open && fillTable(behind, options, data));
  const update = (next: ChartData): void => {
    data = next;
    const nextShape = next.lines.map(({ label }) => label).join('|');
    if (drawn && shape === nextShape) drawn.setData(data);
    else if (frame.isConnected) draw();
    else requestAnimationFrame(draw);
    shape = nextShape;
    caption.textContent = sentence(options, data);
    if (behind.open) fillTable(behind, options, data);
  };
  return { element: h('figure', {}, h('h3', {}, title), frame, caption, behind), update };
}

function sentence(options: ChartOptions, { lines }: ChartData): string {
  const parts = lines.flatMap((line) => {
    const known = line.values.filter((value) => value !== null);
    if (known.length === 0) return [];
    const show = formatOf(line, options);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return [`${line.label}: ${show(low)} to ${show(high)}, last ${show(known.at(-1) ?? 0)}`];
  });
  return parts.length === 0 ? 'Nothing was measured.' : `${parts.join(' · ')}.`;
}

/** The numbers of a chart, for whoever cannot or will not see it. */
function fillTable(behind: HTMLElement, options: ChartOptions, { x, lines }: ChartData): void {
  const { formatX, title } = options;
  const showX = formatX ?? seconds;
  const row = (at: number, index: number): HTMLElement => {
    const values = lines.map((line) => {
      const value = line.values[index] ?? null;
      return h('td', { class: 'n' }, value === null ? '' : formatOf(line, options)(value));
    });
    return h('tr', {}, h('th', { scope: 'row' }, showX(at)), ...values);
  };
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, formatX ? 'up to' : 'time'),
    ...lines.map(({ label }) => h('th', { scope: 'col', class: 'n' }, label)),
  );
  const made = h('table', {}, h('thead', {}, head), h('tbody', {}, ...x.map(row)));
  const frame = h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    made,
  );
  replace(behind, behind.firstElementChild, frame);
}
