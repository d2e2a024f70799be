// dicomrun demo: the bundled script against the embedded router and archive, about 20 seconds.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package-root.ts';
import type { DefineCommand } from '../command.ts';

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('-u, --vus <n>', 'virtual users', '5')
    .option('-d, --duration <duration>', 'how long to hold them', '12s')
    .option('--results <dir>', 'where run folders are made')
    .option('--no-color', 'no colours')
    .action(async () => {
      const { runScript } = await import('../run/run-script.ts');
      const { vus, duration, results } = command.opts<{
        vus: string;
        duration: string;
        results?: string;
      }>();
      terminal.err(INTRO);
      const isOwn = (flag: string) => command.getOptionValueSource(flag) === 'default';
      const flags = {
        embedded: true,
        vus,
        ramp: '3s',
        duration,
        settle: '5s',
        'as:ramp': 'demo',
        ...(isOwn('vus') ? { 'as:vus': 'demo' } : {}),
        ...(isOwn('duration') ? { 'as:duration': 'demo' } : {}),
        ...(results === undefined ? {} : { results }),
      };
      exit(await runScript({ script: demoScript(), flags, mode: 'run', terminal, demo: true }));
    });
};

const INTRO = `dicomrun demo: a router and an archive start inside this program; a few virtual
modalities send studies through the router, and every instance is looked for at the archive.

`;

/** The routing example, which is bundled with the package. */
function demoScript(): string {
  const routing = new URL('examples/gi-routing.ts', packageRoot());
  const script = existsSync(routing) ? routing : new URL('examples/store.ts', packageRoot());
  return fileURLToPath(script);
}
