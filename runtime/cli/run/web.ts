// The live page of a run (`--web`), on the loopback interface unless told otherwise.
import { join } from 'node:path';
import { Problems } from '../../config/values/problems.ts';
import { readWeb } from '../../config/values/web.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Output } from '../../outputs/output.ts';
import { RUNLOG_FILE } from '../../runlog/format.ts';

export interface WebPage {
  /** With its token. */
  readonly url: string;
  /** The wanted port was in use: this is another one. */
  readonly otherPort: boolean;
  /** Ends when the run log has ended. */
  readonly output: Output;
}

/** Starts the page when `--web [host:port]` was given; a wrong one was refused with the options. */
export async function startWeb(flag: unknown, folder: string): Promise<WebPage | null> {
  if (flag === undefined) return null;
  const at = { name: 'flag --web', origin: 'command line' };
  const where = readWeb({ problems: new Problems(), at }, flag);
  const { startLivePage } = await import('../../report/html/live.ts');
  const file = join(folder, RUNLOG_FILE);
  const page = await startLivePage({ file, ...where }).catch((error: unknown) => {
    throw cannotServe(String(flag), error);
  });
  const nothing = { name: 'web', destination: '', written: 0, rejected: 0, unwritten: 0 };
  return {
    url: page.url,
    otherPort: page.otherPort,
    output: {
      name: 'web',
      destination: '',
      start: () => Promise.resolve(),
      wake: () => undefined,
      finish: () => Promise.resolve(nothing),
      // Not before the log has its end, or the page would end as that of a killed run.
      ended: () => page.finish(),
    },
  };
}

/** A host that is not this machine's, or a port that takes more rights. */
function cannotServe(flag: string, error: unknown): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_WEB',
    message: `flag --web: cannot serve at ${flag}: ${error instanceof Error ? error.message : String(error)}`,
    hint: '--web 5665, or --web alone for any free port',
  });
}

/** Where the page is to be had. */
export function liveLine({ url, otherPort }: WebPage): string {
  return `live page: ${url}${otherPort ? ' (the port of --web is in use, this one is free)' : ''}`;
}
