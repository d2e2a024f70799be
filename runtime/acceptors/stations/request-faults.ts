// Faults by rules for single requests and associations, as the wire takes them.
import type {
  AcceptorFaults,
  AssociateRule,
  FaultRule,
  RequestRule,
} from '../../../api/k6/simulate.ts';
import { SERVICE_NAMES } from '../../dicom/dimse/services.ts';
import type { AssociateFault, FaultPolicy, RequestFault } from '../../dicom/scp/fault-policy.ts';
import { delayTurns, statusTurns } from './fault-words.ts';
import { SpecError } from './spec-error.ts';
import { mustHaveKeys } from './spec-words.ts';

const ANY = ['calledAET', 'callingAET', 'first', 'every', 'share', 'delay', 'neverAnswer'];
const OF_REQUESTS: readonly string[] = [
  ...ANY,
  ...['service', 'sopClass', 'status', 'abortAfter', 'resetAfter', 'closeAfter'],
];
const OF_ASSOCIATE: readonly string[] = [...ANY, 'abort', 'reset', 'reject'];

/** PS3.8 Table 9-26: service-user, reason not significant. */
const USER_ABORT = { source: 0, reason: 0 } as const;

/**
 * All rules as the wire takes them; null where there is none.
 * @throws SpecError for a word or a number that is none
 */
export function faultPolicy({
  requests,
  associate,
  neverRelease,
}: AcceptorFaults): FaultPolicy | null {
  if (requests === undefined && associate === undefined && neverRelease !== true) return null;
  return {
    ...(requests === undefined ? {} : { requests: requestFaults(requests) }),
    ...(associate === undefined ? {} : { associate: associateFaults(associate) }),
    ...(neverRelease === true ? { neverRelease } : {}),
  };
}

function associateFaults(rules: readonly AssociateRule[]): AssociateFault[] {
  if (!Array.isArray(rules)) throw new SpecError('faults.associate: must be a list of rules');
  return rules.map((rule: AssociateRule) => {
    mustHaveKeys('faults.associate', rule, OF_ASSOCIATE);
    const { abort, ...rest } = rule;
    const { reset, reject, ...same } = common(rest);
    return {
      ...same,
      ...(abort === undefined || abort === false
        ? {}
        : { abort: abort === true ? USER_ABORT : abort }),
      ...(reset === true ? { reset } : {}),
      ...(reject === undefined ? {} : { reject: codes(reject) }),
    };
  });
}

/** What a refusal must have, all three of it. */
function codes(reject: NonNullable<AssociateRule['reject']>): typeof reject {
  const { result, source, reason } = reject;
  if ([result, source, reason].every((code) => Number.isInteger(code) && code >= 0 && code < 256))
    return { result, source, reason };
  const hint = 'e.g. reject: { result: 2, source: 3, reason: 2 } (PS3.8 Table 9-21)';
  throw new SpecError('faults.associate: reject needs result, source and reason, 0 to 255', hint);
}

/** Times in ms; all else as the script says it. */
function common<T extends FaultRule>(rule: T) {
  const { delay, ...same } = rule;
  return { ...same, ...(delay === undefined ? {} : { delay: delayTurns(delay) }) };
}

/**
 * The rules as the wire takes them.
 * @throws SpecError for a word or a number that is none
 */
export function requestFaults(rules: readonly RequestRule[]): RequestFault[] {
  if (!Array.isArray(rules)) throw new SpecError('faults.requests: must be a list of rules');
  return rules.map((rule: RequestRule) => {
    check(rule);
    const { status, ...rest } = rule;
    return { ...common(rest), ...(status === undefined ? {} : { status: statusTurns(status) }) };
  });
}

/** Services that a rule may name where a station is asked over the web. */
const WEB_SERVICES: readonly string[] = ['STOW-RS', 'QIDO-RS', 'WADO-RS', 'DELETE'];
const OF_ASSOCIATIONS = ['calledAET', 'callingAET', 'sopClass'] as const;

/** Whether a rule is for requests over the web, and its status one of HTTP. */
export function isWebRule({ service = '' }: Pick<RequestRule, 'service'>): boolean {
  return WEB_SERVICES.includes(service);
}

function checkWeb(rule: RequestRule): void {
  const { service = '', status = [] } = rule;
  const odd = OF_ASSOCIATIONS.find((key) => rule[key] !== undefined);
  if (odd !== undefined) throw new SpecError(`faults.requests: ${service} has no ${odd}`);
  const turns = typeof status === 'object' && !Array.isArray(status) ? NaN : status;
  const bad = [turns]
    .flat()
    .find((code) => code !== 0 && !(Number(code) >= 400 && Number(code) < 600));
  if (bad === undefined) return;
  const hint = 'e.g. status: 503, or status: [0, 0, 429]';
  throw new SpecError(`faults.requests: ${service} fails by an HTTP status, 400 to 599`, hint);
}

function check(rule: RequestRule): void {
  mustHaveKeys('faults.requests', rule, OF_REQUESTS);
  const { service } = rule;
  if (isWebRule(rule)) return checkWeb(rule);
  if (service !== undefined && !SERVICE_NAMES.some((name) => name === service)) {
    const hint = `known are ${[...SERVICE_NAMES, ...WEB_SERVICES].join(', ')}`;
    throw new SpecError(`faults.requests: there is no service "${service}"`, hint);
  }
}
