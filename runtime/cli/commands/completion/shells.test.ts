import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../command-list.ts';
import { fakeTerminal } from '../../../tests/fake-terminal.ts';
import { runCommandLine } from '../../program.ts';

async function script(shell: string): Promise<string> {
  const terminal = fakeTerminal();
  expect(await runCommandLine(['completion', shell], terminal)).toBe(0);
  return terminal.printed.out;
}

describe('completion in bash', () => {
  let text = '';
  beforeAll(async () => {
    text = await script('bash');
  });

  /** What bash offers for the last word of a line. */
  function offers(...words: readonly string[]): readonly string[] {
    const line = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _dicomrun; echo "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['--norc', '-c', `${text}\n${ask}`], { encoding: 'utf8' });
    return out.trim().split(' ');
  }

  it('offers the commands', () => {
    expect(offers('dicomrun', '')).toEqual(COMMANDS.map(({ name }) => name));
    expect(offers('dicomrun', 're')).toEqual(['record', 'report', 'replay']);
  });

  it('offers the flags of the command', () => {
    expect(offers('dicomrun', 'run', 'a.ts', '--du')).toEqual(['--duration']);
    expect(offers('dicomrun', 'new', '--')).toEqual(['--template', '--force', '--help']);
    expect(offers('dicomrun', 'echo', '--du')).toEqual(['']);
  });

  it('offers values that are a choice, topics, and else leaves files to the shell', () => {
    expect(offers('dicomrun', 'new', '-t', 'r')).toEqual(['routing', 'ramp']);
    expect(offers('dicomrun', 'smoke', '--reporter', 'j')).toEqual(['junit', 'json']);
    expect(offers('dicomrun', 'help', 'trouble')).toEqual(['troubleshooting']);
    expect(offers('dicomrun', 'run', '')).toEqual(['']);
    expect(offers('dicomrun', 'run', '--vus', '-')).toEqual(['']);
  });
});

describe('completion in other shells', () => {
  it.each(['zsh', 'fish'])('of %s names every command and its flags', async (shell) => {
    const text = await script(shell);
    for (const { name } of COMMANDS) expect(text).toContain(name);
    expect(text).toContain(shell === 'zsh' ? '--template:what to start from' : '-l template -s t');
  });

  it('of a shell that is not known is refused with those that are', async () => {
    const terminal = fakeTerminal();
    expect(await runCommandLine(['completion', 'bsh'], terminal)).toBe(104);
    expect(terminal.printed.err).toContain('try: dicomrun completion bash');
  });
});
