// Reads CPU profiles of bundled code: which source file a frame is from, and what share of the time
// was spent in and below chosen ones.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  /** 0..1 of the time that was not idle. */
  readonly share: number;
  /** Time that was not idle, all threads. */
  readonly busyS: number;
}

const NOT_BUSY = new Set(['(idle)', '(program)', '(root)']);
/** The bundler writes a line `// path/of/source.js` above what came from it. */
const DIST = new URL('../..', import.meta.url).href;
const SOURCE = /^\/\/ (\S+\.[jt]s)$/;

/** Share of the time spent in files that match, and in all that they call. */
export function profileShare(profiles: readonly string[], files: RegExp): Share {
  const sources = new Sources();
  let inside = 0;
  let busy = 0;
  for (const text of profiles) {
    const profile = JSON.parse(text) as Profile;
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const matching = new Set<number>();
    const mark = (id: number, above: boolean): void => {
      const node = nodes.get(id);
      if (node === undefined) return;
      const within = above || files.test(sources.of(node.callFrame));
      if (within) matching.add(id);
      for (const child of node.children ?? []) mark(child, within);
    };
    mark(profile.nodes[0]?.id ?? 0, false);
    profile.samples.forEach((id, at) => {
      const name = nodes.get(id)?.callFrame.functionName ?? '';
      if (NOT_BUSY.has(name)) return;
      const us = profile.timeDeltas[at] ?? 0;
      busy += us;
      if (matching.has(id)) inside += us;
    });
  }
  return { share: inside / busy, busyS: busy / 1e6 };
}

class Sources {
  readonly #files = new Map<string, readonly string[]>();

  /** The source of a frame; its own file where that is no bundle. */
  of({ url, lineNumber }: Frame): string {
    if (!url.startsWith(DIST)) return url;
    let byLine = this.#files.get(url);
    if (byLine === undefined) this.#files.set(url, (byLine = sourcesByLine(url)));
    return byLine[lineNumber] ?? url;
  }
}

function sourcesByLine(url: string): readonly string[] {
  let source = url;
  return readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .map((line) => (source = SOURCE.exec(line)?.[1] ?? source));
}
