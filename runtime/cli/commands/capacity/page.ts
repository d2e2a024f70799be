// What the search found as one HTML file that needs no network and runs no script.
import { capacityText } from './chart.ts';
import type { Capacity } from './capacity.ts';
import type { Step } from './step.ts';

const [WIDTH, HEIGHT, EDGE] = [720, 260, 44];

/** A page with the knee as a chart, the table of steps and how it was measured. */
export function capacityPage(found: Capacity): string {
  const text = escape(capacityText(found, { colour: false, ascii: false }));
  const { script, startedAt, stepMs, vus, version } = found;
  const about = `${script}, ${startedAt}, steps of ${stepMs / 1000} s, at most ${vus} virtual users, dicomrun ${version}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Capacity of ${escape(script)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2rem;max-width:60rem;color-scheme:light dark}
pre{overflow:auto}.ok{fill:#1a7f37}.bad{fill:#cf222e}.line{stroke:#888}
text{font-size:11px;fill:currentColor}</style></head>
<body><h1>${escape(found.verdict)}</h1><p>${escape(about)}</p>
${chart(found)}
<pre>${text}</pre></body></html>
`;
}

/** p95 of an iteration over the offered rate; what held is green, what did not red. */
function chart({ steps, rate }: Capacity): string {
  const shown = steps.filter(({ p95Ms }) => p95Ms !== null);
  const most = Math.max(1e-9, ...shown.map((step) => step.rate));
  const slowest = Math.max(1e-9, ...shown.map(({ p95Ms }) => p95Ms ?? 0));
  const x = (value: number): string => (EDGE + (value / most) * (WIDTH - 2 * EDGE)).toFixed(1);
  const y = (ms: number): string =>
    (HEIGHT - EDGE - (ms / slowest) * (HEIGHT - 2 * EDGE)).toFixed(1);
  const knee = rate === null ? '' : line(x(rate), y(0), x(rate), y(slowest));
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="p95 over rate">
${line(x(0), y(0), x(most), y(0))}${line(x(0), y(0), x(0), y(slowest))}${knee}
${shown.map((step) => point(step, x(step.rate), y(step.p95Ms ?? 0))).join('\n')}
<text x="${x(0)}" y="${EDGE - 8}">p95 of an iteration, ${slowest.toFixed(0)} ms</text>
<text x="${x(most)}" y="${HEIGHT - EDGE + 16}" text-anchor="end">${most}/s offered</text>
</svg>`;
}

function point({ holds, rate }: Step, x: string, y: string): string {
  const title = `<title>${rate}/s ${holds ? 'holds' : 'does not hold'}</title>`;
  return `<circle class="${holds ? 'ok' : 'bad'}" cx="${x}" cy="${y}" r="5">${title}</circle>`;
}

function line(x1: string, y1: string, x2: string, y2: string): string {
  return `<line class="line" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
