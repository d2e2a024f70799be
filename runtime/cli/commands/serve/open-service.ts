// Flags of `serve` as the specification of a station.
import type { RouterRule, SimulatedArchive, StationTls } from '../../../../api/k6/simulate.ts';
import { dirname, resolve } from 'node:path';
import { checkSpec } from './check-spec.ts';
import { rulesFromCsv } from '../../../acceptors/router/rule-csv.ts';
import type { DestinationSpec, RouterSpec } from '../../../acceptors/router/spec.ts';
import { serveArchive, serveRouter, serveSink } from '../../../acceptors/serve.ts';
import type { ServeAddress, Served } from '../../../acceptors/serve.ts';
import { readAddress } from '../../../config/values/address.ts';
import { Problems } from '../../../config/values/problems.ts';
import { readToken } from '../../web/target.ts';
import { readPort, readTitle } from '../../flags/flag-values.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { ServeFlags } from './command.ts';
import { readTextFile } from '../../text-file.ts';

/** Opens the station. @throws DicomRunError 104 */
export async function openService(
  kind: Served['kind'],
  flags: ServeFlags,
  at: ServeAddress,
  cwd: string,
): Promise<Served> {
  mustFit(kind, flags);
  const given =
    flags.spec === undefined ? {} : checkSpec(kind, readJson(flags.spec, cwd), flags.spec);
  const spec = { ...given, ...tlsOf(flags, cwd), ...aetsOf(flags) };
  const here = {
    ...at,
    folder: flags.spec === undefined ? cwd : dirname(resolve(cwd, flags.spec)),
  };
  try {
    if (kind === 'sink') return await serveSink({ ...spec, ...folderOf(flags, cwd) }, here);
    if (kind === 'archive') return await serveArchive({ ...spec, ...keepOf(flags) }, here);
    return await serveRouter(routerSpec(spec as Partial<RouterSpec>, flags, cwd), here);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'TCP_EADDRINUSE') throw error;
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_PORT',
      ...portInUse(error as Error, at.port),
    });
  }
}

/** The port of the association or, where that was free, of DICOMweb. */
function portInUse({ cause }: Error, port: number): { message: string; hint: string } {
  const taken = (cause as { readonly port?: number } | undefined)?.port ?? port;
  const flag = taken === port ? '--port' : '--dicomweb';
  const hint = `choose another with ${flag}, or 0 for any free one`;
  return { message: `port ${taken} is in use`, hint };
}

/** Flags that only one kind of station understands. */
const OWN_FLAGS: readonly (readonly [keyof ServeFlags, string, Served['kind']])[] = [
  ['rules', '--rules', 'router'],
  ['to', '--to', 'router'],
  ['toTlsCa', '--to-tls-ca', 'router'],
  ['folder', '--folder', 'sink'],
  ['keep', '--keep', 'archive'],
  ['dicomweb', '--dicomweb', 'archive'],
  ['dicomwebToken', '--dicomweb-token', 'archive'],
];

function mustFit(kind: Served['kind'], flags: ServeFlags): void {
  const problems = OWN_FLAGS.filter(([key, , of]) => flags[key] !== undefined && of !== kind).map(
    ([, flag, of]) => ({
      code: 'CONFIG_VALUE',
      message: `flag ${flag}: is for ${withArticle(of)}, this is ${withArticle(kind)}`,
      hint: `dicomrun serve ${of} ${flag} …, or leave it away`,
    }),
  );
  if (problems.length > 0) throw new DicomRunError(ExitCode.CONFIG, problems);
}

const withArticle = (kind: Served['kind']): string =>
  kind === 'archive' ? 'an archive' : `a ${kind}`;

function aetsOf({ aet }: ServeFlags): { aets?: readonly string[] } {
  return aet === undefined ? {} : { aets: aet.map((title) => readTitle('--aet', title)) };
}

function folderOf({ folder }: ServeFlags, cwd: string): { folder?: string } {
  return folder === undefined ? {} : { folder: resolve(cwd, folder) };
}

function keepOf({ keep }: ServeFlags): Pick<SimulatedArchive, 'keep'> {
  if (keep === undefined) return {};
  if (keep === 'nothing' || keep === 'headers' || keep === 'all') return { keep };
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: `flag --keep: must be nothing, headers or all, got "${keep}"`,
  });
}

/** Where DICOMweb is offered. The token is in a file: a command line is there for all to read. */
export function webOf(
  { dicomweb, dicomwebToken: file }: ServeFlags,
  cwd: string,
): Pick<ServeAddress, 'web'> {
  if (dicomweb === undefined) {
    if (file === undefined) return {};
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_VALUE',
      message: 'flag --dicomweb-token: is for DICOMweb, which is not offered',
      hint: '--dicomweb PORT offers it',
    });
  }
  const port = readPort('--dicomweb', dicomweb);
  if (file === undefined) return { web: { port } };
  return { web: { port, token: readToken(file, cwd) } };
}

/** Flags are relative to the working folder, the specification's own to its file. */
function tlsOf({ tlsCert, tlsKey, tlsCa }: ServeFlags, cwd: string): { tls?: StationTls } {
  const files = { cert: tlsCert, key: tlsKey, ca: tlsCa };
  const given = Object.entries(files).flatMap(([key, file]) =>
    file === undefined ? [] : [[key, resolve(cwd, file)] as const],
  );
  return given.length === 0 ? {} : { tls: Object.fromEntries(given) };
}

function routerSpec(spec: Partial<RouterSpec>, flags: ServeFlags, cwd: string): RouterSpec {
  const destinations: Record<string, DestinationSpec> = { ...spec.destinations };
  const to: string[] = [];
  const { toTlsCa } = flags;
  const towards =
    toTlsCa === undefined ? {} : { tls: { ...tlsOf(flags, cwd).tls, ca: resolve(cwd, toTlsCa) } };
  for (const text of flags.to ?? []) {
    const address = addressOf(text);
    destinations[address.calledAET] = { ...address, ...towards };
    to.push(address.calledAET);
  }
  const routes = [...(spec.routes ?? []), ...(to.length === 0 ? [] : [{ to }])];
  if (routes.length === 0) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_SERVE',
      message: 'the router has no destination',
      hint: '--to ARCHIVE@127.0.0.1:11113, or routes in --spec FILE',
    });
  }
  const rules = flags.rules === undefined ? {} : { rules: readRules(flags.rules, cwd) };
  return { ...spec, destinations, routes, ...rules };
}

function addressOf(text: string): DestinationSpec {
  const problems = new Problems();
  const address = readAddress(
    { problems, at: { name: 'flag --to', origin: 'command line' } },
    text,
  );
  if (address?.aet === undefined || problems.list.length > 0) {
    throw new DicomRunError(
      ExitCode.CONFIG,
      problems.list.length > 0
        ? problems.list
        : {
            code: 'CONFIG_VALUE',
            message: `flag --to: the AE title is missing in "${text}"`,
            hint: '--to ARCHIVE@127.0.0.1:11113',
          },
    );
  }
  const { host, port, aet } = address;
  return { host, port: port ?? 104, calledAET: aet };
}

function readRules(name: string, cwd: string): readonly RouterRule[] {
  if (name.endsWith('.json')) return readJson(name, cwd) as unknown as readonly RouterRule[];
  return rulesFromCsv(readText(name, cwd));
}

function readJson(name: string, cwd: string): object {
  try {
    return JSON.parse(readText(name, cwd)) as object;
  } catch (error) {
    if (error instanceof DicomRunError) throw error;
    throw unreadable(name, `is not valid JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function readText(name: string, cwd: string): string {
  try {
    return readTextFile(resolve(cwd, name));
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== 'ENOENT';
    throw unreadable(name, isThere ? 'cannot be read' : 'does not exist');
  }
}

function unreadable(name: string, why: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_FILE',
    message: `${name} ${why}`,
    hint: 'see `dicomrun serve --help` for what it may hold; its path starts in this folder',
  });
}
