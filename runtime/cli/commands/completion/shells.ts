// The completion script of each shell. Files are left to the shell itself.
import type { CommandCompletion, FlagCompletion } from './completions.ts';

type Commands = readonly CommandCompletion[];

export const SHELLS: Readonly<Record<string, (commands: Commands) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const join = (words: readonly string[]): string => words.join(' ');

/** Single quotes hold everything but themselves, in all three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Flags with their values, of all commands; the same flag may differ from command to command. */
const choices = (commands: Commands): readonly (readonly [string, FlagCompletion])[] =>
  commands.flatMap(({ name, flags }) =>
    flags.filter(({ values }) => values.length > 0).map((flag) => [name, flag] as const),
  );

const spellings = ({ short, long }: FlagCompletion): readonly string[] =>
  short === null ? [long] : [short, long];

/** Cases of the word before: its values, or nothing where anything may stand. */
function bashValues(commands: Commands): string {
  const values = choices(commands).map(([name, flag]) => {
    const cases = spellings(flag).map((one) => `${name}:${one}`);
    return `    ${cases.join('|')}) words=${quoted(join(flag.values))} ;;`;
  });
  const takers = (flags: readonly FlagCompletion[]) =>
    flags.filter(({ takesValue, values: own }) => takesValue && own.length === 0);
  const free = commands.flatMap(({ name, flags }) =>
    takers(flags).flatMap((flag) => spellings(flag).map((one) => `${name}:${one}`)),
  );
  return [...values, `    ${free.join('|')}) return ;;`].join('\n');
}

function bashScript(commands: Commands): string {
  const rows = commands.map(
    ({ name, flags, words }) =>
      `    ${name}) flags=${quoted(join(flags.flatMap(spellings)))}; words=${quoted(join(words))} ;;`,
  );
  return `# bash completion of dicomrun
_dicomrun() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} flags='' words=''
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=( $(compgen -W ${quoted(join(commands.map(({ name }) => name)))} -- "$current") )
    return
  fi
  case $command:$before in
${bashValues(commands)}
  esac
  if [[ -n $words ]]; then
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
    return
  fi
  case $command in
${rows.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=( $(compgen -W "$flags" -- "$current") )
  elif [[ $COMP_CWORD -eq 2 && -n $words ]]; then
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
  fi
}
complete -o default -F _dicomrun dicomrun
`;
}

/** `name:about` of a list of _describe; a colon in the name would end it. */
const described = (name: string, about: string): string =>
  quoted(`${name.replaceAll(':', '\\:')}:${about}`);

function zshScript(commands: Commands): string {
  const list = commands.map(({ name, about }) => described(name, about));
  const values = choices(commands).map(
    ([name, flag]) =>
      `    (${spellings(flag)
        .map((one) => `${name}:${one}`)
        .join('|')}) compadd -- ${join(flag.values.map(quoted))}; return ;;`,
  );
  const rows = commands.map(({ name, flags, words }) => {
    const lines = flags.flatMap((flag) => spellings(flag).map((one) => described(one, flag.about)));
    return `    (${name}) flags=(${join(lines)}); words_=(${join(words.map(quoted))}) ;;`;
  });
  return `#compdef dicomrun
# zsh completion of dicomrun
_dicomrun() {
  local -a commands flags words_
  if (( CURRENT == 2 )); then
    commands=(${join(list)})
    _describe command commands
    return
  fi
  case $words[2]:$words[CURRENT-1] in
${values.join('\n')}
  esac
  case $words[2] in
${rows.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe option flags
  elif (( CURRENT == 3 && $#words_ )); then
    compadd -a words_
  else
    _files
  fi
}
if [[ $funcstack[1] == _dicomrun ]]; then _dicomrun "$@"; else compdef _dicomrun dicomrun; fi
`;
}

function fishScript(commands: Commands): string {
  const lines = commands.flatMap(({ name, about, flags, words }) => {
    const here = `complete -c dicomrun -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c dicomrun -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
      ...flags.map((flag) => `${here}${fishFlag(flag)}`),
      ...(words.length === 0 ? [] : [`${here} -f -a ${quoted(join(words))}`]),
    ];
  });
  return `# fish completion of dicomrun\n${lines.join('\n')}\n`;
}

function fishFlag({ long, short, about, takesValue, values }: FlagCompletion): string {
  const name = ` -l ${long.replace(/^--/, '')}${short === null ? '' : ` -s ${short.slice(1)}`}`;
  const value = takesValue ? ' -r' : '';
  const choice = values.length === 0 ? '' : ` -f -a ${quoted(join(values))}`;
  return `${name} -d ${quoted(about)}${value}${choice}`;
}
