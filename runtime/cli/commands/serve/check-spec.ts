// A specification file of `serve`, checked in full: everything that is wrong with it, at once.
import { KNOWN_FAULTS } from '../../../acceptors/stations/faults.ts';
import type { Served } from '../../../acceptors/serve.ts';
import { Problems, within } from '../../../config/values/problems.ts';
import type { Place } from '../../../config/values/problems.ts';
import { STATION_KEYS } from '../../../config/values/simulate.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';

type Plain = Readonly<Record<string, unknown>>;

const SINK_KEYS = ['aets', 'folder', 'faults', 'tls'];
const ROUTE_KEYS = ['name', 'calledAET', 'callingAET', 'modality', 'when', 'otherwise', 'to'];
const RULE_KEYS = ['route', 'when', 'set', 'copy', 'map', 'blank', 'remove', 'coerce'];
const ROUTER_FAULTS = ['drop', 'duplicate', 'corrupt', 'forwardDelay'];
const OWN_FAULTS: Readonly<Partial<Record<Served['kind'], readonly string[]>>> = {
  router: ROUTER_FAULTS,
  archive: ['drop', 'corrupt'],
};
const DESTINATION_KEYS = [
  'host',
  'port',
  'calledAET',
  'callingAET',
  'associations',
  'lingerMs',
  'waitTimeoutMs',
  'maxPdu',
  'tls',
  'web',
];
const LISTS = ['aets', 'allow', 'routes', 'rules', 'worklist'];
const OBJECTS = ['destinations', 'faults', 'retry', 'tls'];
const NUMBERS = [
  'stableMs',
  'queueBytes',
  'spoolBytes',
  'keepBytes',
  'visibleAfterMs',
  'commitAfterMs',
];

/** @throws DicomRunError 104 with every problem */
export function checkSpec(kind: Served['kind'], spec: unknown, file: string): Plain {
  const problems = new Problems();
  const at = { name: file, origin: file };
  const check = new SpecCheck(kind, problems);
  if (isObject(spec)) check.station(spec, at);
  else problems.value(at, 'an object', spec);
  if (problems.list.length > 0) throw new DicomRunError(ExitCode.CONFIG, problems.list);
  return spec as Plain;
}

class SpecCheck {
  readonly #kind: Served['kind'];
  readonly #problems: Problems;

  constructor(kind: Served['kind'], problems: Problems) {
    this.#kind = kind;
    this.#problems = problems;
  }

  station(spec: Plain, at: Place): void {
    const kind = this.#kind,
      problems = this.#problems;
    const known = kind === 'sink' ? SINK_KEYS : (STATION_KEYS[kind] ?? []);
    // `pool` is of the embedded router, whose destinations are not spelled out.
    this.#keys(
      spec,
      known.filter((key) => key !== 'pool'),
      at,
    );
    for (const [key, value] of Object.entries(spec)) {
      const here = within(at, key);
      if (LISTS.includes(key) && !Array.isArray(value)) problems.value(here, 'a list', value);
      if (OBJECTS.includes(key) && !isObject(value)) problems.value(here, 'an object', value);
      if (NUMBERS.includes(key) && !isCount(value)) problems.value(here, 'a number ≥ 0', value);
    }
    this.#faults(spec['faults'], within(at, 'faults'));
    this.#destinations(spec['destinations'], within(at, 'destinations'));
    this.#rows(spec['routes'], ROUTE_KEYS, within(at, 'routes'));
    this.#rows(spec['rules'], RULE_KEYS, within(at, 'rules'));
    this.#targets(spec, within(at, 'routes'));
  }

  #keys(object: Plain, known: readonly string[], at: Place): void {
    for (const key of Object.keys(object)) {
      if (!known.includes(key)) this.#problems.unknownKey(at, key, known);
    }
  }

  #faults(faults: unknown, at: Place): void {
    if (!isObject(faults)) return;
    const own = OWN_FAULTS[this.#kind] ?? [];
    const known = KNOWN_FAULTS.filter((key) => own.includes(key) || !ROUTER_FAULTS.includes(key));
    this.#keys(faults, known, at);
  }

  #destinations(destinations: unknown, at: Place): void {
    if (!isObject(destinations)) return;
    for (const [name, value] of Object.entries(destinations)) {
      const here = within(at, name);
      if (!isObject(value)) {
        this.#problems.value(here, 'an object', value);
        continue;
      }
      const isRouter = this.#kind === 'router';
      this.#keys(value, isRouter ? DESTINATION_KEYS : ['host', 'port', 'tls'], here);
      const { host, port, calledAET } = value;
      if (typeof host !== 'string' || host === '') {
        this.#problems.value(within(here, 'host'), 'a host name or address', host);
      }
      if (!isCount(port) || port < 1 || port > 65_535) {
        this.#problems.value(within(here, 'port'), 'a port, 1 to 65535', port);
      }
      if (isRouter && !isTitle(calledAET)) {
        this.#problems.value(
          within(here, 'calledAET'),
          'an AE title, 1 to 16 characters',
          calledAET,
        );
      }
    }
  }

  #rows(rows: unknown, known: readonly string[], at: Place): void {
    if (!Array.isArray(rows)) return;
    rows.forEach((row: unknown, i) => {
      if (isObject(row)) this.#keys(row, known, within(at, i));
      else this.#problems.value(within(at, i), 'an object', row);
    });
  }

  /** Routes go to destinations that are there; those of `--to` are checked with the router. */
  #targets(spec: Plain, at: Place): void {
    const { routes } = spec;
    if (!Array.isArray(routes)) return;
    routes.forEach((route: unknown, i) => {
      if (!isObject(route) || Array.isArray(route['to'])) return;
      this.#problems.value(within(within(at, i), 'to'), 'a list of destinations', route['to']);
    });
  }
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function isTitle(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 16;
}
