// One QIDO-RS before the run to each web server that the script asks: a wrong URL, token or certificate
// is said once, not per VU.
import type { RunContext } from '../../conductor/run-types.ts';
import { DicomRunError, ExitCode, type Problem } from '../../errors.ts';
import type { ServerRequest } from '../../vu/web/servers.ts';
import { shownRoot } from '../../web/paths.ts';
import type { ServerPlace } from './web-peer.ts';

const LIMIT_MS = 10_000;
/** Servers of a script that are looked at: with more, the first ones stand for the rest. */
const MOST_LOOKED_AT = 32;
/** Answers that say a server is there: it offers no QIDO-RS, or not to everybody at any time. */
const THERE = new Set([400, 405, 429, 501]);
/** Not the root, but what is below it. */
const RESOURCE = /\/(?:studies|series|instances)$/;
const TOO_LONG =
  'the URL is that of the root: leave out /studies and what follows, e.g. http://host:8042/dicom-web';
const NO_QUERY =
  'a server that takes images and answers no queries: --no-preflight leaves this check out';

/** A server that is asked. */
interface Asked {
  readonly place: ServerPlace;
  readonly called?: string;
  readonly headers?: readonly string[];
  /** It is named for stores alone: that it answers is enough. */
  readonly storesOnly?: boolean;
}

/**
 * Asks the web target for a study, and the servers that the script names. The target has to answer, and
 * so has a server that is the only one; of several some may be meant to refuse.
 *
 * @param folder the script's, which files of TLS are relative to
 * @returns what is wrong with some of several
 * @throws DicomRunError 111 for a server that cannot be used: not there, not DICOMweb, not for us
 */
export async function webPreflight(
  context: RunContext,
  folder: string,
): Promise<readonly string[]> {
  if (!context.options.preflight) return [];
  const target = targetAsked(context);
  const own = ownServers(context).slice(0, MOST_LOOKED_AT);
  if (target === null && own.length === 0) return [];
  const [ofTarget, ofOwn] = await Promise.all([
    target === null ? null : problemOf(target, folder),
    Promise.all(own.map((one) => problemOf(one, folder))),
  ]);
  if (ofTarget !== null) throw unusable(ofTarget);
  const wrong = ofOwn.filter((problem) => problem !== null);
  const isLost = target === null && wrong.length === own.length;
  const [problem] = wrong;
  if (problem === undefined) return [];
  if (isLost) throw unusable(problem);
  return wrong.map(({ message, hint }) => (hint === undefined ? message : `${message}: ${hint}`));
}

/** Roots of the web servers that the script names itself, as the plan shows them: without credentials. */
export function namedServers({ loaded }: Pick<RunContext, 'loaded'>): readonly string[] {
  const roots = loaded.webServers.flatMap(({ own }) => {
    const { url } = (own ?? {}) as ServerRequest;
    return typeof url === 'string' ? [url] : Object.values(url ?? {});
  });
  return [...new Set(roots.map((url) => shownRoot(url)))].filter((text) => text !== '');
}

function targetAsked({ options, targets, loaded, embedded }: RunContext): Asked | null {
  const { webTarget } = targets;
  const isUsed = loaded.webServers.some(({ usesTarget }) => usesTarget);
  // The embedded one was opened a moment ago; another may be named beside it.
  const isOurs = embedded && options.webTarget === null;
  return isOurs || webTarget === null || !isUsed ? null : { place: webTarget };
}

/** Each once, however often the script describes it. */
function ownServers({ loaded }: RunContext): readonly Asked[] {
  const known = new Map<string, Asked>();
  for (const { own } of loaded.webServers) {
    if (own === undefined) continue;
    const asked = askedOf(own as ServerRequest);
    known.set(JSON.stringify(asked), asked);
  }
  return [...known.values()];
}

function askedOf({ url = '', auth, tls, http2, headers = {} }: ServerRequest): Asked {
  const roots = typeof url === 'string' ? { search: url } : url;
  const root = roots.search ?? roots.retrieve ?? roots.store ?? '';
  return {
    place: {
      url: root,
      ...(auth === undefined ? {} : { auth }),
      ...(tls === undefined ? {} : { tls }),
      ...(http2 === undefined ? {} : { http2 }),
    },
    called: 'server()',
    headers: Object.entries(headers).flat(),
    storesOnly: roots.search === undefined && roots.retrieve === undefined,
  };
}

/** What is wrong with a server; null for one that can be used. @throws DicomRunError 104 */
async function problemOf(
  { place, called, headers = [], storesOnly = false }: Asked,
  folder: string,
): Promise<Problem | null> {
  const [{ WebPeer }, { askNoStudy, askStudy, studyProblem }] = await Promise.all([
    import('./web-peer.ts'),
    import('./reach.ts'),
  ]);
  const names = called === undefined ? {} : { called };
  const peer = new WebPeer(place, { folder, timeoutMs: LIMIT_MS, headers, ...names });
  try {
    let answer = await askStudy(peer);
    // Others than DICOMweb have studies, too: what they say of none tells them apart.
    if (answer.status === 400) answer = await askNoStudy(peer);
    const { status } = answer;
    const isResource = RESOURCE.test(peer.root.base);
    if (!isResource && (THERE.has(status) || (storesOnly && status === 404))) return null;
    const problem = studyProblem(peer, answer);
    if (problem !== null && isResource) return { ...problem, hint: TOO_LONG };
    return status === 404 ? orNoQuery(problem) : problem;
  } catch (error) {
    return peer.problem(error, 'QIDO-RS');
  } finally {
    await peer.close();
  }
}

function orNoQuery(problem: Problem | null): Problem | null {
  return problem === null ? null : { ...problem, hint: `${problem.hint ?? ''}; ${NO_QUERY}` };
}

const unusable = (problem: Problem): DicomRunError =>
  new DicomRunError(ExitCode.UNREACHABLE, problem);
