import { describe, expect, it } from 'vitest';
import { fakeTerminal } from '../tests/fake-terminal.ts';
import { COMMANDS } from './command-list.ts';
import { FOREIGN_FLAGS, foreignFlag } from './flags/foreign-flags.ts';
import { runCommandLine } from './program.ts';

async function run(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, ...terminal.printed };
}

describe('help', () => {
  it('where words stand is shown line by line, so wide as the terminal', async () => {
    let shown = '';
    const page = (text: string): Promise<void> => Promise.resolve(void (shown = text));
    const terminal = { ...fakeTerminal(), outIsTTY: true, columns: () => 60, page };
    expect(await runCommandLine(['help', 'gracefulStop'], terminal)).toBe(0);
    const lines = shown.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.slice(0, 2)).toEqual(['"gracefulStop" stands in:', '']);
    expect(lines[2]).toMatch(/^  dicomrun help \S+$/);
    expect(lines.filter((line) => line.startsWith('    '))).toSatisfy((found: string[]) =>
      found.every((line) => line.includes('gracefulStop')),
    );
  });

  it('a word that is nearly the name of a topic is looked for, too', async () => {
    const { code, out } = await run('help', 'tls');
    expect(code).toBe(0);
    expect(out).toMatch(/^"tls" stands in:\n/);
    expect(out).toContain('--tls-ca');
    expect(out).toMatch(/\n\nOr did you mean: {2}dicomrun help tags\n$/);
  });

  it('of the program names every command', async () => {
    const { code, out, err } = await run('--help');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatchSnapshot();
  });

  it.each(COMMANDS.map(({ name }) => name))('of %s is complete and stable', async (name) => {
    const { code, out } = await run(name, '--help');
    expect(code).toBe(0);
    expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
    expect(out).toMatchSnapshot();
  });

  it.each([80, 100, 200])('is no wider than a terminal of %i columns', async (columns) => {
    for (const { name } of COMMANDS) {
      const terminal = { ...fakeTerminal(), outIsTTY: true, columns: () => columns };
      await runCommandLine([name, '--help'], terminal);
      // Examples are lines to be pasted: they stay whole.
      const [flags = ''] = terminal.printed.out.split(/^Examples?:/m);
      const wide = flags.split('\n').filter((line) => line.length > Math.min(columns, 100));
      expect([name, wide]).toEqual([name, []]);
    }
  });

  it('comes when nothing is asked for', async () => {
    expect((await run()).out).toBe((await run('--help')).out);
  });
});

describe('usage errors', () => {
  it.each([
    [['rnu', 'gi.ts'], 'error: there is no command "rnu"\n  try: dicomrun run\n'],
    [['rn'], 'error: there is no command "rn"\n  try: dicomrun run\n'],
    [['gi.ts'], 'error: there is no command "gi.ts"\n  try: dicomrun run gi.ts\n'],
    [['gi.ts', '--vus', '5'], 'error: there is no command "gi.ts"\n  try: dicomrun run gi.ts\n'],
    [['--vus', '5', 'gi.ts'], 'error: the command is missing\n  try: dicomrun run gi.ts\n'],
    [['storescu', '-v'], 'error: there is no command "storescu"\n  try: dicomrun send --help\n'],
    [['--vus'], "error: unknown option '--vus'\n  try: dicomrun --help\n"],
    [['run', 'a.ts', '--vsu', '3'], "error: unknown option '--vsu'\n  try: --vus\n"],
    [['run'], "error: missing required argument 'script'\n  try: dicomrun run --help\n"],
    [
      ['run', 'a.ts', '--vus'],
      "error: option '-u, --vus <n>' argument missing\n  try: dicomrun run --help\n",
    ],
    [
      ['run', 'a.ts', 'h', '1', 'x'],
      "error: too many arguments for 'run'. Expected 3 arguments but got 4.\n  try: dicomrun run --help\n",
    ],
  ])('%j', async (args, expected) => {
    const { code, err, out } = await run(...args);
    expect(err).toBe(expected);
    expect(out).toBe('');
    expect(code).toBe(104);
  });

  it.each([
    [['run', 'a.ts', '--junitxml', 'x'], /try: --reporter junit=FILE\n/],
    [['run', 'a.ts', '--http-debug'], /try: --trace prints every PDU/],
    [['smoke', 'a.ts', '-k', 'x'], /try: --grep/],
    [['send', 'a.dcm', '--trust-store=x'], /try: --tls-ca FILE/],
    [['echo', '-v'], /try: --trace/],
    [['smoke', 'a.ts', '--agents', 'x'], /try: only `dicomrun run` and `capacity` take agents/],
    [['smoke', 'a.ts', '--engine', 'x'], /try: only `dicomrun run` and `capacity` take agents/],
  ])('know flags of other tools: %j', async (args, expected) => {
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([104, expect.stringMatching(expected)]);
  });

  it('name no flag in their hints that no command has', async () => {
    const helps = await Promise.all(COMMANDS.map(({ name }) => run(name, '--help')));
    const known = helps.map(({ out }) => out).join('');
    const hints = FOREIGN_FLAGS.map((flag) => foreignFlag(flag) ?? '').join(' ');
    const named = hints.match(/--[a-z][a-z-]+/g) ?? [];
    expect(
      named.filter((flag) => !known.includes(`${flag} `) && !known.includes(`${flag}\n`)),
    ).toEqual([]);
  });

  it('prints the version', async () => {
    expect(await run('--version')).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
  });
});
