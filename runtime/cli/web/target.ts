// Whom `dicomrun web` asks: the web target of flags and configuration.
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { flagHelp } from '../../config/option-table.ts';
import { resolveOptions } from '../../config/resolve.ts';
import type { WebTarget } from '../../config/types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { BEARER_CHARACTERS, isBearerToken } from '../../web/bearer.ts';
import { readDurationMs } from '../flags/flag-values.ts';
import { readSources } from '../flags/config-sources.ts';
import { collect, givenFlags } from '../flags/given-flags.ts';
import type { Terminal } from '../terminal.ts';
import { WebPeer } from './web-peer.ts';
import { readTextFile } from '../text-file.ts';

export interface TargetFlags {
  readonly timeout: string;
  readonly header?: readonly string[];
  readonly tokenFile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
  readonly tlsVerify?: boolean;
}

export function addTargetFlags(command: Command): Command {
  return command
    .optionsGroup('Target:')
    .option(...flagHelp('web-target'))
    .option('--token-file <file>', 'show the bearer token in this file')
    .option('-H, --header <name: value>', 'send this header, too; repeatable', collect)
    .option(...flagHelp('tls-ca'))
    .option(...flagHelp('tls-cert'))
    .option(...flagHelp('tls-key'))
    .option(...flagHelp('tls-server-name'))
    .option(...flagHelp('no-tls-verify'))
    .option('--timeout <duration>', 'limit of each phase', '60s')
    .option('--env-file <file>', '.env file')
    .option('--config <file>', 'configuration file')
    .option('--profile <name>', 'profile of the configuration file');
}

const CONFIG_FLAGS = ['web-target', 'env-file', 'config', 'profile'];

/** @throws DicomRunError 104 without one */
export async function chooseWeb(command: Command, terminal: Terminal): Promise<WebPeer> {
  const flags = Object.fromEntries(
    Object.entries(givenFlags(command)).filter(([name]) => CONFIG_FLAGS.includes(name)),
  );
  const sources = await readSources(flags, null, terminal);
  const { webTarget } = resolveOptions({
    ...sources,
    ...{ mode: 'run', scriptOptions: null, exports: null, flags, env: terminal.env },
  });
  if (webTarget === null) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_NO_TARGET',
      message: 'no DICOMweb server was named, and none is configured',
      hint: '--web-target http://host:8042/dicom-web, or DICOMRUN_WEB_URL',
    });
  }
  const given = command.opts<TargetFlags>();
  return new WebPeer(withFlags(webTarget, given, terminal.cwd), {
    folder: terminal.cwd,
    timeoutMs: readDurationMs('--timeout', given.timeout),
    headers: (given.header ?? []).flatMap(headerOf),
  });
}

function withFlags(target: WebTarget, flags: TargetFlags, cwd: string): WebTarget {
  const { tokenFile, tlsCa: ca, tlsCert: cert, tlsKey: key, tlsServerName: serverName } = flags;
  const tls = Object.fromEntries(
    Object.entries({
      ...{ ca, cert, key, serverName },
      verify: flags.tlsVerify === false ? false : undefined,
    }).filter(([, value]) => value !== undefined),
  );
  const token = tokenFile === undefined ? {} : { token: readToken(tokenFile, cwd) };
  return {
    ...target,
    ...token,
    ...(Object.keys(tls).length === 0 ? {} : { tls: { ...target.tls, ...tls } }),
  };
}

/** A token in a file, and nothing else in it. @throws DicomRunError 104 */
export function readToken(file: string, cwd: string): string {
  let token: string;
  try {
    token = readTextFile(resolve(cwd, file)).trim();
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== 'ENOENT';
    throw noToken(`${file} ${isThere ? 'cannot be read' : 'does not exist'}`);
  }
  if (isBearerToken(token)) return token;
  throw noToken(`${file}: holds no bearer token (RFC 6750): ${BEARER_CHARACTERS}`);
}

function noToken(message: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_FILE', message });
}

/** As curl takes it. @throws DicomRunError 104; the value is never told: it may be a secret */
function headerOf(text: string): readonly [string, string] {
  const [, name, value] =
    /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value.trimEnd()];
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: 'flag --header: must be a name and a value',
    hint: "-H 'X-Tenant: radiology'",
  });
}
