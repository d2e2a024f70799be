// The words of a script for delays and statuses of faults, as the wire draws them.
import { parseDurationOrMs } from '../../../api/duration.ts';
import type { Delay, FaultStatus, Span } from '../../../api/k6/simulate.ts';
import type { DelaySpec, StatusSpec, InTurn } from '../../dicom/scp/draw.ts';
import { SpecError } from './spec-error.ts';

const DEFAULT_SIGMA = 0.5;

/**
 * A delay in ms, or several taken in turn.
 * @throws SpecError for a time that is none
 */
export function delayTurns(delay: Delay | undefined): InTurn<DelaySpec> | undefined {
  if (Array.isArray(delay)) return (delay as readonly Span[]).map(span);
  if (typeof delay !== 'object') return delay === undefined ? undefined : span(delay);
  if ('p50' in delay) return { p50: span(delay.p50), p95: span(delay.p95) };
  const { lognormal, sigma = DEFAULT_SIGMA } = delay as Extract<Delay, { lognormal: Span }>;
  return { p50: span(lognormal), sigma };
}

/**
 * A status, several taken in turn, or shares by status; 0 is no fault.
 * @throws SpecError for a status that is none
 */
export function statusTurns(status: FaultStatus | undefined): InTurn<StatusSpec> | undefined {
  if (status === undefined) return undefined;
  if (typeof status === 'number' || Array.isArray(status)) {
    const bad = [status].flat().find((code) => !isStatus(code));
    if (bad === undefined) return status as number | readonly number[];
    throw new SpecError(`fault status ${String(bad)}: must be 0 to 0xFFFF`);
  }
  const shares = Object.entries(status).map(([hex, part]): [number, number] => {
    if (/^(0x)?[0-9a-f]{1,4}$/i.test(hex)) return [parseInt(hex, 16), part];
    throw new SpecError(`fault status "${hex}": must be hexadecimal, as A700`);
  });
  return new Map(shares);
}

const isStatus = (code: number): boolean => Number.isInteger(code) && code >= 0 && code <= 0xffff;

/**
 * A time in ms.
 * @throws SpecError when it is none
 */
export function span(value: Span): number {
  if (typeof value === 'number' && value >= 0) return value;
  const ns = typeof value === 'string' ? parseDurationOrMs(value) : null;
  if (ns !== null) return ns / 1e6;
  throw new SpecError(`"${String(value)}": must be ms or a time such as '40ms', '2s', '1m30s'`);
}
