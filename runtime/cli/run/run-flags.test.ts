import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { OPTION_TABLE, flagHelp } from '../../config/option-table.ts';
import { addRunFlags } from './run-flags.ts';

describe('flags of run', () => {
  it('are those that the options have, each with what its row says', () => {
    const { options } = addRunFlags(new Command());
    const texts = new Map(options.map(({ long, description }) => [long, description]));
    const flags = OPTION_TABLE.flatMap(({ flag }) => flag ?? []);
    const missing = flags.filter((flag) => !texts.has(`--${flag}`));
    expect(missing).toEqual([]);
    const own = flags.filter((flag) => texts.get(`--${flag}`) !== flagHelp(flag)[1]);
    // Given twice it means another thing than once.
    expect(own).toEqual(['quiet']);
  });

  it('tell their values and defaults', () => {
    expect(flagHelp('settle')).toEqual([
      '--settle <duration>',
      'wait for deliveries at the end (default 30s)',
    ]);
    expect(flagHelp('ledger')[1]).toMatch(/: studies, instances, none \(default studies\)$/);
    expect(flagHelp('no-preflight')).toEqual([
      '--no-preflight',
      'do not check the target before the run',
    ]);
    expect(flagHelp('min-iteration-duration')[1]).not.toContain('default');
    expect(() => flagHelp('nothing')).toThrow('--nothing');
  });
});
