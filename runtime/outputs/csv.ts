// `--out csv=FILE`: every sample, one row each; the bounded tags have columns of their own, the
// user's tags stand together in `extra_tags` as `name=value&name=value`.
import { FileOutput, fileKind } from './file-output.ts';
import type { FileOutputOptions } from './file-output.ts';
import type { Output } from './output.ts';

export const CSV_TAGS: readonly string[] = [
  'scenario',
  'group',
  'stage',
  'service',
  'status',
  'outcome',
  'called_aet',
  'calling_aet',
  'route',
  'modality',
  'sop_class',
  'transfer_syntax',
  'size_class',
  'check',
  'phase',
];

/** `--out csv=FILE`. */
export const csvOutput = fileKind('csv', (options) => createCsvOutput(options));

/** Timestamps are seconds since the epoch with µs. */
export function createCsvOutput(options: FileOutputOptions): Output {
  return new FileOutput('csv', options, {
    head: ['metric_name', 'timestamp', 'metric_value', ...CSV_TAGS, 'extra_tags'].join(','),
    announce: () => null,
    prefix: ({ metric, tags }) => {
      const columns = CSV_TAGS.map((name) => cell(tags[name] ?? ''));
      const extra = Object.entries(tags)
        .filter(([name]) => !CSV_TAGS.includes(name))
        .map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
      return { metric: cell(metric), tags: [...columns, cell(extra.join('&'))].join(',') };
    },
    line: ({ metric, tags }, value, epochMs) =>
      `${metric},${(epochMs / 1000).toFixed(6)},${value},${tags}`,
  });
}

/** Half a surrogate pair, as a cut in an emoji leaves it, is no text: it becomes U+FFFD. */
function escaped(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/**
 * Quoted where it must be; a leading `=`, `+`, `-` or `@`, also behind a tab or a line break, would
 * be a formula in a spreadsheet.
 */
function cell(text: string): string {
  const plain = /^[\t\r\n]*[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
