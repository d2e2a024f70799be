import { describe, expect, it } from 'vitest';
import { contextText, describeFailure, nagleHint, TLS_ALERTS } from './failure-text.ts';

const PEER = { calledAET: 'PACS1', callingAET: 'MOD1', host: '10.0.0.5', port: 104 };

describe('failures in words', () => {
  it('tells a rejection in the words of Table 9-21, with a remedy', () => {
    expect(describeFailure({ kind: 'rejected', result: 1, source: 1, reason: 7 }, PEER)).toEqual({
      code: 'ASSOC_REJECTED',
      message:
        'PACS1@10.0.0.5:104 rejected the association: called AE title not recognized (permanent, service-user, reason 7; PS3.8 Table 9-21)',
      hint: 'the peer does not know itself as "PACS1"; check calledAET',
      ref: 'PS3.8 Table 9-21',
    });
  });

  it('keeps numbers that the standard does not have', () => {
    const { message } = describeFailure(
      { kind: 'rejected', result: 9, source: 8, reason: 99 },
      PEER,
    );
    expect(message).toContain('non-standard reason (result 9, source 8, reason 99');
    const abort = describeFailure({ kind: 'aborted', source: 2, reason: 42, local: false }, PEER);
    expect(abort.message).toContain('non-standard reason, source 2, reason 42');
  });

  it('recognises TLS and HTTP by their bytes', () => {
    const failure = {
      kind: 'protocol' as const,
      code: 'PROTO_INVALID_PDU',
      message: 'm',
      offset: 0,
      clause: 'c',
    };
    expect(describeFailure({ ...failure, window: '15030300020246' }, PEER).hint).toContain('TLS');
    expect(describeFailure({ ...failure, window: '485454502f312e31' }, PEER).hint).toContain(
      'HTTP',
    );
  });

  it.each([
    ['TLS_TLSV13_ALERT_CERTIFICATE_REQUIRED', /wants a certificate of ours: give `cert` and `key`/],
    ['TLS_TLSV1_ALERT_UNKNOWN_CA', /does not know the authority/],
    ['TLS_SSLV3_ALERT_CERTIFICATE_UNKNOWN', /does not take our certificate/],
    ['TLS_SSL/TLS_ALERT_HANDSHAKE_FAILURE', /no cipher in common/],
    ['TLS_TLSV1_ALERT_PROTOCOL_VERSION', /minVersion/],
  ])('says what to do about the alert %s', (code, hint) => {
    const failure = { kind: 'transport' as const, code, message: 'm', phase: 'tls' as const };
    expect(describeFailure(failure, PEER).hint).toMatch(hint);
    expect(describeFailure({ ...failure, code: code.replace('ALERT', 'OTHER') }, PEER).hint).toBe(
      undefined,
    );
    expect(Object.keys(TLS_ALERTS).filter((alert) => code.endsWith(alert))).not.toEqual([]);
  });

  it('tells a context that was refused from one accepted as nobody proposed', () => {
    expect(contextText({ result: 4 })).toBe('transfer syntaxes not supported (result 4)');
    expect(contextText({ result: 77 })).toBe('refused (result 77)');
    expect(contextText({ result: 2, unproposed: '1.2.840.10008.1.2.2' })).toBe(
      'it accepted it with 1.2.840.10008.1.2.2, which was not proposed: its mistake (result 0)',
    );
    expect(contextText({ result: 2, unproposed: '' })).toContain('with no transfer syntax at all');
  });

  it('names the phase of a timeout and of a transport failure', () => {
    expect(describeFailure({ kind: 'timeout', phase: 'response', ms: 60_000 }, PEER)).toMatchObject(
      {
        code: 'TIMEOUT_RESPONSE',
        message: 'PACS1@10.0.0.5:104 timed out after 60000 ms waiting for the response',
      },
    );
    const refused = describeFailure(
      {
        kind: 'transport',
        code: 'TCP_ECONNREFUSED',
        message: 'connect ECONNREFUSED',
        phase: 'connect',
      },
      PEER,
    );
    expect(refused.hint).toBe('nobody listens there; check host and port');
    expect(refused.message).toBe(
      'PACS1@10.0.0.5:104 refused the connection (connect ECONNREFUSED)',
    );
  });

  it.each([
    ['associate', /DICOM port/],
    ['tls', /TLS port/],
    ['response', /its log/],
  ] as const)('says what to look at when nothing comes: %s', (phase, hint) => {
    expect(describeFailure({ kind: 'timeout', phase, ms: 10 }, PEER).hint).toMatch(hint);
  });

  it.each([
    ['associate', /TLS, want a certificate/],
    ['tls', /speak TLS/],
    ['response', /by force/],
  ] as const)('says what a peer may mean that hangs up: %s', (phase, hint) => {
    const reset = {
      kind: 'transport',
      code: 'TCP_ECONNRESET',
      message: 'read ECONNRESET',
    } as const;
    const { message, hint: said } = describeFailure({ ...reset, phase }, PEER);
    expect(message).toContain(`closed the connection by force (read ECONNRESET, ${phase})`);
    expect(said).toMatch(hint);
  });

  it('says in words that this process has too many files open', () => {
    const failure = {
      kind: 'transport' as const,
      code: 'TCP_EMFILE',
      message: 'connect EMFILE 10.0.0.5:104 - Local (undefined:undefined)',
      phase: 'connect' as const,
    };
    const { message, hint } = describeFailure(failure, PEER);
    expect(message).toBe(
      'PACS1@10.0.0.5:104 cannot be called with so many files open here (connect EMFILE 10.0.0.5:104)',
    );
    expect(hint).toContain('ulimit -n');
  });

  it('recognises a peer with Nagle on by the delayed acknowledgement', () => {
    expect(nagleHint(100, 140)).toContain('Nagle');
    expect(nagleHint(100, 100.2)).toBeNull();
    expect(nagleHint(100, 400)).toBeNull();
  });
});
