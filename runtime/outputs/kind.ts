// What there is to know of one kind of `--out`, in one object: how it is written, what it opens,
// how help and completion call it.
import type { RunRecord } from '../runlog/format.ts';
import type { SampleLog } from '../runlog/sample-log.ts';
import type { Output } from './output.ts';

/** One `--out`, read and checked. */
export interface OutputConfig {
  /** The name of an {@link OutputKind}. */
  readonly kind: string;
  /** URL, or file ('' = the default name in the results folder). */
  readonly to: string;
  /** `mode=raw`, `username`, `token`, … as written after `?` or in the environment. */
  readonly options: Readonly<Record<string, string>>;
}

/** Where an output says what is wrong with the way it was written. */
export interface Complaints {
  value(must: string, got: string, hint?: string): void;
  unknownKey(key: string, known: readonly string[]): void;
}

/** The run that an output follows. */
export interface OutputPlace {
  /** Folder with the run log. */
  readonly folder: string;
  /** First record of the log. */
  readonly first: RunRecord;
  readonly warn: (text: string) => void;
}

export interface OutputRequest extends OutputPlace {
  readonly config: OutputConfig;
  /** The log of all samples; outputs that want them share one. */
  readonly sampleLog: () => SampleLog;
  /** The default export of a file of the user. */
  readonly loadModule: (file: string) => Promise<unknown>;
}

/** What the user, password and token of a server are, for the page of options. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

export interface OutputKind {
  /** What stands before the `=`. */
  readonly kind: string;
  /** For people: `influxdb=URL`. */
  readonly help: string;
  /** Reads what stands behind the `=`; undefined when it said what is wrong. */
  parse(to: string, complaints: Complaints): OutputConfig | undefined;
  /** Loads what it needs only now. @throws DicomRunError 104 when it can never work. */
  open(request: OutputRequest): Promise<Output>;
  /** What of its URL may stand in options of its own instead: `KIND.username`, `KIND.token`, … */
  readonly credentials?: Credentials;
}

/** An http(s) URL, or undefined after a complaint. */
export function httpUrl(
  text: string,
  complaints: Complaints,
  { help, example }: { readonly help: string; readonly example: string },
): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  const masked = text
    .replace(/\/\/[^@/]*@/, '//***@')
    .replace(/(token|password|p)=[^&]*/g, '$1=***');
  complaints.value(help, masked, `e.g. ${example}`);
  return undefined;
}

/** Known options behind the `?`, under their long names. */
export function urlOptions(
  url: URL,
  known: Readonly<Record<string, string>>,
  complaints: Complaints,
): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [key, value] of url.searchParams) {
    const name = Object.hasOwn(known, key) ? known[key] : undefined;
    if (name !== undefined) options[name] = value;
    else complaints.unknownKey(key, Object.keys(known));
  }
  if (url.username !== '') options['username'] = decodeURIComponent(url.username);
  if (url.password !== '') options['password'] = decodeURIComponent(url.password);
  return options;
}

const URL_OPTIONS = {
  username: 'username',
  password: 'password',
  token: 'token',
  insecure: 'insecure',
} as const;

interface PostingTo {
  readonly port: number;
  readonly path: string;
  /** Of what the user is: `the remote write receiver`. */
  readonly server: string;
}

/** A kind whose servers take everything at one path, unless the URL has another. */
export function postingTo(
  kind: string,
  { port, path, server }: PostingTo,
  open: OutputKind['open'],
): OutputKind {
  const help = `${kind}=URL`;
  const example = `${kind}=http://127.0.0.1:${port}`;
  return {
    kind,
    help,
    credentials: {
      username: `user of ${server}`,
      password: 'its password',
      token: 'or its bearer token',
    },
    parse: (to, complaints) => {
      const url = httpUrl(to, complaints, { help, example });
      if (url === undefined) return undefined;
      const options = urlOptions(url, URL_OPTIONS, complaints);
      const taken = url.pathname === '/' ? path : url.pathname;
      return { kind, to: `${url.protocol}//${url.host}${taken}`, options };
    },
    open,
  };
}
