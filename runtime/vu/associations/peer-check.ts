// What is wrong with a peer as the script wrote it, told at init with the author's line.
import { RingFault } from '../sandbox/host.ts';

const AET = /^[\x20-\x5b\x5d-\x7e]{1,16}$/;
const MAX_PORT = 65_535;
/** Its field has 32 bits (PS3.8 D.1.1). */
const MAX_PDU = 4_294_967_295;

/** Whether this can be an AE title (PS3.5 §6.2, VR AE). */
export function isAETitle(title: string): boolean {
  return AET.test(title) && title.trim() !== '';
}

/** @throws RingFault, a fault of configuration, for an address or AE title that cannot be */
export function checkPeer(peer: Readonly<Record<string, unknown>>): void {
  const { connect, port } = peer;
  const parts = connect === undefined ? undefined : /^([^@]+)@(.+):(\d+)$/.exec(String(connect));
  if (parts === null) {
    throw fault('ADDRESS', `peer({ connect: ${JSON.stringify(connect)} }): write AET@host:port`);
  }
  checkTitle('connect', parts?.[1]);
  checkTitle('calledAET', peer['calledAET']);
  checkTitle('callingAET', peer['callingAET']);
  checkPort('connect', parts === undefined ? undefined : Number(parts[3]));
  checkPort('port', port);
  checkMaxPdu(peer['maxPdu']);
}

function checkMaxPdu(bytes: unknown): void {
  if (bytes === undefined) return;
  if (Number.isInteger(bytes) && Number(bytes) >= 0 && Number(bytes) <= MAX_PDU) return;
  throw fault(
    'MAX_PDU',
    `peer({ maxPdu }): must be whole bytes from 0 (no limit) to ${MAX_PDU}, got ${String(bytes)}`,
  );
}

function checkTitle(key: string, title: unknown): void {
  if (title === undefined) return;
  if (typeof title === 'string' && isAETitle(title)) return;
  const length = typeof title === 'string' ? `, this has ${title.length}` : '';
  throw fault(
    'AE_TITLE',
    `peer({ ${key} }): ${JSON.stringify(title)}: an AE title has 1 to 16 characters, ` +
      `no backslash${length}`,
    'PS3.5 §6.2, VR AE; e.g. GI_ARCHIVE',
  );
}

function checkPort(key: string, port: unknown): void {
  if (port === undefined) return;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return;
  throw fault('ADDRESS', `peer({ ${key} }): must be a port from 1 to ${MAX_PORT}, got ${port}`);
}

function fault(code: string, message: string, hint?: string): RingFault {
  return new RingFault({
    code: `CONFIG_${code}`,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}
