// Bodies that come compressed (RFC 9110 §8.4): those that are collected are decompressed, within
// bounds; those that stream by have to come as they are.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { WebFailure } from './failure.ts';
import type { WebHeaders } from './http-client.ts';

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** What the body is compressed with; '' for a plain one. */
export function encodingOfBody(headers: WebHeaders): string {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  return encoding === 'identity' ? '' : encoding;
}

/** @throws WebFailure `WEB_ENCODING` for one that nobody knows, that is damaged or longer than `most` */
export function plainBody(headers: WebHeaders, body: Buffer, most: number): Buffer {
  const encoding = encodingOfBody(headers);
  if (encoding === '' || body.length === 0) return body;
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decode === undefined) throw unasked(encoding);
  try {
    return decode(body, { maxOutputLength: most });
  } catch {
    const what = `answered with a body in ${encoding} that is damaged, or longer than ${most} bytes`;
    throw new WebFailure('WEB_ENCODING', what);
  }
}

/** A body that streams by is measured as it is. @throws WebFailure `WEB_ENCODING` */
export function mustBePlain(headers: WebHeaders): void {
  const encoding = encodingOfBody(headers);
  if (encoding !== '') throw unasked(encoding);
}

function unasked(encoding: string): WebFailure {
  const what = `answered with a body in ${encoding.slice(0, 20)}, which was not asked for`;
  return new WebFailure('WEB_ENCODING', what, {
    hint: "is there an Accept-Encoding among the server's headers, or a proxy that compresses? images do not shrink: leave it out",
  });
}
