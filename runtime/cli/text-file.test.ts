import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { decodeText } from './text-file.ts';

const TEXT = 'DICOMRUN_CONNECT=A@h:104\r\nNAME=Zoë\r\n';

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 of Notepad', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16 of PowerShell', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16, the other way round', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
])('reads variables out of a file in %s', (_, bytes) => {
  expect(parseEnv(decodeText(bytes))).toEqual({ DICOMRUN_CONNECT: 'A@h:104', NAME: 'Zoë' });
});
