// Faults of requests other than by the dice: rules by service, SOP class and AE title.
import type { RequestRule } from '../../api/k6/simulate.ts';
import { SERVICE_NAMES } from '../dicom/dimse/elements.ts';
import type { RequestFault } from '../dicom/scp/fault-policy.ts';
import type { DelaySpec } from '../dicom/scp/delay.ts';
import { span } from './faults.ts';
import { SpecError } from './spec-error.ts';

const KNOWN: readonly string[] = [
  ...['service', 'sopClass', 'calledAET', 'callingAET', 'every', 'share', 'delay', 'status'],
  ...['neverAnswer', 'abortAfter', 'resetAfter', 'closeAfter'],
];

/**
 * The rules as the wire takes them.
 * @throws SpecError for a word or a number that is none
 */
export function requestFaults(rules: readonly RequestRule[]): RequestFault[] {
  if (!Array.isArray(rules)) throw new SpecError('faults.requests: must be a list of rules');
  return rules.map((rule: RequestRule) => {
    check(rule);
    const { share, delay, neverAnswer, ...same } = rule;
    return {
      ...same,
      ...(share === undefined ? {} : { probability: share }),
      ...(delay === undefined ? {} : { delay: delayOf(delay) }),
      ...(neverAnswer === true ? { silence: true } : {}),
    };
  });
}

function check(rule: RequestRule): void {
  const unknown = Object.keys(rule).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new SpecError(
      `faults.requests: there is no "${unknown}"`,
      `known are ${KNOWN.join(', ')}`,
    );
  }
  const { service, status = [] } = rule;
  if (service !== undefined && !SERVICE_NAMES.includes(service)) {
    const hint = `known are ${SERVICE_NAMES.join(', ')}`;
    throw new SpecError(`faults.requests: there is no service "${service}"`, hint);
  }
  const bad = [status].flat().find((code) => !Number.isInteger(code) || code < 0 || code > 0xffff);
  if (bad !== undefined) {
    throw new SpecError(`faults.requests: status ${String(bad)} must be 0 to 0xFFFF`);
  }
}

function delayOf(delay: NonNullable<RequestRule['delay']>): DelaySpec {
  if (typeof delay !== 'object') return span(delay);
  return { p50: span(delay.p50), p95: span(delay.p95) };
}
