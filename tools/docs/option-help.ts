// The option table as Markdown, for `dicomrun help configuration`.
import { formatNs } from '../../runtime/executors/duration.ts';
import { OPTION_TABLE, variableOf } from '../../runtime/config/option-table.ts';
import type { OptionRow } from '../../runtime/config/option-table.ts';

/** One row per option: key, flag, variable, default, meaning. */
export function optionHelp(): string {
  const rows = OPTION_TABLE.map((option) => {
    const flag = option.flag === undefined ? '' : `\`--${option.flag}\``;
    const key = `\`${option.path}\``;
    return `| ${key} | ${flag} | \`${variableOf(option.path)}\` | ${byDefault(option)} | ${option.doc} |`;
  });
  return ['| key | flag | variable | default | meaning |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

function byDefault({ kind, byDefault: value, choices }: OptionRow): string {
  const of = choices === undefined ? '' : ` of ${choices.join(', ')}`;
  if (value === null) return of === '' ? '' : `one${of}`;
  if (kind === 'duration') return formatNs(Number(value) * 1e6);
  if (kind === 'size') return `${Number(value) / 1e6}MB`;
  if (Array.isArray(value)) return value.length === 0 ? '' : value.join(',');
  return `${String(value)}${of}`;
}
