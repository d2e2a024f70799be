// What a file in commands/ has to do with the program.
import type { Command } from 'commander';
import type { VuPool } from '../conductor/fleet/member.ts';
import type { Terminal } from './terminal.ts';

/** A command file exports this: it adds flags and the action to its empty command. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

export interface CommandContext {
  readonly terminal: Terminal;
  /** The command line as it was typed. */
  readonly typed?: readonly string[];
  /** Threads that boot already, for a run; who takes them ends them. */
  readonly booted?: VuPool | null;
  /** Set by the action; the process exits with it. */
  readonly exit: (code: number) => void;
  /** Prints the help of a command and returns its exit code; null when there is none of that name. */
  readonly helpOf: (name: string) => Promise<number | null>;
  /** Every command with its flags, for completion. */
  readonly allCommands: () => Promise<readonly Command[]>;
}
