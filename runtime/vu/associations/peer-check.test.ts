import { describe, expect, it } from 'vitest';
import { RingFault } from '../sandbox/host.ts';
import { checkPeer, isAETitle } from './peer-check.ts';

function faultOf(peer: Readonly<Record<string, unknown>>): string {
  try {
    checkPeer(peer);
    return '';
  } catch (thrown) {
    return thrown instanceof RingFault ? `${thrown.fault.code} ${thrown.fault.message}` : 'other';
  }
}

describe('checkPeer', () => {
  it('takes what the standard allows', () => {
    expect(faultOf({})).toBe('');
    expect(faultOf({ route: 'HTM_GI', callingAET: 'MOD 1' })).toBe('');
    expect(faultOf({ connect: 'SIXTEEN_LETTERS_@[::1]:104' })).toBe('');
    expect(faultOf({ host: 'pacs', port: 11112, calledAET: 'PACS' })).toBe('');
  });

  it.each([
    [{ connect: 'SEVENTEEN_LETTERS@h:104' }, 'CONFIG_AE_TITLE peer({ connect }): "SEVENTEEN_L'],
    [{ calledAET: 'A\\B' }, 'CONFIG_AE_TITLE peer({ calledAET }): "A\\\\B"'],
    [{ callingAET: '' }, 'CONFIG_AE_TITLE peer({ callingAET }): ""'],
    [{ callingAET: 5 }, 'CONFIG_AE_TITLE peer({ callingAET }): 5'],
    [{ maxPdu: -1 }, 'CONFIG_MAX_PDU peer({ maxPdu }): must be whole bytes'],
    [{ maxPdu: '16384' }, 'CONFIG_MAX_PDU peer({ maxPdu }): must be whole bytes'],
    [{ connect: 'PACS:104' }, 'CONFIG_ADDRESS peer({ connect: "PACS:104" }): write AET@host:port'],
    [{ connect: 'A@h:99999' }, 'CONFIG_ADDRESS peer({ connect }): must be a port'],
    [
      { host: 'h', port: 0 },
      'CONFIG_ADDRESS peer({ port }): must be a port from 1 to 65535, got 0',
    ],
  ])('refuses %j', (peer, text) => {
    expect(faultOf(peer)).toContain(text);
  });
});

describe('isAETitle', () => {
  it('wants more than spaces', () => {
    expect([isAETitle('A'), isAETitle('   '), isAETitle('Ä')]).toEqual([true, false, false]);
  });
});
