import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elementsIn,
  encodeCommand,
  findElement,
  readTags,
  readText,
  readUint16,
  scanCommand,
  type CommandScan,
} from './command.ts';
import { CommandField, Element, NO_DATA_SET } from './elements.ts';
import { serviceName } from './services.ts';
import { statusClass, statusHex } from './status.ts';
import { statusName } from './status-text.ts';

const scan: CommandScan = {
  commandField: 0,
  messageId: 0,
  respondedTo: 0,
  dataSetType: 0,
  status: 0,
};

// C-ECHO-RQ of echoscu 3.6.7, message ID 1.
const ECHO_RQ = Buffer.from(
  '00000000040000003800000000000200120000 00312e322e3834302e31303030382e312e3100'.replace(
    / /g,
    '',
  ) + '0000000102000000300000001001020000000100 00000008020000000101'.replace(/ /g, ''),
  'hex',
);

describe('command sets', () => {
  it('are written as DCMTK writes them', () => {
    const encoded = encodeCommand({
      [Element.AFFECTED_SOP_CLASS]: '1.2.840.10008.1.1',
      [Element.COMMAND_FIELD]: CommandField.C_ECHO_RQ,
      [Element.MESSAGE_ID]: 1,
      [Element.DATA_SET_TYPE]: NO_DATA_SET,
    });
    expect(encoded.toString('hex')).toBe(ECHO_RQ.toString('hex'));
  });

  it('are read in one pass', () => {
    expect(scanCommand(ECHO_RQ, 0, ECHO_RQ.length, scan)).toBe(true);
    expect(scan).toEqual({
      commandField: 0x30,
      messageId: 1,
      respondedTo: -1,
      dataSetType: 0x101,
      status: -1,
    });
    expect(readText(ECHO_RQ, 0, ECHO_RQ.length, Element.AFFECTED_SOP_CLASS)).toBe(
      '1.2.840.10008.1.1',
    );
    expect(readUint16(ECHO_RQ, 0, ECHO_RQ.length, Element.STATUS)).toBe(-1);
  });

  it('are read past elements that do not belong there, as Orthanc ends a C-GET that failed', () => {
    const response = encodeCommand({
      [Element.COMMAND_FIELD]: CommandField.C_ECHO_RQ | 0x8000,
      [Element.MESSAGE_ID_RESPONDED_TO]: 7,
      [Element.DATA_SET_TYPE]: NO_DATA_SET,
      [Element.STATUS]: 0xff00,
    });
    // (0008,0000) UL, and (0008,0058) with 2 bytes: no Status, whatever its element number.
    const list = Buffer.from('08000000040000000a000000' + '08005800020000003100', 'hex');
    const bytes = Buffer.concat([response, list]);
    expect(scanCommand(bytes, 0, bytes.length, scan)).toBe(true);
    expect(scan).toMatchObject({ respondedTo: 7, status: 0xff00 });
    expect(elementsIn(bytes, 0, bytes.length)).toEqual(elementsIn(response, 0, response.length));
    const before = Buffer.concat([list, response]);
    expect(scanCommand(before, 0, before.length, scan)).toBe(false);
    expect(scanCommand(bytes, 0, bytes.length - 1, scan)).toBe(false);
  });

  it('round-trip numbers, padded text and tag lists, in ascending order', () => {
    const text = fc.string({ minLength: 1, maxLength: 16, unit: fc.constantFrom(...'ABC_.09') });
    const tags = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, fc.nat(0xffff), tags, (aet, id, list) => {
        const bytes = encodeCommand({
          [Element.MOVE_ORIGINATOR]: aet,
          [Element.ATTRIBUTE_IDENTIFIER_LIST]: list,
          [Element.COMMAND_FIELD]: id,
        });
        expect(bytes.readUInt32LE(8)).toBe(bytes.length - 12);
        expect(bytes.length % 2).toBe(0);
        expect(readText(bytes, 0, bytes.length, Element.MOVE_ORIGINATOR)).toBe(aet);
        expect(readTags(bytes, 0, bytes.length, Element.ATTRIBUTE_IDENTIFIER_LIST)).toEqual(list);
        expect(readUint16(bytes, 0, bytes.length, Element.COMMAND_FIELD)).toBe(id);
        const [a, b] = [Element.COMMAND_FIELD, Element.MOVE_ORIGINATOR].map((e) =>
          findElement(bytes, 0, bytes.length, e),
        );
        expect(a).toBeLessThan(b ?? 0);
      }),
    );
  });

  it('are refused when they are none, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        const ok = scanCommand(buffer, 0, buffer.length, scan);
        expect(ok && scan.commandField < 0).toBe(false);
        readText(buffer, 0, buffer.length, Element.AFFECTED_SOP_CLASS);
        readTags(buffer, 0, buffer.length, Element.ATTRIBUTE_IDENTIFIER_LIST);
        readUint16(buffer, 0, buffer.length, Element.STATUS);
      }),
      { numRuns: 2000 },
    );
  });

  it('name their service', () => {
    expect([1, 0x8001, 0x0fff, 0x8140, 0x7777].map(serviceName)).toEqual([
      'C-STORE',
      'C-STORE',
      'C-CANCEL',
      'N-CREATE',
      'command 0x7777',
    ]);
  });
});

describe('status codes', () => {
  it('have the class of PS3.7 Annex C', () => {
    const classes = [0, 0xff00, 0xff01, 0xfe00, 0xb000, 0x0107, 0xa700, 0xc123, 0x0110].map(
      statusClass,
    );
    expect(classes).toEqual([
      'success',
      'pending',
      'pending',
      'cancelled',
      'warning',
      'warning',
      'failure',
      'failure',
      'failure',
    ]);
    expect(statusHex(0xa7)).toBe('00A7');
    expect([0xa7ff, 0xa900, 0xc001].map((status) => statusName(status, 'C-STORE'))).toEqual([
      'out of resources',
      'data set does not match SOP class',
      'cannot understand',
    ]);
  });
});
