// What main is told of a `web.server({…})` of the init code: whom the run looks at before it starts.
import { rootsOf, SERVICE_ROOTS, type ServiceUrls } from '../../web/paths.ts';
import type { WebServerSpec } from '../../threads/vu.ts';
import { RingFault } from '../sandbox/host.ts';

/** @throws RingFault, a fault of configuration told with the author's line, for what is no URL */
export function serverSpec(told: Record<string, unknown>): WebServerSpec {
  const { deliversTo, web: _, ...own } = told;
  const delivers = typeof deliversTo === 'number' ? { deliversTo } : {};
  const url = own['url'] as ServiceUrls | undefined;
  if (url === undefined) return { usesTarget: true, hosts: [], ...delivers };
  const roots = rootsOf(url);
  if (roots === null) throw noServerUrl();
  const origins = SERVICE_ROOTS.map((service) => roots[service].origin);
  return { usesTarget: false, hosts: hostnames([...origins, tokenUrl(own)]), own, ...delivers };
}

/** Never as it was written: it may hold a password. */
export function noServerUrl(): RingFault {
  return new RingFault({
    code: 'CONFIG_ADDRESS',
    message: 'server({ url }): is no URL of a web service',
    hint: 'write http://host:port/path, with the path of the DICOMweb root',
  });
}

function hostnames(urls: readonly string[]): readonly string[] {
  const known = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).hostname);
  return [...new Set(known)];
}

function tokenUrl({ auth }: Record<string, unknown>): string {
  const { oauth2 } = (auth ?? {}) as { readonly oauth2?: { readonly tokenUrl?: unknown } };
  return String(oauth2?.tokenUrl ?? '');
}
