import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { FileKeeper } from './file-keeper.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-keeper-'));
afterAll(() => rmSync(folder, { recursive: true }));

const request = {
  sopClass: () => '1.2.840.10008.5.1.4.1.1.7',
  sopInstance: () => '1.2.3',
} as IncomingRequest;
const facts = { transferSyntax: '1.2.840.10008.1.2.1', callingAET: 'SENDER' };

function kept(keeper: FileKeeper): Promise<string | null> {
  const file = keeper.open(request, facts);
  file.write(Buffer.alloc(100_000));
  return new Promise((resolve) => file.close(resolve));
}

it.skipIf(!existsSync('/dev/full'))('what a full disk refused leaves no file', async () => {
  const own = join(folder, 'SENDER');
  mkdirSync(own);
  // Its first file is one that there is no room for.
  symlinkSync('/dev/full', join(own, '1.2.3.1.dcm'));
  const keeper = new FileKeeper(folder, () => undefined);
  expect(await kept(keeper)).toContain('ENOSPC');
  expect(readdirSync(own)).toEqual([]);
  expect(await kept(keeper)).toBeNull();
  expect(readdirSync(own)).toEqual(['1.2.3.2.dcm']);
});
