// RLE Lossless (PS3.5 Annex G).

const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

/**
 * Encodes one frame of little-endian samples, interleaved by pixel.
 *
 * @param samples samples per pixel
 * @param bytesPerSample 1, 2 or 4
 */
export function encodeRle(frame: Buffer, samples: number, bytesPerSample: number): Buffer {
  const pixels = Math.floor(frame.length / (samples * bytesPerSample));
  const segments: Buffer[] = [];
  for (let sample = 0; sample < samples; sample++) {
    // PS3.5 G.2: the most significant byte of a sample comes first
    for (let byte = bytesPerSample - 1; byte >= 0; byte--) {
      const plane = Buffer.allocUnsafe(pixels);
      const step = samples * bytesPerSample;
      let from = sample * bytesPerSample + byte;
      for (let i = 0; i < pixels; i++, from += step) plane[i] = frame[from] ?? 0;
      segments.push(packBits(plane));
    }
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(segments.length, 0);
  let at = HEADER_BYTES;
  segments.forEach((segment, i) => {
    header.writeUInt32LE(at, 4 + i * 4);
    at += segment.length;
  });
  return Buffer.concat([header, ...segments]);
}

/** PackBits of one segment, padded to even length (PS3.5 G.3.1). */
function packBits(plane: Buffer): Buffer {
  const out = Buffer.allocUnsafe(plane.length + Math.ceil(plane.length / 128) + 2);
  let used = 0;
  let at = 0;
  while (at < plane.length) {
    const run = runAt(plane, at);
    if (run >= 2) {
      out[used++] = 257 - run;
      out[used++] = plane[at] ?? 0;
      at += run;
      continue;
    }
    const from = at;
    while (at < plane.length && at - from < 128 && runAt(plane, at) < 3) at++;
    out[used++] = at - from - 1;
    used += plane.copy(out, used, from, at);
  }
  if (used % 2 === 1) out[used++] = 0;
  return out.subarray(0, used);
}

/** How often the byte at `at` is repeated, at most 128. */
function runAt(plane: Buffer, at: number): number {
  const value = plane[at];
  let to = at + 1;
  while (to < plane.length && to - at < 128 && plane[to] === value) to++;
  return to - at;
}

/**
 * Decodes one frame.
 *
 * @throws RangeError when the segments do not fit the frame
 */
export function decodeRle(
  encoded: Buffer,
  samples: number,
  bytesPerSample: number,
  bytes: number,
): Buffer {
  const count = encoded.readUInt32LE(0);
  if (count !== samples * bytesPerSample || count > MAX_SEGMENTS) {
    throw new RangeError(`RLE frame: ${count} segments, expected ${samples * bytesPerSample}`);
  }
  const frame = Buffer.alloc(bytes);
  const step = samples * bytesPerSample;
  for (let segment = 0; segment < count; segment++) {
    const from = encoded.readUInt32LE(4 + segment * 4);
    const to = segment + 1 < count ? encoded.readUInt32LE(8 + segment * 4) : encoded.length;
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    unpack(encoded.subarray(from, to), frame, sample * bytesPerSample + byte, step);
  }
  return frame;
}

function unpack(segment: Buffer, frame: Buffer, first: number, step: number): void {
  let out = first;
  for (let at = 0; at < segment.length && out < frame.length;) {
    const control = segment.readInt8(at++);
    if (control === -128) continue;
    const count = control >= 0 ? control + 1 : 1 - control;
    for (let i = 0; i < count && out < frame.length; i++, out += step) {
      frame[out] = segment[control >= 0 ? at + i : at] ?? 0;
    }
    at += control >= 0 ? count : 1;
  }
}
