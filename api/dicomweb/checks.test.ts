// What a script says wrong of a web call is refused at its line, with what would be right.
import { describe, expect, it } from 'vitest';
import * as checks from './checks.ts';

/** What is said of arguments, whatever they are. */
function said(check: (...given: never[]) => void, ...given: readonly unknown[]): string {
  try {
    check(...(given as never[]));
    return '';
  } catch (error) {
    const { message, hint = '' } = error as Error & { hint?: string };
    return hint === '' ? message : `${message} | ${hint}`;
  }
}

const url = 'http://127.0.0.1/dicom-web';

describe('options of a server', () => {
  it.each([
    [{ url, auth: { token: 'x' } }, 'server({ auth: { token } }): no such option | bearer, basic'],
    [{ url, auth: 'Bearer x' }, 'server({ auth }): needs an object | auth: { bearer'],
    [{ url, auth: { bearer: 'x\n' } }, 'server({ auth: { bearer } }): must be a text without'],
    [{ url, timeouts: { respons: 1 } }, 'server({ timeouts: { respons } }): no such option'],
    [{ url, connections: 'pool' }, 'server({ connections }): must be one of "vu", "shared"'],
    [{ url, http2: 'yes' }, 'server({ http2 }): must be one of true, false'],
    [{ url, headers: { 'a b': '' } }, 'server({ headers }): "a b": no HTTP can say that'],
    [{ url, headers: { a: 'x\r\ny: z' } }, 'server({ headers }): "a": no HTTP can say that'],
    [{ uri: url }, 'server({ uri }): no such option | url, name, auth'],
    [url, 'server(): needs an object | server({ url:'],
  ])('%j are told', (options, words) => {
    expect(said(checks.checkServer, options)).toContain(words);
    expect(said(checks.checkServer, options)).not.toContain('x\n');
  });

  it('that fit are taken', () => {
    const basic = { username: 'u', password: 'p w' };
    expect(said(checks.checkServer, {})).toBe('');
    expect(said(checks.checkServer, { url: { search: url }, auth: { basic }, tls: {} })).toBe('');
    expect(said(checks.checkServer, { auth: { bearer: undefined }, headers: { 'X-A': '1' } })).toBe(
      '',
    );
  });
});

describe('options of a call', () => {
  it('are those that the call has', () => {
    expect(said(checks.checkOptions, 'search', { limt: 1 })).toMatch(
      /^search\(\{ limt \}\): .*limit/,
    );
    expect(said(checks.checkOptions, 'store', { limit: 1 })).toMatch(
      /^store\(\{ limit \}\): no such/,
    );
    expect(said(checks.checkOptions, 'store', { perRequest: 1, tags: {} })).toBe('');
    expect(said(checks.checkSearch, { limit: -1 })).toContain('whole number, got -1');
    expect(said(checks.checkSearch, { offset: '5' })).toContain('search({ offset })');
    expect(said(checks.checkSearch, { study: 'x/../y' })).toContain('is no UID');
    expect(said(checks.checkStore, { study: 'x/../y' })).toContain('is no UID');
    expect(said(checks.checkRetrieve, { as: 'jpeg' })).toContain('"rendered"');
    expect(said(checks.checkRetrieve, { verify: true })).toContain('"pixels", "full"');
    expect(said(checks.checkRequest, { path: '/x', body: { a: 1 } })).toContain('JSON.stringify');
    expect(said(checks.checkRequest, { method: 'GET' })).toContain('request({ path })');
    expect(said(checks.checkRequest, { path: '', method: 1 })).toContain('request({ method })');
  });

  it('name what is asked for from the top', () => {
    const of = (resource: unknown) => said(checks.checkResource, 'retrieve', resource);
    const [study, series, instance] = ['1.2', '1.3', '1.4'];
    expect(of('1.2')).toContain("needs an object | retrieve({ study: '1.2.3' })");
    expect(of(undefined)).toContain('needs an object');
    expect(of({ StudyInstanceUID: study })).toContain('no such option | study, series, instance');
    expect(of({})).toBe('retrieve: needs a study');
    expect(of({ study, instance })).toBe('retrieve: needs the series, too');
    expect(of({ study, frames: [1] })).toContain('needs the instance they are of');
    expect(of({ study, series, instance, frames: [0] })).toContain('numbers from 1');
    expect(of({ study, series, instance, frames: [] })).toContain('numbers from 1');
    expect(of({ study: 'abc' })).toBe('retrieve: "abc" is no UID (PS3.5 §9)');
    expect(of({ study, series, instance, frames: [1, 2] })).toBe('');
  });
});
