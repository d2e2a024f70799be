// What was typed on the command line. Values travel as the user wrote them: the configuration parses
// and checks them together with every other source.
import type { Command } from 'commander';
import { dcmtkForms } from '../argv.ts';

/** Values by the flag's long name without dashes, as written; flags that were not given are absent. */
export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Key under which the program keeps the command line, before anything was made of it. */
export const TYPED = 'typed';

/** Flags that were typed as anything but their long name: long name without dashes -> `-c`, `-aec`. */
export function speltAs(command: Command): ReadonlyMap<string, string> {
  const typed = (command.parent?.getOptionValue(TYPED) ?? []) as readonly string[];
  const spelt = new Map<string, string>();
  for (const { short, long } of command.options) {
    const name = long?.replace(/^--/, '') ?? '';
    const forms = [short, ...dcmtkForms(long)].filter((form) => form !== undefined);
    const form = forms.find((one) => typed.some((token) => isForm(token, one)));
    const isLong = typed.some((token) => token === long || token.startsWith(`${long}=`));
    if (form !== undefined && !isLong) spelt.set(name, form);
  }
  return spelt;
}

/** A message that names flags, with each as it was typed: `+IR` where it says `--images-per-series`. */
export function asTyped(command: Command, text: string): string {
  const spelt = speltAs(command);
  return text.replace(/--([a-z][a-z-]*)/g, (long, name: string) => spelt.get(name) ?? long);
}

/** `-u5` is `-u`, but `-aec` is not `-a`. */
const isForm = (token: string, form: string): boolean =>
  token === form || (form.length === 2 && new RegExp(`^${form}[\\d=]`).test(token));

/** What was given on the command line, and nothing that was not. */
export function givenFlags(command: Command): FlagValues {
  const given: Record<string, string | number | boolean | readonly string[]> = {};
  const spelt = speltAs(command);
  for (const option of command.options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== 'cli') continue;
    if (key === 'aec' || key === 'aet') continue;
    const value = command.getOptionValue(key) as string | boolean;
    // `--no-x` and `--x` share one attribute: only the one that was meant counts.
    if (option.negate !== (value === false)) continue;
    const name = option.long?.replace(/^--/, '') ?? key;
    given[name] = option.negate ? true : value;
    const form = spelt.get(name);
    if (form !== undefined) given[`as:${name}`] = `flag ${form}`;
  }
  return given;
}
