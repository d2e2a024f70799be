// The DIMSE services, once: by name, their command field, and what a script calls them by.
import { CommandField, RESPONSE_BIT } from './elements.ts';

/** PS3.7 §9.1 and §10.1; `call` is the method of a script's association, '' without one. */
const SERVICES = {
  'C-STORE': { command: CommandField.C_STORE_RQ, call: 'store' },
  'C-GET': { command: CommandField.C_GET_RQ, call: 'get' },
  'C-FIND': { command: CommandField.C_FIND_RQ, call: 'find' },
  'C-MOVE': { command: CommandField.C_MOVE_RQ, call: 'move' },
  'C-ECHO': { command: CommandField.C_ECHO_RQ, call: 'echo' },
  'N-EVENT-REPORT': { command: CommandField.N_EVENT_REPORT_RQ, call: 'event' },
  'N-GET': { command: CommandField.N_GET_RQ, call: 'nget' },
  'N-SET': { command: CommandField.N_SET_RQ, call: 'set' },
  'N-ACTION': { command: CommandField.N_ACTION_RQ, call: 'action' },
  'N-CREATE': { command: CommandField.N_CREATE_RQ, call: 'create' },
  'N-DELETE': { command: CommandField.N_DELETE_RQ, call: 'delete' },
  'C-CANCEL': { command: CommandField.C_CANCEL_RQ, call: '' },
} as const satisfies Record<string, { readonly command: number; readonly call: string }>;

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

export const isNormalized = (service: ServiceName): service is NormalizedService =>
  service.startsWith('N-');

/** Calls of the normalized services, each with its service. */
export const NORMALIZED_CALLS: readonly (readonly [string, NormalizedService])[] =
  SERVICE_NAMES.filter(isNormalized).map((name) => [SERVICES[name].call, name]);
