// The DIMSE services, once: by name, their command field, what a script calls them by, the SOP classes
// that have them, and their words for statuses.
import { CommandField, RESPONSE_BIT } from './elements.ts';
import {
  ACTION_WORDS,
  CREATE_WORDS,
  FIND_WORDS,
  GET_WORDS,
  MOVE_WORDS,
  SET_WORDS,
  STORE_WORDS,
} from './status-words.ts';
import type { StatusTable } from './status-words.ts';
import { SopClass } from './uids.ts';

interface ServiceRow {
  readonly command: number;
  /** Method of a script's association; '' without one. */
  readonly call: string;
  /** SOP classes that have it (PS3.4), by the names that scripts use; storage has a list of its own. */
  readonly classes: Readonly<Record<string, string>>;
  /** Statuses that mean something else here than elsewhere. */
  readonly words: StatusTable;
}

const NO_WORDS: StatusTable = new Map();
const CREATED = {
  MPPS: SopClass.MPPS,
  BasicGrayscalePrint: SopClass.BASIC_GRAYSCALE_PRINT,
  InstanceAvailability: SopClass.INSTANCE_AVAILABILITY,
  UPSPush: SopClass.UPS_PUSH,
};
const COMMITMENT = { StorageCommitment: SopClass.STORAGE_COMMITMENT };

/** PS3.7 §9.1 and §10.1. */
const SERVICES = {
  'C-STORE': {
    command: CommandField.C_STORE_RQ,
    call: 'store',
    classes: {},
    words: STORE_WORDS,
  },
  'C-GET': {
    command: CommandField.C_GET_RQ,
    call: 'get',
    classes: { StudyRootGet: SopClass.STUDY_ROOT_GET, PatientRootGet: SopClass.PATIENT_ROOT_GET },
    words: GET_WORDS,
  },
  'C-FIND': {
    command: CommandField.C_FIND_RQ,
    call: 'find',
    classes: {
      StudyRootFind: SopClass.STUDY_ROOT_FIND,
      PatientRootFind: SopClass.PATIENT_ROOT_FIND,
      Worklist: SopClass.WORKLIST_FIND,
    },
    words: FIND_WORDS,
  },
  'C-MOVE': {
    command: CommandField.C_MOVE_RQ,
    call: 'move',
    classes: {
      StudyRootMove: SopClass.STUDY_ROOT_MOVE,
      PatientRootMove: SopClass.PATIENT_ROOT_MOVE,
    },
    words: MOVE_WORDS,
  },
  'C-ECHO': {
    command: CommandField.C_ECHO_RQ,
    call: 'echo',
    classes: { Verification: SopClass.VERIFICATION },
    words: NO_WORDS,
  },
  'N-EVENT-REPORT': {
    command: CommandField.N_EVENT_REPORT_RQ,
    call: 'event',
    classes: COMMITMENT,
    words: NO_WORDS,
  },
  'N-GET': { command: CommandField.N_GET_RQ, call: 'nget', classes: {}, words: NO_WORDS },
  'N-SET': {
    command: CommandField.N_SET_RQ,
    call: 'set',
    classes: { MPPS: SopClass.MPPS },
    words: SET_WORDS,
  },
  'N-ACTION': {
    command: CommandField.N_ACTION_RQ,
    call: 'action',
    classes: COMMITMENT,
    words: ACTION_WORDS,
  },
  'N-CREATE': {
    command: CommandField.N_CREATE_RQ,
    call: 'create',
    classes: CREATED,
    words: CREATE_WORDS,
  },
  'N-DELETE': { command: CommandField.N_DELETE_RQ, call: 'delete', classes: {}, words: NO_WORDS },
  'C-CANCEL': { command: CommandField.C_CANCEL_RQ, call: '', classes: {}, words: NO_WORDS },
} as const satisfies Record<string, ServiceRow>;

export type ServiceName = keyof typeof SERVICES;
export type NormalizedService = Extract<ServiceName, `N-${string}`>;

/** Every service by name. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

const BY_COMMAND = new Map<number, ServiceName>(
  SERVICE_NAMES.map((name) => [SERVICES[name].command, name]),
);
const BY_CALL = new Map<string, ServiceName>(
  SERVICE_NAMES.map((name) => [SERVICES[name].call, name]),
);

/** `C-STORE` for both C-STORE-RQ and C-STORE-RSP; the number in hex when it is none of them. */
export function serviceName(commandField: number): string {
  const known = BY_COMMAND.get(commandField & ~RESPONSE_BIT) ?? BY_COMMAND.get(commandField);
  return known ?? `command 0x${commandField.toString(16).padStart(4, '0')}`;
}

/** The service of a script's call; null for a call that is none. */
export function serviceOfCall(call: string): ServiceName | null {
  return (call === '' ? undefined : BY_CALL.get(call)) ?? null;
}

/** Statuses that mean something else in this service than elsewhere; none for what is no service. */
export function serviceWords(service: string): StatusTable {
  return Object.hasOwn(SERVICES, service) ? SERVICES[service as ServiceName].words : NO_WORDS;
}

/** Every name of a SOP class of a service, with its UID. */
export const CLASS_NAMES: ReadonlyMap<string, string> = new Map(
  SERVICE_NAMES.flatMap((name) => Object.entries<string>(SERVICES[name].classes)),
);

const named = (...names: string[]): string[] => names.map((name) => CLASS_NAMES.get(name) ?? '');

/** What a script may name in `associate({ for: … })`, with the SOP classes that are proposed then. */
export const SERVICE_CLASSES: ReadonlyMap<string, readonly string[]> = new Map([
  ...[...CLASS_NAMES].map(([name, uid]): [string, string[]] => [name, [uid]]),
  ['StudyRoot', named('StudyRootFind', 'StudyRootMove', 'StudyRootGet')],
  ['PatientRoot', named('PatientRootFind', 'PatientRootMove', 'PatientRootGet')],
  ['Find', named('StudyRootFind', 'PatientRootFind')],
  ['Move', named('StudyRootMove', 'PatientRootMove')],
  ['Get', named('StudyRootGet', 'PatientRootGet')],
]);

/** Information models of the query/retrieve services. */
export type QueryModel = 'patient' | 'study' | 'worklist';
export type QueryService = 'find' | 'move' | 'get';

const MODEL_NAMES: ReadonlyMap<string, string> = new Map<QueryModel, string>([
  ['patient', 'PatientRoot'],
  ['study', 'StudyRoot'],
]);
const SERVICE_ENDS = { find: 'Find', move: 'Move', get: 'Get' } as const;

/** SOP class of a model and service; a UID stands for itself; '' when there is none. */
export function queryClass(model: string, service: QueryService): string {
  if (/^\d[\d.]+$/.test(model)) return model;
  if (model === 'worklist') return service === 'find' ? SopClass.WORKLIST_FIND : '';
  return CLASS_NAMES.get(`${MODEL_NAMES.get(model) ?? ''}${SERVICE_ENDS[service]}`) ?? '';
}

export const isNormalized = (service: ServiceName): service is NormalizedService =>
  service.startsWith('N-');

/** Calls of the normalized services, each with its service. */
export const NORMALIZED_CALLS: readonly (readonly [string, NormalizedService])[] =
  SERVICE_NAMES.filter(isNormalized).map((name) => [SERVICES[name].call, name]);
