// dicomrun demo: a bundled script against the embedded router and archive, about 20 seconds.
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package-root.ts';
import type { DefineCommand } from '../command.ts';

interface DemoFlags {
  readonly vus: string;
  readonly duration: string;
  readonly dicomweb?: true;
  readonly results?: string;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('-u, --vus <n>', 'virtual users', '5')
    .option('-d, --duration <duration>', 'how long to hold them', '12s')
    .option('--dicomweb', 'images go in by DIMSE, are found and read back by DICOMweb')
    .option('--results <dir>', 'where run folders are made')
    .option('--no-color', 'no colours')
    .action(async () => {
      const { runScript } = await import('../run/run-script.ts');
      const { vus, duration, results, dicomweb } = command.opts<DemoFlags>();
      const demo = dicomweb === true ? BY_WEB : BY_DIMSE;
      terminal.err(demo.intro);
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
      const script = fileURLToPath(new URL(demo.script, packageRoot()));
      exit(await runScript({ script, flags, mode: 'run', terminal, demo: demo.next }));
    });
};

interface Demo {
  readonly intro: string;
  /** Bundled with the package. */
  readonly script: string;
  /** What to do after it. */
  readonly next: readonly string[];
}

const BY_DIMSE: Demo = {
  intro: `dicomrun demo: a router and an archive start inside this program; a few virtual
modalities send studies through the router, and every instance is looked for at the archive.

`,
  script: 'examples/gi-routing.ts',
  next: ['dicomrun new first.ts --template routing', 'dicomrun help tutorial'],
};

const BY_WEB: Demo = {
  intro: `dicomrun demo: a router and an archive start inside this program; a few virtual modalities
send studies through the router, find them at the archive by QIDO-RS, and read them back by WADO-RS.

`,
  script: 'examples/dicomweb/both-protocols.ts',
  next: ['dicomrun serve archive --dicomweb 8042', 'dicomrun help dicomweb'],
};
