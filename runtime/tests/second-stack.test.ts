// The same requests by an implementation that is not ours, against stations of ours.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveArchive, serveSink, type Served } from '../acceptors/stations/serve.ts';
import { Place } from './cli-spawn.ts';

const OTHER = ['--stack', 'dcmjs-dimse'];
let place: Place;
let archive: Served;
let sink: Served;
let to: readonly string[];

beforeEach(async () => {
  place = new Place();
  sink = await serveSink({ aets: ['SINK'] }, { port: 0 });
  const destinations = { SINK: { host: '127.0.0.1', port: sink.port } };
  archive = await serveArchive({ aets: ['ARCHIVE'], destinations }, { port: 0 });
  to = ['-c', `ARCHIVE@127.0.0.1:${archive.port}`];
  await place.run(['generate', 'files', '--modality', 'CT', '--count', '2']);
});
afterEach(async () => {
  place.remove();
  await archive.close();
  await sink.close();
});

const run = (...args: readonly string[]) => place.run([...args, ...to]);

describe('--stack dcmjs-dimse', () => {
  it('echoes, stores, finds and moves, with the answers that our own stack gets', async () => {
    const echoed = await run('echo', ...OTHER);
    expect(echoed).toMatchObject({
      code: 0,
      out: expect.stringContaining('dcmjs-dimse') as string,
    });
    await place.run(['tags', 'files', '--set', 'SpecificCharacterSet=ISO_IR 192']);
    expect(await run('send', 'files', ...OTHER)).toMatchObject({
      code: 0,
      out: '2 stored, 0 failed, 0 skipped\n',
    });
    const ours = await run('find', 'all', '--json');
    expect((await run('find', 'all', '--json', ...OTHER)).out).toBe(ours.out);
    const [match] = JSON.parse(ours.out) as { StudyInstanceUID: string }[];
    const uid = match?.StudyInstanceUID ?? '';
    expect((await run('move', uid, '--to', 'SINK', ...OTHER)).out).toBe(
      '2 completed, 0 failed, 0 with warnings; status 0000 success\n',
    );
    expect(await run('move', uid, '--to', 'NOBODY', ...OTHER)).toMatchObject({ code: 99 });
  });

  it('sends nothing that it would change, and says what', async () => {
    const { code, err, out } = await run('send', 'files', ...OTHER);
    expect({ code, out }).toEqual({ code: 99, out: '0 stored, 2 failed, 0 skipped\n' });
    expect(err).toContain('dcmjs-dimse would send this instance changed: SpecificCharacterSet');
    const found = await run('find', 'patient', 'Mül*', ...OTHER);
    expect(found).toMatchObject({ code: 104 });
    expect(found.err).toContain('dcmjs-dimse cannot send keys beyond ASCII');
  });

  it('says why there is no answer', async () => {
    const nobody = ['-c', `NOBODY@127.0.0.1:${archive.port}`];
    const { code, err } = await place.run(['echo', ...OTHER, ...nobody]);
    expect(code).toBe(111);
    expect(err).toMatch(/dcmjs-dimse says: .*rejected \(result 1, source 1, reason 7\)/);
  });

  it('gives the doctor a second opinion, side by side', async () => {
    const { out } = await run('doctor', '--second-opinion', '--json');
    const findings = JSON.parse(out) as { check: string; state: string; lines?: string[] }[];
    const opinion = findings.find(({ check }) => check === 'second opinion');
    expect(opinion?.state).toBe('ok');
    expect(opinion?.lines?.join('\n')).toMatch(/max PDU +(\d+) +\1/);
    expect(opinion?.lines?.join('\n')).toMatch(/C-ECHO status +0000 +0000/);
  });
});
