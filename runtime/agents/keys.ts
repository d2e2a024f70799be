// Who may do what on the bus: two roles, a key pair each. The server knows public keys only; the seed
// of a role stands in a file that its holders are given.
import { readFileSync } from 'node:fs';
import { nkeys } from '@nats-io/transport-node';
import { DicomRunError, ExitCode } from '../errors.ts';

export type Role = 'coordinator' | 'agent';

/** What a holder of a role has to know: `coordinator.creds`, `agent.creds`. */
export interface EngineCredentials {
  readonly kind: 'dicomrun-credentials';
  readonly role: Role;
  /** `tls://host:4222`; `--engine` goes before it. */
  readonly engine: string;
  /** Certificate of the engine, PEM; absent: no TLS (loopback only). */
  readonly ca?: string;
  /** Seed of the role's key. */
  readonly seed: string;
}

export function newKey(): { readonly seed: string; readonly publicKey: string } {
  const user = nkeys.createUser();
  return { seed: Buffer.from(user.getSeed()).toString(), publicKey: user.getPublicKey() };
}

/** @throws DicomRunError 104 when the file is none of ours */
export function readCredentials(file: string): EngineCredentials {
  const refuse = (why: string): DicomRunError =>
    new DicomRunError(ExitCode.CONFIG, {
      code: 'ENGINE_CREDS',
      message: `--creds ${file}: ${why}`,
      hint: '`dicomrun engine` writes coordinator.creds and agent.creds; bring one of them here',
    });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? '?'})`);
  }
  const value = parsed(text);
  if (value?.kind !== 'dicomrun-credentials') throw refuse('this is no file of credentials');
  return value;
}

function parsed(text: string): EngineCredentials | null {
  try {
    return JSON.parse(text) as EngineCredentials;
  } catch {
    return null;
  }
}
