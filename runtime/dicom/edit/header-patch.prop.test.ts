import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compileEdits, type Edits } from './edits.ts';
import { type ElementAt, indexDataset } from '../element/element-index.ts';
import { patchHeader } from './header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { deflateDataset, inflateDataset } from '../element/deflate.ts';
import { fileMeta } from '../file/part10.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE } = TransferSyntax;
const SYNTAXES = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE];

/** Text elements that exist, with their VRs. */
const TEXTS: readonly (readonly [number, string])[] = [
  [0x00080050, 'SH'],
  [0x00081030, 'LO'],
  [0x00100010, 'PN'],
  [0x00100020, 'LO'],
  [0x00104000, 'LT'],
  [0x00200010, 'SH'],
  [0x00204000, 'LT'],
];
const SEQUENCES = [0x00081115, 0x00081140, 0x00400275] as const;

type Node =
  | { readonly kind: 'text'; readonly tag: number; readonly vr: string; readonly value: string }
  | { readonly kind: 'private'; readonly tag: number; readonly value: string }
  | {
      readonly kind: 'sequence';
      readonly tag: number;
      readonly open: boolean;
      readonly items: readonly { readonly open: boolean; readonly nodes: readonly Node[] }[];
    };

const value = fc
  // why: no more than a name may have: three groups of five components
  .stringMatching(/^[A-Za-z0-9 .-]{0,8}(\^[A-Za-z0-9 .-]?){0,3}(=[A-Za-z0-9 .-]?){0,2}$/)
  .filter((text) => text.length <= 15)
  .map((text) => (text.length % 2 === 0 ? text : `${text} `));

function level(depth: number): fc.Arbitrary<readonly Node[]> {
  const text = fc
    .tuple(fc.constantFrom(...TEXTS), value)
    .map(([[tag, vr], content]): Node => ({ kind: 'text', tag, vr, value: content }));
  const secret = value.map((content): Node => ({
    kind: 'private',
    tag: 0x00110010,
    value: content,
  }));
  const item = depth === 0 ? null : fc.record({ open: fc.boolean(), nodes: level(depth - 1) });
  const sequence =
    item === null
      ? null
      : fc
          .tuple(fc.constantFrom(...SEQUENCES), fc.boolean(), fc.array(item, { maxLength: 3 }))
          .map(([tag, open, items]): Node => ({ kind: 'sequence', tag, open, items }));
  const node = sequence === null ? fc.oneof(text, secret) : fc.oneof(text, text, secret, sequence);
  return fc
    .uniqueArray(node, { maxLength: 8, selector: (one) => one.tag })
    .map((nodes) => [...nodes].sort((a, b) => a.tag - b.tag));
}

function encode(nodes: readonly Node[], syntax: string): Buffer {
  const encoding = encodingOf(syntax);
  const marker = (tag: number, length: number): Buffer =>
    elementHeader(tag, '', length, { ...encoding, explicit: false });
  return Buffer.concat(
    nodes.flatMap((node) => {
      if (node.kind !== 'sequence') {
        const bytes = Buffer.from(node.value, 'latin1');
        const vr = node.kind === 'text' ? node.vr : 'LO';
        return [elementHeader(node.tag, vr, bytes.length, encoding), bytes];
      }
      const items = Buffer.concat(
        node.items.flatMap((item) => {
          const inner = encode(item.nodes, syntax);
          if (!item.open) return [marker(0xfffee000, inner.length), inner];
          return [marker(0xfffee000, 0xffffffff), inner, marker(0xfffee00d, 0)];
        }),
      );
      const head = elementHeader(node.tag, 'SQ', node.open ? 0xffffffff : items.length, encoding);
      return node.open ? [head, items, marker(0xfffee0dd, 0)] : [head, items];
    }),
  );
}

/** The same edit, done on the model. */
function editModel(nodes: readonly Node[], tag: number, vr: string, text: string | null): Node[] {
  const rest = nodes.filter((node) => node.tag !== tag);
  if (text === null) return rest;
  const padded = text.length % 2 === 0 ? text : `${text} `;
  const made: Node = { kind: 'text', tag, vr, value: padded };
  return [...rest, made].sort((a, b) => a.tag - b.tag);
}

const edit = fc.tuple(fc.constantFrom(...TEXTS), fc.option(value.map((text) => text.trim())));

describe('header patch, any data set', () => {
  for (const syntax of SYNTAXES) {
    it(`is the edit and nothing else in ${syntax}`, () => {
      const plainSyntax = syntax === DEFLATED_LE ? EXPLICIT_LE : syntax;
      fc.assert(
        fc.property(level(2), fc.array(edit, { maxLength: 4 }), (nodes, edits) => {
          const changes: Record<string, string | null> = {};
          let model: readonly Node[] = nodes;
          for (const [[tag, vr], text] of edits) {
            changes[tag.toString(16).padStart(8, '0')] = text;
            model = editModel(model, tag, vr, text);
          }
          const plain = encode(nodes, plainSyntax);
          const bytes = syntax === DEFLATED_LE ? deflateDataset(plain) : plain;
          const result = patchHeader(bytes, syntax, compileEdits(changes));
          const inflated = syntax === DEFLATED_LE ? inflateDataset(result) : result;
          expect(inflated.toString('hex')).toBe(encode(model, plainSyntax).toString('hex'));
        }),
        { numRuns: 100 },
      );
    });

    it(`is the edit and nothing else inside sequences in ${syntax}`, () => {
      const plainSyntax = syntax === DEFLATED_LE ? EXPLICIT_LE : syntax;
      fc.assert(
        fc.property(
          level(2),
          fc.constantFrom(...SEQUENCES),
          edit,
          fc.nat(2),
          (nodes, sequence, [[tag, vr], text], at) => {
            const target = nodes.find((node) => node.tag === sequence);
            fc.pre(target?.kind === 'sequence' && target.items.length > at);
            const hex = (one: number): string => one.toString(16).padStart(8, '0');
            const edits: Edits = { [`${hex(sequence)}[${at}].${hex(tag)}`]: text };
            const model = nodes.map((node): Node => {
              if (node.tag !== sequence || node.kind !== 'sequence') return node;
              const items = node.items.map((item, i) =>
                i === at ? { ...item, nodes: editModel(item.nodes, tag, vr, text) } : item,
              );
              return { ...node, items };
            });
            const plain = encode(nodes, plainSyntax);
            const bytes = syntax === DEFLATED_LE ? deflateDataset(plain) : plain;
            const result = patchHeader(bytes, syntax, compileEdits(edits));
            const inflated = syntax === DEFLATED_LE ? inflateDataset(result) : result;
            expect(inflated.toString('hex')).toBe(encode(model, plainSyntax).toString('hex'));
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('never does anything but index or refuse random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom(...SYNTAXES.slice(0, 3)),
        (raw, syntax) => {
          const bytes = Buffer.from(raw);
          let elements: readonly ElementAt[];
          try {
            ({ elements } = indexDataset(bytes, encodingOf(syntax)));
          } catch (error) {
            expect(error).toMatchObject({ code: 'DATA_MALFORMED' });
            return;
          }
          for (const element of elements) expect(element.end).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const hasDcmdump = spawnSync('dcmdump', ['--version']).status === 0;
const folder = hasDcmdump ? mkdtempSync(join(tmpdir(), 'dicomrun-patch-')) : '';
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
});

/** What dcmdump reads, without lengths of sequences and items. */
function dump(dataset: Buffer, syntax: string): string {
  const path = join(folder, 'x.dcm');
  writeFileSync(
    path,
    Buffer.concat([fileMeta('1.2.840.10008.5.1.4.1.1.7', '1.2.3', syntax), dataset]),
  );
  const run = spawnSync('dcmdump', ['-q', '+L', '--quote-nonascii', path], { encoding: 'latin1' });
  expect(run.stderr).toBe('');
  return run.stdout.replace(/# +(\d+|u\/l), .*$/gm, '').replace(/explicit|undefined/g, '');
}

describe.runIf(hasDcmdump)('header patch, read by dcmdump', () => {
  for (const syntax of SYNTAXES) {
    it(`is the edit and nothing else in ${syntax}`, () => {
      fc.assert(
        fc.property(level(2), edit, (nodes, [[tag, vr], text]) => {
          const plainSyntax = syntax === DEFLATED_LE ? EXPLICIT_LE : syntax;
          const wrap = (bytes: Buffer): Buffer =>
            syntax === DEFLATED_LE ? deflateDataset(bytes) : bytes;
          const bytes = wrap(encode(nodes, plainSyntax));
          const edits = compileEdits({ [tag.toString(16).padStart(8, '0')]: text });
          const result = patchHeader(bytes, syntax, edits);
          const wanted = wrap(encode(editModel(nodes, tag, vr, text), plainSyntax));
          expect(dump(result, syntax)).toBe(dump(wanted, syntax));
        }),
        { numRuns: 6 },
      );
    });
  }
});
