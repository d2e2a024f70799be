// A body cut anywhere reads as the same parts, and no body makes the reader hang or grow.
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartReader } from './multipart-reader.ts';
import { closing, newBoundary, partHead, relatedType } from './multipart-writer.ts';

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly pieces: Buffer[];
  ended: boolean;
}

function read(boundary: string, chunks: readonly Buffer[]) {
  const parts: Part[] = [];
  const reader = new MultipartReader(boundary, {
    onPart: (headers) => parts.push({ headers, pieces: [], ended: false }),
    onPartData: (bytes, start, end) =>
      parts.at(-1)?.pieces.push(Buffer.from(bytes.subarray(start, end))),
    onPartEnd: () => {
      const last = parts.at(-1);
      if (last !== undefined) last.ended = true;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  const bodies = parts.map(({ pieces }) => Buffer.concat(pieces).toString('latin1'));
  return { parts, bodies, complete: reader.complete };
}

function bodyOf(boundary: string, parts: readonly string[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap((part) => [
      partHead(boundary, 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'),
      Buffer.from(part, 'latin1'),
    ]),
    closing(boundary),
  ]);
}

const AWKWARD = [
  '',
  '\r\n',
  '--',
  '\r\n--',
  '\r\n--dicomrun-',
  'x\r',
  '\r\n--boun\r',
  '\r\n\r\n\r\n--',
  'a'.repeat(3000),
];

describe('multipart', () => {
  it('reads what it writes, whole', () => {
    const boundary = newBoundary();
    const { bodies, complete, parts } = read(boundary, [bodyOf(boundary, AWKWARD)]);
    expect(bodies).toEqual(AWKWARD);
    expect(complete).toBe(true);
    expect(parts[0]?.headers.get('content-type')).toMatch(/^application\/dicom/);
    expect(parts.every(({ ended }) => ended)).toBe(true);
  });

  it('reads the same in pieces of every length', () => {
    const boundary = 'bound';
    const body = bodyOf(boundary, AWKWARD);
    for (let length = 1; length < 200; length++) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < body.length; at += length) chunks.push(body.subarray(at, at + length));
      const { bodies, complete } = read(boundary, chunks);
      expect(bodies, `pieces of ${length}`).toEqual(AWKWARD);
      expect(complete).toBe(true);
    }
  });

  it('takes a first boundary without a line before it, a preamble and an epilogue', () => {
    const text =
      '--b\r\nContent-Type: a/b\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b--\r\nepilogue\r\n--b\r\n';
    expect(read('b', [Buffer.from(text)]).bodies).toEqual(['one', 'two']);
    expect(read('b', [Buffer.from(`preamble\r\n${text}`)]).bodies).toEqual(['one', 'two']);
  });

  it('tells a body that was cut from one that is whole', () => {
    const body = bodyOf('b', ['one', 'two']);
    const { bodies, complete, parts } = read('b', [body.subarray(0, body.length - 9)]);
    expect(complete).toBe(false);
    expect(bodies[0]).toBe('one');
    expect(parts.at(-1)?.ended).toBe(false);
  });

  it('finds nothing under another boundary', () => {
    expect(read('other', [bodyOf('b', ['one'])])).toMatchObject({ bodies: [], complete: false });
  });

  it('refuses headers without an end', () => {
    const endless = Buffer.from(`--b\r\n${'x: y\r\n'.repeat(10_000)}`);
    expect(() => read('b', [endless])).toThrow(expect.objectContaining({ code: 'WEB_MULTIPART' }));
    expect(() => read('b', [Buffer.from(`--b${' '.repeat(20_000)}`)])).toThrow(/without an end/);
  });

  it('reads the boundary of a Content-Type', () => {
    expect(boundaryOf(relatedType('x-1'))).toBe('x-1');
    expect(boundaryOf('multipart/related; boundary="a b;c"; type="application/dicom"')).toBe(
      'a b;c',
    );
    expect(boundaryOf('Multipart/Related;Type=x;BOUNDARY=q')).toBe('q');
    expect(boundaryOf('application/dicom+json')).toBeNull();
    expect(boundaryOf('multipart/related; type="application/dicom"')).toBeNull();
  });
});
