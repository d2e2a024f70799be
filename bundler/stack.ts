// Maps a stack of the sandbox back to the author's TypeScript.
import { SourceMap } from 'node:module';

/** How the bundle is named in the sandbox, and so in a guest stack. Must not start with a slash. */
export const GUEST_FILE = 'script.js';

export interface MappedFrame {
  /** Name of the function, '' at the top level. */
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface MappedStack {
  /** Frames of the author's files and packages, innermost first; those of the runtime are gone. */
  readonly frames: readonly MappedFrame[];
  /** `file:line:column` of the innermost frame, or null when the author's code is not in it. */
  readonly where: string | null;
  /** The source line of `where`, trimmed, or null. */
  readonly source: string | null;
}

export interface StackMapperOptions {
  /** How the bundle is named in guest stacks. Default {@link GUEST_FILE}. */
  readonly file?: string;
  /** Lines the wrapper puts before the bundle's first line. Default 0. */
  readonly lineOffset?: number;
  /** Characters the wrapper puts before the bundle on its first line. Default 0. */
  readonly columnOffset?: number;
}

export type StackMapper = (stack: string) => MappedStack;

const FRAME = /^\s*at (?:async )?(?:(.*?) \()?([^()\s]+):(\d+):(\d+)\)?$/;
const REMEMBERED = 1000;

/**
 * A function that maps guest stacks. It parses the map at the first use only and remembers what it
 * answered, as the same error comes thousands of times in a load test.
 *
 * @param map the source map of the script's bundle, as JSON
 */
export function stackMapper(map: string, options: StackMapperOptions = {}): StackMapper {
  const { file = GUEST_FILE, lineOffset = 0, columnOffset = 0 } = options;
  const known = new Map<string, MappedStack>();
  let table: SourceTable | null = null;

  const map1 = (name: string, line: number, column: number): MappedFrame | null => {
    table ??= sourceTable(map);
    const bundleLine = line - lineOffset;
    const bundleColumn = bundleLine === 1 ? column - columnOffset : column;
    return table.find(name, bundleLine, bundleColumn);
  };

  return (stack) => {
    const remembered = known.get(stack);
    if (remembered) return remembered;
    const frames: MappedFrame[] = [];
    for (const text of stack.split('\n')) {
      const [, name, at, line, column] = FRAME.exec(text) ?? [];
      if (at !== file) continue;
      const frame = map1(name ?? '', Number(line), Number(column));
      if (frame) frames.push(frame);
    }
    const [top] = frames;
    const where = top ? `${top.file}:${top.line}:${top.column}` : null;
    const mapped = { frames, where, source: top && table ? table.line(top) : null };
    if (known.size < REMEMBERED) known.set(stack, mapped);
    return mapped;
  };
}

/** A mapped stack as text: `    at name (file:line:column)`, one frame a line. @internal */
export function formatStack({ frames }: MappedStack): string {
  return frames
    .map(({ name, file, line, column }) => {
      const place = `${file}:${line}:${column}`;
      return name ? `    at ${name} (${place})` : `    at ${place}`;
    })
    .join('\n');
}

interface SourceTable {
  find(name: string, line: number, column: number): MappedFrame | null;
  line(frame: MappedFrame): string | null;
}

function sourceTable(json: string): SourceTable {
  const payload = JSON.parse(json) as ConstructorParameters<typeof SourceMap>[0];
  const map = new SourceMap(payload);
  const lines = new Map<string, string[]>();
  return {
    find(name, line, column) {
      const entry = map.findEntry(line - 1, column - 1);
      if (!('originalSource' in entry) || !entry.originalSource) return null;
      return {
        name,
        file: entry.originalSource,
        line: entry.originalLine + 1,
        column: entry.originalColumn + 1,
      };
    },
    line({ file, line }) {
      const at = payload.sources.indexOf(file);
      const text = payload.sourcesContent[at];
      if (text === undefined) return null;
      const split = lines.get(file) ?? text.split('\n');
      lines.set(file, split);
      return split[line - 1]?.trim() ?? null;
    },
  };
}
