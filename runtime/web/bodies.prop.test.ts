// Bodies that a server or a client made up: no reader crashes, hangs or keeps more than a little, and
// what it throws is a WebFailure.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WebFailure } from './failure.ts';
import { datasetsOf } from './json-model.ts';
import { MultipartReader } from './multipart-reader.ts';
import { closing, partHead } from './multipart-writer.ts';
import { Retrieved } from './retrieved.ts';
import { storeAnswer } from './store-answer.ts';

const part = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(40, 2)]);
const WHOLE = Buffer.concat([
  partHead('b', 'application/dicom'),
  part,
  partHead('b', 'x'),
  closing('b'),
]);

/** A whole body with bytes changed, cut out and put in, in pieces. */
const damaged = fc.record({
  edits: fc.array(
    fc.record({
      at: fc.nat(WHOLE.length),
      gone: fc.nat(20),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc
          .constantFrom('\r\n--b', '\r\n--b--', '\r\n\r\n', '--b\r\n', 'DICM')
          .map((text) => Buffer.from(text)),
      ),
    }),
    { maxLength: 6 },
  ),
  size: fc.integer({ min: 1, max: 300 }),
});

function bodyOf(edits: readonly { at: number; gone: number; put: Uint8Array }[]): Buffer {
  let body = WHOLE;
  for (const { at, gone, put } of edits) {
    body = Buffer.concat([body.subarray(0, at), put, body.subarray(at + gone)]);
  }
  return body;
}

function onlyFailures(work: () => void): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(WebFailure);
  }
}

it('multipart bodies of any kind are read to their end', () => {
  fc.assert(
    fc.property(damaged, fc.constantFrom(null, 'full' as const), ({ edits, size }, level) => {
      const body = bodyOf(edits);
      const retrieved = new Retrieved(level, null);
      const reader = new MultipartReader('b', retrieved);
      onlyFailures(() => {
        for (let at = 0; at < body.length; at += size) reader.push(body.subarray(at, at + size));
      });
      expect(retrieved.bytes).toBeLessThanOrEqual(body.length);
    }),
    { numRuns: 2_000 },
  );
});

const value = fc.jsonValue({ maxDepth: 5 });
const attribute = fc.record(
  {
    vr: fc.oneof(fc.constantFrom('PN', 'SQ', 'UI', 'OB', 'DS'), value),
    Value: fc.oneof(fc.array(value), value),
  },
  { requiredKeys: [] },
);
const tag = fc.constantFrom(
  '00080018',
  '00100010',
  '00081198',
  '00081199',
  '7FE00010',
  'x',
  '__proto__',
);
const model = fc.oneof(
  fc.array(fc.dictionary(tag, attribute)),
  fc.dictionary(tag, attribute),
  value,
);

it('DICOM JSON of any kind is read, or told as none', () => {
  fc.assert(
    fc.property(model, fc.option(fc.nat(200)), (made, cut) => {
      const text = JSON.stringify(made).slice(0, cut ?? undefined);
      onlyFailures(() => void datasetsOf(text));
      storeAnswer('application/dicom+json', text);
      storeAnswer('application/dicom+xml', text);
    }),
    { numRuns: 500 },
  );
});
