// From the stacked values to whom the run talks: target, routes, chosen route, verify target.
import { DEFAULT_PORT } from './values/address.ts';
import type { Problems } from './values/problems.ts';
import type { Stack } from './sources/stack.ts';
import { didYouMean } from './values/suggest.ts';
import type {
  Route,
  Routes,
  Target,
  TlsConfig,
  VerifyTarget,
  VerifyTiming,
  WebTarget,
} from './types.ts';

const DEFAULT_CALLING = 'DICOMRUN';

export interface Targets {
  readonly embedded: boolean;
  readonly target: Target | null;
  readonly webTarget: WebTarget | null;
  readonly routes: Routes;
  readonly route: string | null;
  readonly verify: VerifyTarget | null;
  readonly verifyTiming: Partial<VerifyTiming>;
}

export function resolveTargets(stack: Stack, problems: Problems, warnings: string[]): Targets {
  const embedded = isEmbedded(stack, problems, warnings);
  const routes = stack.map<Route>('routes');
  const route = stack.get('route') ?? null;
  if (route !== null && !embedded && routes[route] === undefined) {
    problems.add('CONFIG_ROUTE', `route "${route}": not configured`, {
      hint:
        didYouMean(route, Object.keys(routes)) ??
        `set REMOTE_AE_${route} and LOCAL_AE_${route}, or routes.${route}`,
      where: stack.origin('route'),
    });
  }
  const named = embedded ? null : targetOf(stack, problems);
  const target = named && withRoute(named, route === null ? undefined : routes[route]);
  /** Whether the embedded one stands for what this names. */
  const isInside = (path: 'verify.host' | 'webTarget.url'): boolean =>
    embedded && afterEmbedded(stack, path, problems) <= 0;
  const findAET = route === null ? undefined : routes[route]?.findAET;
  // As in the seed suite: without a title of its own the query calls as the route does.
  const verify = isInside('verify.host')
    ? null
    : verifyOf(stack, { target: named, routed: target, findAET }, warnings);
  const webTarget = isInside('webTarget.url') ? null : webTargetOf(stack, problems);
  if (target === null) tellUnusedTls(stack, embedded, warnings);
  return { embedded, target, webTarget, routes, route, verify, verifyTiming: verifyTiming(stack) };
}

/** TLS that was asked for on the command line, where there is no target to talk it with. */
function tellUnusedTls(stack: Stack, embedded: boolean, warnings: string[]): void {
  const flags = Object.keys(stack.map('target.tls'))
    .map((key) => stack.origin(`target.tls.${key}`))
    .filter((origin) => origin.startsWith('flag '));
  if (flags.length === 0) return;
  const why = embedded ? 'the embedded target takes plain TCP' : 'no target is named beside it';
  warnings.push(`${[...new Set(flags)].join(', ')} has no effect: ${why} (-c AET@host:port)`);
}

/** A target named later than `embedded` (in a higher source) wins, and the other way round. */
function isEmbedded(stack: Stack, problems: Problems, warnings: string[]): boolean {
  if (stack.get('embedded') !== true) return false;
  if (afterEmbedded(stack, 'target.host', problems) <= 0) return true;
  const host = stack.origin('target.host');
  warnings.push(
    `the target of ${host} is used, not the embedded one of ${stack.origin('embedded')}`,
  );
  return false;
}

/** By how much a target is named later than `embedded`; at the same place they contradict each other. */
function afterEmbedded(stack: Stack, path: string, problems: Problems): number {
  const level = stack.level(path) - stack.level('embedded');
  if (level === 0) {
    const both = `${stack.origin('embedded')} and ${stack.origin(path)}`;
    problems.add('CONFIG_CONFLICT', `${both} name two different targets`, {
      hint: 'give one of them',
    });
  }
  return level;
}

function targetOf(stack: Stack, problems: Problems): Target | null {
  const host = stack.get('target.host');
  const calledAET = stack.get('target.calledAET');
  if (host === undefined) {
    if (calledAET === undefined && stack.get('target.port') === undefined) return null;
    const known = calledAET === undefined ? 'target.port' : 'target.calledAET';
    problems.add('CONFIG_MISSING', `target.host: is missing, ${known} is set`, {
      hint: '-c AET@host:port, or DICOMRUN_TARGET_HOST',
      where: stack.origin(known),
    });
    return null;
  }
  if (calledAET === undefined) {
    problems.add('CONFIG_MISSING', 'target.calledAET: is missing, target.host is set', {
      hint: '-c AET@host:port, or DICOMRUN_TARGET_CALLED_AET',
      where: stack.origin('target.host'),
    });
  }
  const maxPdu = stack.get('target.maxPdu');
  const sourceAddress = stack.get('target.sourceAddress');
  const tls = tlsOf(stack, 'target.tls');
  return {
    host,
    port: stack.get('target.port') ?? DEFAULT_PORT,
    calledAET: calledAET ?? '',
    callingAET: stack.get('target.callingAET') ?? DEFAULT_CALLING,
    ...(maxPdu === undefined ? {} : { maxPdu }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function webTargetOf(stack: Stack, problems: Problems): WebTarget | null {
  const url = stack.get('webTarget.url');
  if (url === undefined) return null;
  if (!URL.canParse(url) || !/^https?:\/\/./i.test(url)) {
    problems.add('CONFIG_WEB_TARGET', 'webTarget.url: is no http or https URL', {
      hint: 'write the root of the services, e.g. http://host:8042/dicom-web',
      where: stack.origin('webTarget.url'),
    });
    return null;
  }
  const tls = tlsOf(stack, 'webTarget.tls');
  const names = ['token', 'username', 'password'] as const;
  const given = Object.fromEntries(
    names.flatMap((name) => {
      const value = stack.get(`webTarget.${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { url, ...given, ...(tls === undefined ? {} : { tls }) };
}

function tlsOf(stack: Stack, path: string): TlsConfig | undefined {
  const tls = stack.map(path);
  return Object.keys(tls).length === 0 ? undefined : (tls as TlsConfig);
}

function withRoute(target: Target, route: Route | undefined): Target {
  if (route === undefined) return target;
  return {
    ...target,
    calledAET: route.calledAET,
    callingAET: route.callingAET,
    host: route.host ?? target.host,
    port: route.port ?? target.port,
  };
}

/** What was said of verification, and nothing that was not. */
function verifyTiming(stack: Stack): Partial<VerifyTiming> {
  const said = { ...stack.map<unknown>('verify') };
  const timing: [string, unknown][] = [
    ['enabled', said['enabled']],
    ['initialDelayMs', said['initialDelay']],
    ['timeoutMs', said['timeout']],
    ['intervalMs', said['interval']],
    ['model', said['model']],
    ['queryTimeoutMs', said['queryTimeout']],
  ];
  return Object.fromEntries(timing.filter(([, value]) => value !== undefined));
}

const tlsAs = (target: Target | null): Pick<Target, 'tls'> =>
  target?.tls === undefined ? {} : { tls: target.tls };

/** What was said of single queries. */
function queryOf(stack: Stack): Pick<VerifyTiming, 'model' | 'queryTimeoutMs'> {
  const { model, queryTimeoutMs } = verifyTiming(stack);
  return {
    ...(model === undefined ? {} : { model }),
    ...(queryTimeoutMs === undefined ? {} : { queryTimeoutMs }),
  };
}

/** What says where studies are looked for, where `verify` does not. */
interface VerifyAmong {
  readonly target: Target | null;
  readonly routed: Target | null;
  /** Of the chosen route: whom it asks. */
  readonly findAET: string | undefined;
}

function verifyOf(
  stack: Stack,
  { target, routed, findAET }: VerifyAmong,
  warnings: string[],
): VerifyTarget | null {
  const host = stack.get('verify.host') ?? target?.host;
  const calledAET = findAET ?? stack.get('verify.calledAET') ?? target?.calledAET;
  if (host === undefined || calledAET === undefined) return null;
  const enabled = stack.get('verify.enabled') ?? true;
  const isTarget = stack.get('verify.host') === undefined;
  const asked = Object.keys(stack.map('verify')).length > 0;
  if (isTarget && enabled && asked) {
    warnings.push(
      `C-FIND verification asks the target itself (${calledAET}@${host}): it may hold what it has ` +
        'not delivered; set CFIND_HOST or verify.host to where studies must arrive',
    );
  }
  return {
    host,
    port: stack.get('verify.port') ?? target?.port ?? DEFAULT_PORT,
    calledAET,
    callingAET: stack.get('verify.callingAET') ?? routed?.callingAET ?? DEFAULT_CALLING,
    enabled,
    initialDelayMs: stack.need('verify.initialDelay'),
    timeoutMs: stack.need('verify.timeout'),
    intervalMs: stack.need('verify.interval'),
    isTarget,
    ...queryOf(stack),
    ...(isTarget ? tlsAs(target) : {}),
  };
}
