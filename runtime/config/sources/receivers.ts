// Where the receivers of a script listen, said from outside: by AE title, or `*` for all of them.
import { readAETitle, readPort } from '../values/address.ts';
import { EVERY_RECEIVER } from '../option-table.ts';
import { put } from './layer.ts';
import type { Layer } from './layer.ts';
import { within } from '../values/problems.ts';
import type { Problems } from '../values/problems.ts';
import type { ReceiverPlace } from '../types.ts';
import { readObject, readString } from '../values/values.ts';
import type { Reader } from '../values/values.ts';
import type { Variable } from './variables.ts';

const KEYS = ['host', 'port'];
/** `host:port`, `[::1]:port`, or a port alone; 0 takes any free one. */
const PLACE = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d+)$/;
const EXAMPLE = 'e.g. GI_ARCHIVE=0.0.0.0:11113, or *=11113 for all receivers of the script';

/** `receivers: { GI_ARCHIVE: { host, port } }`; a text `host:port` or a port will do. */
export function readReceivers(r: Reader, value: unknown, layer: Layer): void {
  for (const [aet, item] of Object.entries(readObject(r, value) ?? {})) {
    const at = { ...r, at: within(r.at, aet) };
    const place = typeof item === 'object' ? readPlaceObject(at, item) : readPlace(at, item);
    if (isTitle(at, aet)) put(layer, `receivers.${aet}`, place, r.at.origin);
  }
}

/** `--receiver AET=host:port`. */
export function readReceiverFlag(r: Reader, text: string, layer: Layer, origin: string): void {
  const [, aet = '', where = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (aet === '') r.problems.value(r.at, 'AET=host:port', text, EXAMPLE);
  else if (isTitle(r, aet)) put(layer, `receivers.${aet}`, readPlace(r, where), origin);
}

const PREFIX = 'DICOMRUN_RECEIVER_';

/** True for DICOMRUN_RECEIVER_<AET>, DICOMRUN_RECEIVER_HOST and DICOMRUN_RECEIVER_PORT. */
export const isReceiverVariable = (name: string): boolean =>
  name.startsWith(PREFIX) && name.length > PREFIX.length;

/** DICOMRUN_RECEIVER_<AET>=host:port; _HOST and _PORT are for every receiver. */
export function readReceiverVariable(
  layer: Layer,
  name: string,
  { value, origin }: Variable,
  problems: Problems,
): void {
  if (value.trim() === '') return;
  const aet = name.slice(PREFIX.length);
  const r = { problems, at: { name, origin } };
  if (aet !== 'HOST' && aet !== 'PORT') {
    put(layer, `receivers.${aet}`, readPlace(r, value), origin);
    return;
  }
  const path = `receivers.${EVERY_RECEIVER}`;
  const known = layer.values.get(path)?.value as ReceiverPlace | undefined;
  const port = aet === 'PORT' ? readPort(problems, r.at, value) : undefined;
  const said = aet === 'HOST' ? { host: value } : port === undefined ? {} : { port };
  put(layer, path, { ...known, ...said }, origin);
}

function isTitle(r: Reader, aet: string): boolean {
  return aet === EVERY_RECEIVER || readAETitle(r, aet) !== undefined;
}

function readPlace(r: Reader, value: unknown): ReceiverPlace | undefined {
  const [, host, port] = PLACE.exec(String(value)) ?? [];
  // 0: any free port, though the script names one
  const read = () => (port === '0' ? 0 : readPort(r.problems, r.at, port));
  const number = port === undefined ? undefined : read();
  if (port === undefined) r.problems.value(r.at, 'host:port', value, EXAMPLE);
  if (number === undefined) return undefined;
  return { port: number, ...(host === undefined ? {} : { host: host.replace(/^\[|\]$/g, '') }) };
}

function readPlaceObject(r: Reader, value: unknown): ReceiverPlace | undefined {
  const raw = readObject(r, value);
  if (raw === undefined) return undefined;
  for (const key of Object.keys(raw)) {
    if (!KEYS.includes(key)) r.problems.unknownKey(r.at, key, KEYS);
  }
  const at = (key: string): Reader => ({ ...r, at: within(r.at, key) });
  const host = raw.host === undefined ? undefined : readString(at('host'), raw.host);
  const port = raw.port === undefined ? undefined : readPort(r.problems, at('port').at, raw.port);
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}
