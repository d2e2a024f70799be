import { expect, it } from 'vitest';
import { elementHeader } from './element-header.ts';
import { getValue, openDataset, toJson } from './json.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';

const SYNTAX = TransferSyntax.EXPLICIT_LE;

function element(tag: number, vr: string, value: Buffer): Buffer {
  return Buffer.concat([elementHeader(tag, vr, value.length, encodingOf(SYNTAX)), value]);
}

function item(...elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat(elements);
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

it('reads the text of an item in the character set of the item, whichever way it is asked for', () => {
  const other = item(
    element(0x00080005, 'CS', Buffer.from('ISO_IR 192')),
    element(0x00100010, 'PN', Buffer.from('Grün^Ö1')),
  );
  const open = openDataset(
    Buffer.concat([
      element(0x00080005, 'CS', Buffer.from('ISO_IR 100')),
      element(0x00081120, 'SQ', other),
    ]),
    SYNTAX,
  );
  const name = 'Grün^Ö1';
  expect(getValue(open, 'ReferencedPatientSequence[0].PatientName')).toBe(name);
  expect(getValue(open, 'ReferencedPatientSequence[0]')).toMatchObject([{ PatientName: name }]);
  expect(getValue(open, 'ReferencedPatientSequence')).toMatchObject([{ PatientName: name }]);
  expect(toJson(open)['ReferencedPatientSequence']).toMatchObject([{ PatientName: name }]);
});
