// The option table as Markdown, for `dicomrun help configuration`.
import { defaultText, OPTION_TABLE, variableOf } from '../../runtime/config/option-table.ts';
import type { OptionRow } from '../../runtime/config/option-table.ts';

const HEAD = '| key | flag | variable | default | meaning |';

/** The page with the table as it is now, at its end. */
export function withOptions(page: string): string {
  return `${page.slice(0, page.indexOf(HEAD))}${optionHelp()}\n`;
}

/** One row per option: key, flag, variable, default, meaning. */
function optionHelp(): string {
  const rows = OPTION_TABLE.map((option) => {
    const flag = option.flag === undefined ? '' : `\`--${option.flag}\``;
    const key = `\`${option.path}\``;
    return `| ${key} | ${flag} | \`${variableOf(option.path)}\` | ${byDefault(option)} | ${option.doc} |`;
  });
  return [HEAD, '|---|---|---|---|---|', ...rows].join('\n');
}

function byDefault(option: OptionRow): string {
  const of = option.choices === undefined ? '' : ` of ${option.choices.join(', ')}`;
  if (option.byDefault === null) return of === '' ? '' : `one${of}`;
  return `${defaultText(option)}${of}`;
}
