// The live page of a run (`--web`), on the loopback interface unless told otherwise.
import { join } from 'node:path';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Output } from '../outputs/output.ts';
import { RUNLOG_FILE } from '../runlog/format.ts';

export interface WebPage {
  /** With its token. */
  readonly url: string;
  /** The wanted port was in use: this is another one. */
  readonly otherPort: boolean;
  /** Ends with the run's outputs. */
  readonly output: Output;
}

/** Starts the page when `--web [host:port]` was given. @throws DicomRunError 104 */
export async function startWeb(flag: unknown, folder: string): Promise<WebPage | null> {
  if (flag === undefined) return null;
  const where = flag === true ? {} : parseWhere(String(flag));
  const { startLivePage } = await import('../report/html/live.ts');
  const page = await startLivePage({ file: join(folder, RUNLOG_FILE), ...where });
  const nothing = { name: 'web', destination: '', written: 0, rejected: 0, unwritten: 0 };
  return {
    url: page.url,
    otherPort: page.otherPort,
    output: {
      name: 'web',
      destination: '',
      start: () => Promise.resolve(),
      wake: () => undefined,
      finish: async () => {
        await page.finish();
        return nothing;
      },
    },
  };
}

/** Where the page is to be had. */
export function liveLine({ url, otherPort }: WebPage): string {
  return `live page: ${url}${otherPort ? ' (the port of --web is in use, this one is free)' : ''}`;
}

/** `5665`, `host:5665` or `[::1]:5665`. */
export function parseWhere(text: string): { readonly host?: string; readonly port: number } {
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_WEB',
      message: `flag --web: must be a port or host:port, got "${text}"`,
      hint: '--web 5665, or --web alone for any free port',
    });
  }
  const host = match[1] ?? '';
  return host === '' ? { port } : { host, port };
}
