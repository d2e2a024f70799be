// Two runs side by side as one HTML file that needs no network and runs no script.
import type { Summary } from '../../../metrics/summary.ts';
import { verdictWord } from '../../../metrics/verdict-word.ts';
import { span } from '../../../metrics/numbers.ts';
import { escapeHtml } from '../../../report/html/sealed.ts';
import type { CompareRow, RunChange } from './compare-runs.ts';
import { cellsOf, conclusion, HEAD } from './compare-text.ts';

export interface Compared extends RunChange {
  readonly before: Summary;
  readonly after: Summary;
  /** What makes the comparison doubtful. */
  readonly doubtful: readonly string[];
}

const STYLE = `:root{color-scheme:light dark;--ink:#16202b;--faint:#5a6673;--line:#d5dae0;--paper:#fff;
--good:#006d4b;--bad:#b3261e;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--faint:#a3afbc;--line:#333d48;--paper:#12171d;
--good:#53d3a3;--bad:#ff8a80;--warn:#f5c04a}}
@media print{:root{--ink:#16202b;--faint:#5a6673;--line:#d5dae0;--paper:#fff;--good:#006d4b;
--bad:#b3261e;--warn:#8a5a00}}
@page{margin:14mm}
body{margin:0 auto;padding:20px;max-width:980px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:24px;margin:0 0 12px}p{margin:4px 0}.faint{color:var(--faint);font-size:13px}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:14px;margin:16px 0}
th,td{text-align:right;padding:5px 0 5px 22px;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--faint);font-weight:600;vertical-align:top}
th:first-child{text-align:left;padding-left:0}tbody th{color:var(--ink);font-weight:400}
tr{break-inside:avoid}.better{color:var(--good)}.worse{color:var(--bad);font-weight:600}
.noise{color:var(--faint)}.doubt{color:var(--warn)}
small{display:block;font-weight:400;white-space:normal;max-width:18em;overflow-wrap:anywhere}`;

export function compareHtml(compared: Compared): string {
  const { before, after, rows, broken, doubtful } = compared;
  const [verdict = '', ...legend] = conclusion(compared, (_, text) => text);
  const heads = HEAD.map((name) => {
    const run = name === 'before' ? before : name === 'after' ? after : null;
    return `<th scope="col">${name || 'verdict'}${run ? about(run) : ''}</th>`;
  });
  const worse = broken.length > 0 || rows.some((row) => row.verdict === 'worse');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${verdict}: ${before.run.id} and ${after.run.id}`)}</title>
<style>${STYLE}</style></head>
<body><main><h1 class="${worse ? 'worse' : 'better'}">${escapeHtml(verdict)}</h1>
${doubtful.map((line) => `<p class="doubt">⚠ ${escapeHtml(line)}</p>`).join('\n')}
<div class="scroll" tabindex="0" role="region" aria-label="figures of both runs"><table>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.map(rowHtml).join('\n')}
</tbody></table></div>
${legend.map((line) => `<p class="faint">${escapeHtml(line)}</p>`).join('\n')}
</main></body></html>
`;
}

/** Which run it was, under the head of its column. */
function about({ run, verdict }: Summary): string {
  const words = [run.id, span(run.durationMs), verdictWord(verdict)];
  return `<small>${words.map(escapeHtml).join('<br>')}</small>`;
}

function rowHtml(row: CompareRow): string {
  const [figure = '', ...cells] = cellsOf(row, '±');
  const verdict = cells.pop() ?? '';
  const numbers = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
  const word = verdict === 'same' ? '' : verdict;
  return `<tr><th scope="row">${escapeHtml(figure)}</th>${numbers}<td class="${verdict}">${word}</td></tr>`;
}
