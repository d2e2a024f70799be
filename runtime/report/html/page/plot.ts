// Draws a chart: the only file that knows uPlot.
import uPlot from 'uplot';
import type { ChartData, ChartOptions, Line, Mark } from './chart.ts';
import { seconds } from '../../../metrics/numbers.ts';
import { placeWords } from './labels.ts';
import { colour, onPaper } from './theme.ts';

/** A drawn chart. */
export interface Plot {
  readonly width: number;
  /** New numbers for the same lines. */
  setData(data: ChartData): void;
  resize(width: number): void;
  /** Moves the cursor as a key asks; true when the key was one of ours. */
  walk(key: string): boolean;
  destroy(): void;
}

const SYNC = uPlot.sync('time');

/** @param data the data of the moment; asked again whenever the plot is drawn */
export function plot(
  frame: HTMLElement,
  options: ChartOptions,
  data: () => ChartData,
  width: number,
): Plot {
  const made = new uPlot(plotOptions(options, data, width), columns(data()), frame);
  return {
    get width() {
      return made.width;
    },
    setData: (next) => made.setData(columns(next)),
    resize: (wide) => made.setSize({ width: wide, height: made.height }),
    walk: (key) => walk(made, key),
    destroy: () => made.destroy(),
  };
}

function columns({ x, lines }: ChartData): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])];
}

/** Format of the axis a line belongs to. */
export function formatOf(line: Line, options: ChartOptions): (value: number) => string {
  return line.right ? (options.formatRight ?? options.format) : options.format;
}

/** So that three charts with their sentences fit on a page of A4 or Letter. */
const PAPER_HEIGHT = 170;

function plotOptions(options: ChartOptions, data: () => ChartData, width: number): uPlot.Options {
  const { formatX, height = onPaper() ? PAPER_HEIGHT : 220 } = options;
  const showX = formatX ?? seconds;
  const { lines } = data();
  const right = lines.some((line) => line.right);
  return {
    width,
    height,
    ...(!formatX && { cursor: { sync: { key: SYNC.key } } }),
    legend: { live: true },
    scales: {
      x: { time: false, ...(formatX && { range: wholeBars }) },
      y: options.logarithmic ? { distr: 3 } : { range: fromZero },
      ...(right && { right: { range: fromZero } }),
    },
    axes: axes(options, right),
    series: [
      {
        label: formatX ? 'up to' : 'time',
        value: (_, value) => (value === null ? '–' : showX(value)),
      },
      ...lines.map((line) => series(line, options)),
    ],
    hooks: { draw: [(drawn) => annotate(drawn, data())] },
  };
}

/** Steps of a time axis that people count in. */
const SECONDS = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
].concat([1, 2, 3, 6, 12, 24].map((hours) => hours * 3600));

/** Of things that are counted: no 2.5, which would be shown as 3. */
const WHOLE = Array.from({ length: 10 }, (_, digits) =>
  [1, 2, 5].map((first) => first * 10 ** digits),
).flat();

function axes(options: ChartOptions, right: boolean): uPlot.Axis[] {
  const look = {
    stroke: colour('faint'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
  };
  const texts =
    (format: (value: number) => string) =>
    (_: uPlot, ticks: (number | null)[]): string[] =>
      ticks.map((tick) => (tick === null ? '' : format(tick)));
  const x = {
    ...look,
    values: texts(options.formatX ?? seconds),
    ...(!options.formatX && { incrs: SECONDS, space: 70 }),
  };
  const y = {
    ...look,
    size: 76,
    values: texts(options.format),
    ...(options.whole === true && { incrs: WHOLE }),
  };
  if (!right) return [x, y];
  const values = texts(options.formatRight ?? options.format);
  return [x, y, { ...look, scale: 'right', side: 1, size: 76, grid: { show: false }, values }];
}

function wholeBars(_: uPlot, low: number, high: number): [number, number] {
  return [low - 0.5, high + 0.5];
}

function fromZero(_: uPlot, low: number | null, high: number | null): [number, number] {
  return [Math.min(0, low ?? 0), high === null || high <= 0 ? 1 : high * 1.06];
}

const HIDDEN = { show: false };

function series(line: Line, options: ChartOptions): uPlot.Series {
  const stroke = colour(line.colour);
  const format = formatOf(line, options);
  const bars = line.style === 'bars';
  const dots = line.style === 'dots';
  const paths = bars ? uPlot.paths.bars?.({ size: [0.9, 60] }) : dots ? () => null : undefined;
  return {
    label: line.label,
    stroke,
    width: bars ? 0 : 2,
    scale: line.right ? 'right' : 'y',
    value: (_, value) => (value === null ? '–' : format(value)),
    points: dots ? { show: true, size: 5, fill: stroke, width: 0 } : bars ? HIDDEN : { size: 5 },
    ...(paths && { paths }),
    ...(line.dash && { dash: [...line.dash] }),
    ...((bars || line.style === 'area') && { fill: bars ? stroke : `${stroke}2e` }),
  };
}

/** Rows of the words of marks, and pixels of one. */
const [WORD_ROWS, ROW_HEIGHT, GAP] = [3, 13, 4];

/** Stage borders and threshold limits, drawn into the plot with their word. */
function annotate(drawn: uPlot, { marks = [], limits = [] }: ChartData): void {
  const { ctx } = drawn;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.font = `${11 * ratio}px sans-serif`;
  ctx.textAlign = 'left'; // the axes leave their own alignment behind
  ctx.textBaseline = 'alphabetic';
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 4 * ratio]);
  drawMarks(drawn, marks, ratio);
  drawLimits(drawn, limits, ratio);
  ctx.restore();
}

function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly Mark[], ratio: number): void {
  ctx.strokeStyle = ctx.fillStyle = colour('faint');
  const seen = marks
    .map((mark) => ({ ...mark, x: valToPos(mark.at, 'x', true) }))
    .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width)
    .map((mark) => ({ ...mark, width: ctx.measureText(mark.label).width }));
  const room = { left: bbox.left, right: bbox.left + bbox.width, rows: WORD_ROWS };
  const places = placeWords(seen, { ...room, gap: GAP * ratio });
  seen.forEach(({ x, label }, at) => {
    stroke(ctx, [x, bbox.top, x, bbox.top + bbox.height]);
    const place = places[at];
    if (place) ctx.fillText(label, place.left, bbox.top + (11 + ROW_HEIGHT * place.row) * ratio);
  });
}

/** Words of limits that are close to each other stand side by side. */
function drawLimits({ ctx, bbox, valToPos }: uPlot, limits: readonly Mark[], ratio: number): void {
  ctx.strokeStyle = ctx.fillStyle = colour('bad');
  const drawnAt: { readonly y: number; right: number }[] = [];
  for (const { at, label } of limits) {
    const y = valToPos(at, 'y', true);
    if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue;
    stroke(ctx, [bbox.left, y, bbox.left + bbox.width, y]);
    const near = drawnAt.filter((one) => Math.abs(one.y - y) < ROW_HEIGHT * ratio);
    const left = Math.max(bbox.left, ...near.map(({ right }) => right)) + 6 * ratio;
    drawnAt.push({ y, right: left + ctx.measureText(label).width });
    ctx.fillText(label, left, y - 4 * ratio);
  }
}

type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

function stroke(ctx: CanvasRenderingContext2D, [x0, y0, x1, y1]: Segment): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

function walk(drawn: uPlot, key: string): boolean {
  const [x = []] = drawn.data;
  const at = drawn.cursor.idx ?? -1;
  const goals: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: x.length - 1,
  };
  const goal = goals[key];
  if (goal === undefined || x.length === 0) return false;
  const index = Math.max(0, Math.min(x.length - 1, goal));
  const left = drawn.valToPos(x[index] ?? 0, 'x');
  drawn.setCursor({ left, top: drawn.over.clientHeight / 2 });
  return true;
}
