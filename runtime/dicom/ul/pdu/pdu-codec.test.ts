import { describe, expect, it } from 'vitest';
import { PDU_HEADER_BYTES } from '../constants.ts';
import { decodePdu, encodePdu } from './pdu-codec.ts';
import { PduError } from './pdu-items.ts';
import type { AssociateAc, AssociateRq, Pdu } from './pdu.ts';
import { fullAc, fullRq } from '../../../tests/fixtures/pdu-samples.ts';

/** Hex with comments and blanks, grouped by field. */
function bytes(text: string): Buffer {
  return Buffer.from(text.replace(/#.*$/gm, '').replace(/\s+/g, ''), 'hex');
}

const body = (pdu: Buffer): Buffer => pdu.subarray(PDU_HEADER_BYTES);

// Captured from echoscu 3.6.7 (-aet ECHOSCU -aec ANY-SCP).
const ECHOSCU_RQ = bytes(`
  01 00 000000cd                    # A-ASSOCIATE-RQ, length
  0001 0000                         # protocol version, reserved
  414e592d534350202020202020202020  # Called-AE-title
  4543484f534355202020202020202020  # Calling-AE-title
  ${'00'.repeat(32)}
  1000 0015 312e322e3834302e31303030382e332e312e312e31   # application context
  2000 002e 01 00 ff 00                                   # presentation context 1; ff is reserved
  3000 0011 312e322e3834302e31303030382e312e31            # verification
  4000 0011 312e322e3834302e31303030382e312e32            # implicit little endian
  5000 003a                                               # user information
  5100 0004 00004000                                      # maximum length 16384
  5200 001b 312e322e3237362e302e373233303031302e332e302e332e362e37
  5500 000f 4f464649535f44434d544b5f333637                # OFFIS_DCMTK_367
`);

const ECHOSCU_VALUE: AssociateRq = {
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAET: 'ANY-SCP',
  callingAET: 'ECHOSCU',
  applicationContext: '1.2.840.10008.3.1.1.1',
  contexts: [
    { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] },
  ],
  user: {
    maxPdu: 16384,
    implementationClassUid: '1.2.276.0.7230010.3.0.3.6.7',
    implementationVersion: 'OFFIS_DCMTK_367',
    asyncOps: null,
    roles: [],
    extended: [],
    commonExtended: [],
  },
  userIdentity: null,
};

const SMALL: [string, Pdu, string][] = [
  [
    'A-ASSOCIATE-RJ',
    { kind: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 7 },
    '0300 00000004 00 01 01 07',
  ],
  ['A-RELEASE-RQ', { kind: 'A-RELEASE-RQ' }, '0500 00000004 00000000'],
  ['A-RELEASE-RP', { kind: 'A-RELEASE-RP' }, '0600 00000004 00000000'],
  ['A-ABORT', { kind: 'A-ABORT', source: 2, reason: 6 }, '0700 00000004 0000 02 06'],
];

describe('PDU codec', () => {
  it('reads the A-ASSOCIATE-RQ of echoscu', () => {
    expect(decodePdu(1, body(ECHOSCU_RQ))).toEqual(ECHOSCU_VALUE);
  });

  it('writes the same bytes as echoscu', () => {
    // DCMTK fills a reserved byte of the presentation context with ff, we with 00.
    const expected = ECHOSCU_RQ.toString('hex').replace('2000002e0100ff00', '2000002e01000000');
    expect(encodePdu(ECHOSCU_VALUE).toString('hex')).toBe(expected);
  });

  it.each(SMALL)('writes and reads %s', (_name, value, hex) => {
    const golden = bytes(hex);
    expect(encodePdu(value).toString('hex')).toBe(golden.toString('hex'));
    expect(decodePdu(golden.readUInt8(0), body(golden))).toEqual(value);
  });

  it('round-trips every item of PS3.7 Annex D, of RQ and AC', () => {
    for (const value of [fullRq(), fullAc()]) {
      const encoded = encodePdu(value);
      expect(encoded.readUInt32BE(2)).toBe(encoded.length - PDU_HEADER_BYTES);
      expect(decodePdu(encoded.readUInt8(0), body(encoded))).toEqual(value);
    }
  });

  it('round-trips 128 contexts in any order of IDs', () => {
    const contexts = Array.from({ length: 128 }, (_, i) => ({
      id: 255 - 2 * i,
      abstractSyntax: `1.2.${i}`,
      transferSyntaxes: ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'],
    }));
    const encoded = encodePdu({ ...ECHOSCU_VALUE, contexts });
    expect((decodePdu(1, body(encoded)) as AssociateRq).contexts).toEqual(contexts);
  });

  it('skips items it does not know', () => {
    const unknown = bytes('6f00 0003 010203');
    const longer = Buffer.concat([body(ECHOSCU_RQ), unknown]);
    expect(decodePdu(1, longer)).toEqual(ECHOSCU_VALUE);
  });

  it('keeps non-standard reject and abort codes', () => {
    expect(decodePdu(3, bytes('00 09 fe 63'))).toEqual({
      kind: 'A-ASSOCIATE-RJ',
      result: 9,
      source: 254,
      reason: 99,
    });
  });

  it('takes blank and NUL padding off titles and UIDs', () => {
    const padded = Buffer.from(body(ECHOSCU_RQ));
    padded.write('  PACS\0\0        ', 4, 'latin1');
    expect((decodePdu(1, padded) as AssociateRq).calledAET).toBe('PACS');
  });

  it.each([
    [
      'an item longer than its PDU',
      '0001 0000' + '20'.repeat(32) + '00'.repeat(32) + '1000 00ff 31',
    ],
    ['a body without its fixed part', '0001 0000'],
    [
      'a UID length beyond its item',
      '0001 0000' + '20'.repeat(32) + '00'.repeat(32) + '5000 0008 5400 0004 00ff 3131',
    ],
  ])('refuses %s', (_name, hex) => {
    expect(() => decodePdu(1, bytes(hex))).toThrow(PduError);
  });

  it('refuses short and long fixed PDUs', () => {
    expect(() => decodePdu(7, bytes('0000'))).toThrow(/A-ABORT has 2 bytes instead of 4/);
    expect(() => decodePdu(5, bytes('000000000000'))).toThrow(PduError);
  });

  it('says an AC without user identity response has none', () => {
    const value: AssociateAc = { ...fullAc(), userIdentityResponse: null };
    expect((decodePdu(2, body(encodePdu(value))) as AssociateAc).userIdentityResponse).toBeNull();
  });
});
