// Loops over more matches than a list keeps: all of them, or a word about it.
import { afterAll, expect, it } from 'vitest';
import { FindProvider } from '../dicom/scp/find-provider.ts';
import { serviceHandler } from './wire-services.ts';
import { runScript } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

afterAll(() => closeServers());

async function peerWith(matches: number): Promise<string> {
  const records = Array.from({ length: matches }, (_, i) => ({ PatientID: String(i) }));
  const find = new FindProvider({ records: () => records });
  return `ANY@127.0.0.1:${await serve(serviceHandler({ find }))}`;
}

const LOOP = (connect: string, each: string): string => `
const peer = dicom.peer({ connect: '${connect}' });
export const options = { vus: 1, iterations: 1 };
export default async function () {
  await attempt('seen', async () => {
    await using a = await peer.associate({ for: 'StudyRootFind' });
    let seen = 0;
    for await (const match of a.find({ PatientID: '' })) { if (match) seen++; ${each} }
    return { seen };
  });
}`;

it('a loop takes all there are', { timeout: 120_000 }, async () => {
  const { told, err } = await runScript(LOOP(await peerWith(12_000), ''));
  expect(told['seen'], err).toEqual({ seen: 12_000 });
});

it('a peer that is faster than the loop is told of', { timeout: 240_000 }, async () => {
  const { told, err } = await runScript(LOOP(await peerWith(105_000), 'await sleep(0.01);'));
  expect(told['seen']?.['message'], err).toMatch(/over 100000 matches wait/);
});
