import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDecoder as Decoder, TextEncoder as Encoder } from './encoding.ts';

/** Bytes near the edges of UTF-8, which random ones hardly meet. */
const edges = fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf)
  .chain((low) => fc.constantFrom(low, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff)); // prettier-ignore
const bytes = fc.array(edges, { maxLength: 24 }).map((all) => Uint8Array.from(all));

describe('TextDecoder', () => {
  it('replaces what is no text as the engine does', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('utf-8', 'utf-16le'), (input, label) => {
        const [ours, theirs] = [new Decoder(label), new TextDecoder(label)];
        expect(ours.decode(input)).toBe(theirs.decode(input));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads a part of a buffer, latin1, and refuses when told to', () => {
    const all = Uint8Array.from([0x41, 0xe9, 0x42]);
    expect(new Decoder('latin1').decode(all.subarray(1, 2))).toBe('é');
    expect(new Decoder().decode(all)).toBe('A\ufffdB');
    expect(() => new Decoder('utf-8', { fatal: true }).decode(all)).toThrow(TypeError);
    expect(() => new Decoder('shift_jis')).toThrow(RangeError);
  });
});

describe('TextEncoder', () => {
  it('encodes as the engine does, lone surrogates too', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '\ud83d', '\ude00'),
        (a, b) => {
          expect(new Encoder().encode(a + b)).toEqual(new TextEncoder().encode(a + b));
        },
      ),
    );
  });
});
