// Flags of `record`, checked.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isLoopback, readAddress, type Address } from '../../../config/values/address.ts';
import { Problems } from '../../../config/values/problems.ts';
import { DicomError } from '../../../dicom/errors.ts';
import type { TlsOptions } from '../../../dicom/ul/associate-request.ts';
import { acceptorTlsOf, requestorTlsOf } from '../../../dicom/ul/socket/tls-files.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { RecordingWriter } from '../../../recording/writer.ts';
import { readDurationMs, readPort } from '../../flags/flag-values.ts';

export interface RecordFlags {
  readonly listen?: string;
  readonly to?: string;
  readonly out: string;
  readonly for?: string;
  readonly pcap?: string;
  readonly port?: string;
  readonly keepData?: string;
  readonly tls?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly toTlsCa?: string;
  readonly toTlsName?: string;
  readonly quiet?: boolean;
}

export interface RecordRequest {
  readonly listen: { readonly host: string; readonly port: number };
  readonly to: Address;
  readonly folder: string;
  /** The folder as it was typed. */
  readonly out: string;
  readonly forMs: number | undefined;
  readonly quiet: boolean;
  /** Folder for the instances, as it was typed; undefined: they are not kept. */
  readonly keepData: string | undefined;
  readonly cwd: string;
  /** TLS ends here and begins anew; undefined: it passes unread. */
  readonly tls: { readonly inner: TlsOptions; readonly outer: TlsOptions } | undefined;
}

/** What a recording is made of when it is made of a capture. */
export interface CaptureRequest extends Pick<RecordRequest, 'folder' | 'out' | 'keepData' | 'cwd'> {
  readonly file: string;
  /** That the acceptor listened on. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/** @throws DicomRunError 104 */
export function recordRequest(flags: RecordFlags, cwd: string): RecordRequest {
  const folder = resolve(cwd, flags.out);
  if (flags.listen === undefined || flags.to === undefined) {
    const what = flags.listen === undefined ? '--listen' : '--to';
    throw wrong(`flag ${what} is missing`, 'dicomrun record --listen 11112 --to AET@host:port …');
  }
  const listen = listenOf(flags.listen);
  const to = addressOf(flags.to);
  const samePort = listen.port === to.port && listen.port !== 0;
  if (samePort && isLoopback(to.host) && (isLoopback(listen.host) || listen.host === '0.0.0.0')) {
    throw wrong('--listen and --to are the same port: it would send to itself');
  }
  mustBeNew(folder, flags.out);
  const forMs = flags.for === undefined ? undefined : readDurationMs('--for', flags.for);
  const tls = tlsOf(flags, cwd);
  const { out, keepData } = flags;
  return { listen, to, folder, out, forMs, quiet: flags.quiet === true, keepData, cwd, tls };
}

/** Flags of a recording that is made now. */
const NOW_FLAGS = { listen: '--listen', to: '--to', for: '--for', tls: '--tls' } as const;

/** @throws DicomRunError 104 */
export function captureRequest(flags: RecordFlags, cwd: string): CaptureRequest {
  const { pcap, port, out, keepData } = flags;
  if (pcap === undefined) throw wrong('flag --port is for --pcap');
  if (port === undefined) throw wrong('flag --port is missing', '--pcap FILE --port 104');
  for (const [name, flag] of Object.entries(NOW_FLAGS)) {
    if (flags[name as keyof typeof NOW_FLAGS] === undefined) continue;
    throw wrong(`flag ${flag}: a capture is read, nothing is forwarded`);
  }
  const file = resolve(cwd, pcap);
  if (!existsSync(file)) throw wrong(`${pcap} does not exist`);
  const folder = resolve(cwd, out);
  mustBeNew(folder, out);
  return { file, port: readPort('--port', port), folder, out, keepData, cwd };
}

function mustBeNew(folder: string, out: string): void {
  if (!RecordingWriter.isThere(folder)) return;
  throw wrong(`${out} holds a recording already`, 'name another folder with --out');
}

const TLS_FLAGS = {
  tlsCert: '--tls-cert',
  tlsKey: '--tls-key',
  tlsCa: '--tls-ca',
  toTlsCa: '--to-tls-ca',
  toTlsName: '--to-tls-name',
} as const;

/** The same certificate is shown on both sides. @throws DicomRunError 104 */
function tlsOf(flags: RecordFlags, folder: string): RecordRequest['tls'] {
  const { tlsCert: cert, tlsKey: key, tlsCa, toTlsCa, toTlsName: serverName } = flags;
  if (flags.tls !== true) {
    for (const [name, flag] of Object.entries(TLS_FLAGS)) {
      if (flags[name as keyof typeof TLS_FLAGS] === undefined) continue;
      throw wrong(`flag ${flag} is for --tls`, 'without --tls, TLS passes unread');
    }
    return undefined;
  }
  for (const [file, flag] of [
    [cert, '--tls-cert'],
    [key, '--tls-key'],
  ] as const) {
    if (file === undefined)
      throw wrong(`flag ${flag} is missing`, 'who listens shows a certificate');
  }
  try {
    const inner = acceptorTlsOf({ cert, key, ca: tlsCa }, { name: 'record', folder });
    const towards = { cert, key, ca: toTlsCa, serverName };
    const outer = requestorTlsOf(towards, { name: 'record, towards --to', folder });
    return { inner: inner ?? {}, outer: outer ?? {} };
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw wrong(error.message, error.hint);
  }
}

/** `11112`, `0.0.0.0:11112`, `[::]:11112`. */
function listenOf(text: string): RecordRequest['listen'] {
  const [, host = '', port = ''] = /^(?:(.*):)?([^:]*)$/.exec(text) ?? [];
  const address = host.replace(/^\[|\]$/g, '');
  return { host: address === '' ? LOOPBACK : address, port: readPort('--listen', port) };
}

function addressOf(text: string): Address {
  const problems = new Problems();
  const at = { name: 'flag --to', origin: 'command line' };
  const address = readAddress({ problems, at }, text);
  if (address === undefined) throw new DicomRunError(ExitCode.CONFIG, problems.list);
  return address;
}

function wrong(message: string, hint?: string): DicomRunError {
  const problem = { code: 'CONFIG_RECORD', message };
  return new DicomRunError(ExitCode.CONFIG, hint === undefined ? problem : { ...problem, hint });
}
