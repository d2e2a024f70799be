// Clocks: numbers of several machines are read side by side, so their clocks must agree.
import { execFileSync } from 'node:child_process';
import type { InfluxTarget } from '../../../outputs/influxdb/target.ts';
import type { Diagnosis } from './finding.ts';

/** The header that tells the time counts whole seconds. */
const SKEW_MS = 2_000;
const PROBE_MS = 3_000;

/** Whether this machine keeps its clock by the network, where it can tell. */
export function checkClock(): Diagnosis {
  const check = 'clock';
  const text = new Date().toISOString();
  const synchronised = isSynchronised();
  if (synchronised === null) {
    return {
      check,
      state: 'skip',
      text: `${text}; this machine does not tell whether it is right`,
    };
  }
  if (synchronised) return { check, state: 'ok', text: `${text}, kept by the network` };
  const hint = 'switch NTP on: runs of several machines are read side by side';
  return { check, state: 'warn', text: `${text}, not kept by the network`, hint };
}

function isSynchronised(): boolean | null {
  try {
    const words = ['show', '--property=NTPSynchronized', '--value'];
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const answer = execFileSync('timedatectl', words, {
      encoding: 'utf8',
      timeout: PROBE_MS,
      stdio: [...stdio],
    }).trim();
    return answer === 'yes' ? true : answer === 'no' ? false : null;
  } catch {
    return null; // no systemd here
  }
}

/** Our clock against InfluxDB's, from the Date of an answer: Grafana shows points by their time. */
export async function checkClockOf(target: InfluxTarget): Promise<Diagnosis> {
  const check = 'clock';
  const { protocol, host, port, path } = target;
  const where = host.includes(':') ? `[${host}]` : host;
  const base = path.endsWith('/') ? path : `${path}/`;
  try {
    const signal = AbortSignal.timeout(PROBE_MS);
    const response = await fetch(`${protocol}://${where}:${port}${base}ping`, { signal });
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) throw new Error('it tells no time');
    const skew = Date.now() - theirs;
    // Their seconds are cut off: up to one of ours is no difference.
    const off = skew < 0 ? -skew : Math.max(0, skew - 1_000);
    const text = `InfluxDB's differs from ours by ${(off / 1000).toFixed(1)} s`;
    if (off <= SKEW_MS) return { check, state: 'ok', text };
    return { check, state: 'warn', text, hint: 'points stand at another time than they happened' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { check, state: 'skip', text: `InfluxDB's is not known: ${why}` };
  }
}
