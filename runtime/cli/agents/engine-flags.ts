// Which engine is meant, and who one is there: `--engine URL`, `--creds FILE`.
import { resolve } from 'node:path';
import type { EngineCredentials, Role } from '../../agents/keys.ts';
import { readCredentials } from '../../agents/keys.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface EngineFlags {
  readonly engine?: string;
  readonly creds?: string;
}

/** @throws DicomRunError 104 when nobody says it, or it is the other role's file */
export function whoseEngine(
  { engine, creds }: EngineFlags,
  role: Role,
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
): EngineCredentials {
  const file = creds ?? env['DICOMRUN_CREDS'];
  if (file === undefined) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'ENGINE_CREDS',
      message: '--creds FILE is missing: it says which engine is meant, and who asks',
      hint:
        `--creds ${role}.creds, which \`dicomrun engine\` wrote, or set DICOMRUN_CREDS` +
        (role === 'coordinator' ? '; on this machine alone: --agents local:2' : ''),
    });
  }
  const found = readCredentials(resolve(cwd, file));
  if (found.role !== role) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'ENGINE_CREDS',
      message: `--creds ${file}: is for the role ${found.role}, this needs ${role}`,
      hint: `take ${role}.creds of the same engine`,
    });
  }
  const address = engine ?? env['DICOMRUN_ENGINE'];
  if (address === undefined) return found;
  mustBeAddress(address, found);
  return { ...found, engine: address };
}

function mustBeAddress(address: string, { ca }: EngineCredentials): void {
  const [, scheme, port] = /^(tls|nats):\/\/[^/\s]+:(\d+)$/.exec(address) ?? [];
  const wanted = ca === undefined ? 'nats' : 'tls';
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (scheme === wanted && isPort && URL.canParse(address)) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_ENGINE',
    message: `--engine ${address}: must be ${wanted}://host:port`,
    hint: `e.g. ${wanted}://10.1.2.3:4222`,
  });
}
