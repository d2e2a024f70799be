// One POST, five seconds, no retries; and what an answer means. What to do about it, the uploader
// decides.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { WriteOutcome } from './client.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Accept any certificate. */
  readonly insecure: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** The first kilobytes. */
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

export const REQUEST_TIMEOUT_MS = 5_000;
const MAX_TEXT = 4_096;

/** Rejects when there is no whole answer within {@link REQUEST_TIMEOUT_MS}. */
export function call({ method, url, headers, body, insecure }: HttpCall): Promise<HttpAnswer> {
  const secure = url.startsWith('https:');
  const request = secure ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(signal.aborted ? new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`) : error);
    const options = {
      method,
      headers,
      signal,
      ...(secure ? { rejectUnauthorized: !insecure } : {}),
    };
    const asked = request(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (text.length < MAX_TEXT) text += chunk;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
      );
      answer.on('error', failed);
    });
    asked.on('error', failed);
    asked.end(body);
  });
}

/** Of a server that takes a user, or a bearer token. */
export function authorization({
  username,
  password,
  token,
}: Readonly<Record<string, string | undefined>>): { readonly authorization?: string } {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

/** Writes a batch. The answer of a server in the usual words of HTTP; `taken` reads one of success. */
export async function write(
  request: HttpCall,
  taken: (text: string) => WriteOutcome = () => ({ kind: 'written' }),
): Promise<WriteOutcome> {
  let answer: HttpAnswer;
  try {
    answer = await call(request);
  } catch (error) {
    return { kind: 'retry', why: wordsOf(error), unanswered: true };
  }
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return taken(answer.text);
  const why = `${status} ${messageOf(answer.text)}`.trim();
  switch (status) {
    case 400:
    case 422:
      return { kind: 'refused', why };
    case 401:
    case 403:
      return { kind: 'forbidden', why };
    case 413:
      return { kind: 'too-large' };
    default:
      return { kind: 'retry', why, ...retryAfter(headers['retry-after']) };
  }
}

/** `Retry-After` in seconds or as a date; at most five minutes are believed. */
export function retryAfter(header: string | undefined): { readonly afterMs?: number } {
  if (header === undefined || header.trim() === '') return {};
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return ms > 0 ? { afterMs: Math.min(ms, 5 * 60_000) } : {};
}

/** What a server says is wrong: `message` or `error` of a JSON object, or the text itself. */
function messageOf(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return text;
    const { message, error } = answer as Record<string, unknown>;
    return typeof message === 'string' ? message : typeof error === 'string' ? error : text;
  } catch {
    return text;
  }
}

/** A connection tried at several addresses fails without words of its own, but with a code. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || 'no answer';
}
