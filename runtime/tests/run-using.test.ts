// `using` and `await using`, lowered for the sandbox, do what a native engine does: random programs
// of loops, jumps, throws and closures, in a script, a module it imports and a package, against
// Node 24, which has both declarations.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeOf, requireNode } from './peers/nodes.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('using');
afterAll(() => bench.remove());

/** Programs in each of script, module and package. */
const EACH = 100;

/** What a program is given: resources that tell of their end, and a counter to decide by. */
const HELPERS = `
const tell = (e) => e && e.name === 'SuppressedError'
  ? 'Suppressed(' + tell(e.error) + ',' + tell(e.suppressed) + ')' : e instanceof Error ? e.name + ':' + e.message : String(e);
class Resource {
  constructor(world, name, fails) { Object.assign(this, { world, name, fails }); world.log.push('open ' + name); }
  end(how) { this.world.log.push(how + ' ' + this.name); if (this.fails) throw new Error('end of ' + this.name); }
}
class Sync extends Resource { [Symbol.dispose]() { this.end('dispose'); } }
class Async extends Resource { async [Symbol.asyncDispose]() { await null; this.end('asyncDispose'); } }
class Early extends Resource { [Symbol.asyncDispose]() { this.end('early'); } }
const classes = { Sync, Async, Early };
async function trace(program) {
  let ticks = 0, opened = 0;
  const world = { log: [] };
  const later = [];
  const open = (kind, fails) => kind === 'null' ? null : new classes[kind](world, kind + ++opened, fails);
  const tick = (of) => ++ticks > 60 ? 0 : ticks % of;
  try {
    world.log.push('value ' + tell(await program({ open, tick, later, log: (...all) => world.log.push(all.join(' ')), tell })));
  } catch (e) {
    world.log.push('thrown ' + tell(e));
  }
  for (const f of later) { try { f(); } catch (e) { world.log.push('closure ' + tell(e)); } }
  return world.log;
}
export async function traces(programs) {
  const all = [];
  for (const program of programs) all.push(await trace(program));
  return all;
}
`;

const indent = (text: string): string => text.replace(/^/gm, '  ');
/**
 * A kind of resource, and whether its disposer throws. One that throws before its first await is
 * left out: V8 (13.6, 14.6) calls it twice when a null follows it.
 */
const kinds = fc
  .tuple(fc.constantFrom('Sync', 'Async', 'Early', 'null'), fc.boolean())
  .map(([kind, fails]) => [kind, fails && kind !== 'Early'] as const);
const syncKinds = fc.tuple(fc.constantFrom('Sync', 'null'), fc.boolean());
/** One in `of` passes. */
const chance = fc.integer({ min: 2, max: 4 }).map((of) => `w.tick(${of}) === 0`);

let names = 0;
const fresh = (): string => `r${++names}`;

function declaration(): fc.Arbitrary<string> {
  const capture = fc.boolean();
  const text =
    (keyword: string) =>
    ([kind, bad]: readonly [string, boolean], held: boolean) => {
      const name = fresh();
      const line = `${keyword} ${name} = w.open('${kind}', ${bad});`;
      return held ? `${line}\nw.later.push(() => w.log('held', ${name}?.name));` : line;
    };
  return fc.oneof(
    fc.tuple(kinds, capture).map((all) => text('await using')(...all)),
    fc.tuple(syncKinds, capture).map((all) => text('using')(...all)),
  );
}

function jump(loops: number): fc.Arbitrary<string> {
  const labels = Array.from({ length: loops }, (_, i) => `L${i}`);
  return fc
    .tuple(
      chance,
      fc.constantFrom(
        "throw new Error('body')",
        "return 'early'",
        ...(loops > 0 ? ['break', 'continue', 'continue'] : []),
        ...labels.flatMap((label) => [`break ${label}`, `continue ${label}`]),
      ),
    )
    .map(([when, what]) => `if (${when}) ${what};`);
}

/** A loop over resources; the closure of each pass holds that pass's own. */
function overResources(
  keywords: string,
  of: fc.Arbitrary<readonly [string, boolean]>,
): fc.Arbitrary<readonly [head: string, first: string]> {
  const list = fc.array(of, { minLength: 1, maxLength: 3 });
  return list.map((all) => {
    const name = fresh();
    const items = all.map(([kind, bad]) => `w.open('${kind}', ${bad})`).join(', ');
    const held = `w.later.push(() => w.log('held', ${name}?.name));`;
    return [`${keywords} ${name} of [${items}])`, held] as const;
  });
}

function loop(label: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const heads: fc.Arbitrary<readonly [string, string]>[] = [
    fc.constant(['for (let i = 0; i < 3; i++)', "w.later.push(() => w.log('pass', i));"] as const),
    fc.constant(['while (w.tick(4) !== 0)', ''] as const),
    overResources('for (await using', kinds),
    overResources('for (using', syncKinds),
    overResources('for await (await using', kinds),
  ];
  return fc
    .tuple(fc.oneof(...heads), body)
    .map(([[head, first], text]) => `${label}: ${head} {\n  ${first}\n${indent(text)}\n}`);
}

function statements(depth: number, loops: number): fc.Arbitrary<string> {
  const simple = [declaration(), jump(loops), fc.constant("w.log('here');")];
  if (depth === 0) return lines(simple);
  const body = statements(depth - 1, loops);
  const inLoop = statements(depth - 1, loops + 1);
  const nested = [
    loop(`L${loops}`, inLoop),
    body.map((text) => `{\n${indent(text)}\n}`),
    fc
      .tuple(body, fc.boolean())
      .map(
        ([text, last]) =>
          `try {\n${indent(text)}\n} catch (e) {\n  w.log('caught', w.tell(e));\n}` +
          (last ? " finally {\n  w.log('finally');\n}" : ''),
      ),
    statements(depth - 1, 0).map(
      (text) => `w.log('inner', await (async () => {\n${indent(text)}\n})());`,
    ),
  ];
  return lines([...simple, ...nested, ...nested]);
}

function lines(of: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.array(fc.oneof(...of), { minLength: 1, maxLength: 4 }).map((all) => all.join('\n'));
}

/** Every program is a loop in which nothing is thrown out of a pass: the passes are what differs. */
const program = statements(3, 1).map(
  (text) =>
    `async (w) => {\nL0: for (let i = 0; i < 3; i++) {\n  try {\n${indent(indent(text))}\n` +
    `  } catch (e) {\n    w.log('pass', i, w.tell(e));\n  }\n}\n}`,
);

const listed = (programs: readonly string[]): string =>
  `export const programs = [\n${programs.join(',\n')}\n];\n`;

/** What Node 24 traces, with the declarations as they are. */
function native(node: string, programs: readonly string[]): unknown[] {
  const file = bench.write(
    'native.mjs',
    `${HELPERS}${listed(programs)}console.log(JSON.stringify(await traces(programs)));\n`,
  );
  const text = execFileSync(node, [file], { cwd: bench.folder, encoding: 'utf8' });
  return JSON.parse(text) as unknown[];
}

/** What a run traces: a third each in the script, in a module and in a package. */
async function lowered(programs: readonly string[]): Promise<unknown[]> {
  const [script, module, inPackage] = [0, 1, 2].map((part) =>
    listed(programs.slice(part * EACH, (part + 1) * EACH)),
  );
  bench.write('helpers.js', HELPERS);
  bench.write('module.ts', module ?? '');
  bench.write(
    'node_modules/shop/package.json',
    '{"name":"shop","main":"index.js","type":"module"}',
  );
  bench.write('node_modules/shop/index.js', inPackage ?? '');
  const text = `import { traces } from './helpers.js';
import { programs as second } from './module.ts';
import { programs as third } from 'shop';
${script}
export const options = { iterations: 1 };
export default function () {}
export async function handleSummary() {
  return { 'traces.json': JSON.stringify(await traces([...programs, ...second, ...third])) };
}
`;
  const result = await bench.script(text, ['--no-report']);
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(readFileSync(join(bench.folder, 'traces.json'), 'utf8')) as unknown[];
}

describe.skipIf(!requireNode(24))('using', () => {
  it('does in the sandbox what it does in an engine that has it', async () => {
    const programs = fc.sample(program, 3 * EACH);
    const [ours, theirs] = [await lowered(programs), native(nodeOf(24) ?? '', programs)];
    for (const [at, text] of programs.entries()) expect(ours[at], text).toEqual(theirs[at]);
  });
});
