// The judged rows as a picture: how far above or below its floor each one is.
import { figure, type Row } from './tally.ts';

const ROW = 26;
const LEFT = 430;
const WIDTH = 420;
const TOP = 34;
/** Bars end here, at so many times the floor. */
const MOST = 8;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** How many times better than `limit`; below 1 it is worse. */
const times = ({ value, better }: Row, limit: number): number =>
  better === '>' ? value / limit : limit / value;

/** Logarithmic, from a quarter of the floor to MOST times it. */
const x = (ratio: number): number => {
  const from = Math.log(0.25);
  const share = (Math.log(Math.min(MOST, Math.max(0.25, ratio))) - from) / (Math.log(MOST) - from);
  return LEFT + share * WIDTH;
};

function bar(row: Row, floor: number, at: number): string {
  const y = TOP + at * ROW;
  const ratio = times(row, floor);
  const colour = ratio < 1 ? '#c43c39' : '#2f7d4f';
  const end = x(ratio);
  const from = Math.min(end, x(1));
  const aim =
    row.aim === undefined
      ? ''
      : `<path d="M${x(times({ ...row, value: row.aim }, floor)).toFixed(1)} ${y + 2}v${ROW - 8}" stroke="#888" stroke-dasharray="2 2"/>`;
  return (
    `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${escape(row.what)}</text>` +
    `<rect x="${from.toFixed(1)}" y="${y + 4}" width="${Math.max(1, Math.abs(end - x(1))).toFixed(1)}" height="${ROW - 12}" fill="${colour}"/>${aim}` +
    `<text x="${(Math.max(end, x(1)) + 6).toFixed(1)}" y="${y + 15}">${escape(`${figure(row.value)} ${row.unit}`)}</text>`
  );
}

/** An SVG of the rows that have a floor. */
export function chart(rows: readonly Row[]): string {
  const bars = rows.flatMap((row) =>
    row.floor === undefined || row.unfit !== undefined ? [] : [{ row, floor: row.floor }],
  );
  const height = TOP + bars.length * ROW + 10;
  const zero = x(1).toFixed(1);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 130} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Measured against floor and aim">\n` +
    `<rect width="100%" height="100%" fill="#fff"/>\n` +
    `<text x="${zero}" y="16" text-anchor="middle">floor</text>` +
    `<text x="${x(4).toFixed(1)}" y="16" text-anchor="middle" fill="#666">4 times better; dashes are the aim</text>\n` +
    bars.map(({ row, floor }, at) => bar(row, floor, at)).join('\n') +
    `\n<path d="M${zero} 22V${height - 6}" stroke="#333"/>\n</svg>\n`
  );
}
