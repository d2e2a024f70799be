// What can be typed, as a shell has to know it: commands, their flags, and values that are a choice.
import type { Command } from 'commander';
import { REPORTERS } from '../smoke/reporters.ts';
import { TEMPLATES } from '../new/templates.ts';
import { topics } from '../../topics.ts';
import { OUTPUTS } from '../../../outputs/index.ts';
import { KINDS, LEVELS } from '../../wire/query.ts';

export interface FlagCompletion {
  /** `--vus`. */
  readonly long: string;
  /** `-u`. */
  readonly short: string | null;
  readonly about: string;
  readonly takesValue: boolean;
  /** Values to choose from; empty: anything, often a file. */
  readonly values: readonly string[];
}

export interface CommandCompletion {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly FlagCompletion[];
  /** Words for its first argument; empty: files. */
  readonly words: readonly string[];
}

/** Values that commander does not know of, by command and flag. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'new --template': TEMPLATES.map(({ name }) => name),
  'smoke --reporter': REPORTERS,
  'find --level': LEVELS,
};

/** `FLAG --out`: the same in every command. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  '--out': OUTPUTS.map(({ kind }) => `${kind}=`),
  '--ledger': ['studies', 'instances', 'none'],
  '--summary-time-unit': ['s', 'ms', 'us'],
};

export async function completions(
  commands: readonly Command[],
): Promise<readonly CommandCompletion[]> {
  const names = commands.map((command) => command.name());
  const words: Readonly<Record<string, readonly string[]>> = {
    help: [...(await topics()), ...names],
    completion: ['bash', 'zsh', 'fish'],
    serve: ['router', 'archive', 'sink'],
    find: KINDS,
  };
  return commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    flags: flagsOf(command),
    words: words[command.name()] ?? [],
  }));
}

function flagsOf(command: Command): readonly FlagCompletion[] {
  const flags = command.options.map(({ long, short, description, required, optional }) => ({
    long: long ?? '',
    short: short ?? null,
    about: description,
    takesValue: required || optional,
    values: VALUES[`${command.name()} ${long ?? ''}`] ?? COMMON[long ?? ''] ?? [],
  }));
  const help = { long: '--help', short: '-h', about: 'help', takesValue: false, values: [] };
  return [...flags.filter(({ long }) => long !== ''), help];
}
