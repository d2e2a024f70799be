// The metrics table of the help page, made from the table that the engine itself uses.
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import type { MetricRow } from '../../api/k6/metric-table.ts';
import { VIEW_KINDS } from '../../runtime/metrics/views.ts';

const TYPES = { counter: 'Counter', gauge: 'Gauge', rate: 'Rate', trend: 'Trend' } as const;

/** Markdown: one row a metric. */
export function metricTableMarkdown(): string {
  return table(['metric', 'type', 'what', 'tags'], METRIC_TABLE.map(metricRow));
}

/** Markdown: one row a view. */
export function viewTableMarkdown(): string {
  const rows = VIEW_KINDS.map(({ name, tags, metrics }) => [
    code(name),
    tags.length === 0 ? '–' : tags.map(code).join(', '),
    metrics === undefined ? 'all that have these tags' : code(metrics.source.replaceAll('\\', '')),
  ]);
  return table(['view', 'its tags', 'metrics'], rows);
}

function metricRow({ name, type, contains, tags, doc }: MetricRow): string[] {
  const unit = contains === 'time' ? ' (ms)' : contains === 'data' ? ' (bytes)' : '';
  return [code(name), `${TYPES[type]}${unit}`, doc, tags.map(code).join(' ') || '–'];
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
