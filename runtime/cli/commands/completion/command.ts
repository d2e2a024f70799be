// dicomrun completion bash|zsh|fish: a script for the shell, made from the definitions of all commands.
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';

const EXAMPLES = `
Examples:
  source <(dicomrun completion bash)                        now, in this shell
  dicomrun completion bash >> ~/.bashrc                     for good
  dicomrun completion zsh > ~/.zfunc/_dicomrun              a folder of $fpath
  dicomrun completion fish > ~/.config/fish/completions/dicomrun.fish`;

export const define: DefineCommand = (command, { terminal, allCommands }) => {
  command
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: string) => {
      const [{ SHELLS }, { completions }] = await Promise.all([
        import('./shells.ts'),
        import('./completions.ts'),
      ]);
      const write = SHELLS[shell];
      if (write === undefined) throw noShell(shell, Object.keys(SHELLS));
      terminal.out(write(await completions(await allCommands())));
    });
};

function noShell(shell: string, known: readonly string[]): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SHELL',
    message: `no completion for "${shell}"`,
    hint: `dicomrun completion ${known.join('|')}`,
  });
}
