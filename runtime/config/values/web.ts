// Where the live page is to be served.
import type { Reader } from './values.ts';

/** Port 0 or none: any that is free. */
export interface WebPlace {
  readonly host?: string;
  readonly port?: number;
}

/** `--web` alone, `5665`, `host:5665` or `[::1]:5665`. */
export function readWeb({ problems, at }: Reader, value: unknown): WebPlace | undefined {
  if (value === true) return {};
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(String(value));
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    problems.value(
      at,
      'a port or host:port',
      value,
      '--web 5665, or --web alone for any free port',
    );
    return undefined;
  }
  const host = match[1] ?? '';
  return host === '' ? { port } : { host, port };
}
