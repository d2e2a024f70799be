// The examples, found, and what their header comments say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Example {
  /** Path from the package's root. */
  readonly file: string;
  /** First sentence of the header. */
  readonly what: string;
  /** Capabilities of the seeds it stands for. */
  readonly seeds: readonly string[];
  /** Numbers of the scenario catalogue it covers. */
  readonly covers: readonly number[];
  /** Flags of the run in CI. */
  readonly ci: readonly string[];
  /** Columns of the delivery account that are not zero on purpose. */
  readonly account: readonly string[];
  /** Knobs as the header names them. */
  readonly knobs: string;
  readonly lines: number;
}

/** Every script below `examples/`: not what they share, not the configuration. */
export function examples(): readonly Example[] {
  return readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^lib\/|config\.ts$|\.d\.ts$/.test(name))
    .sort()
    .map((name) => read(`examples/${name}`));
}

function read(file: string): Example {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const header = text
    .slice(0, text.search(/^(?!\/\/)/m))
    .replace(/^\/\/ ?/gm, '')
    .trim();
  const tag = (name: string): string => {
    const pattern = new RegExp(
      `^@?${name}\\s+([^]*?)(?=\\n@|\\n\\w+ {2,}|\\n\\n|\\n[A-Z(]|$(?![^]))`,
      'm',
    );
    return (pattern.exec(header)?.[1] ?? '').replace(/\s+/g, ' ').trim();
  };
  return {
    file,
    what: (/^[^]*?[.?:](?=\s|$)/.exec(header)?.[0] ?? header).replace(/\s+/g, ' '),
    seeds: parts(tag('seed'), ';'),
    covers: parts(tag('covers'), ',').map(Number),
    ci: parts(tag('ci'), ' '),
    account: parts(tag('account'), ','),
    knobs: tag('knobs'),
    lines: text.split('\n').length - 1,
  };
}

function parts(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
