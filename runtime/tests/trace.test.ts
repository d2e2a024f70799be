// --trace: what goes over an association, readable, without patients and instances.
import { afterEach, describe, expect, it } from 'vitest';
import { Place, STORE_SCRIPT } from './cli-spawn.ts';

let place: Place;
afterEach(() => place.remove());

const ONE = ['--embedded', '--settle', '1s', '--no-report', '--trace'];

const transcript = (err: string): string[] =>
  err.split('\n').flatMap((line) => /^trace: VU 1 #1 \+[\d.]+ ms (.*)/.exec(line)?.[1] ?? []);

describe('--trace', () => {
  it('prints every PDU and message of an association, in order', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const { code, err } = await place.run(['run', 'store.ts', '--iterations', '1', ...ONE]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const store = [
      expect.stringMatching(/^→ C-STORE-RQ message \d, CT, \d{4} bytes$/) as string,
      expect.stringMatching(/^← C-STORE-RSP to message \d, status 0x0000$/) as string,
    ];
    expect(transcript(err)).toEqual([
      expect.stringMatching(
        /^→ A-ASSOCIATE-RQ called \S+, calling \S+, max PDU \d+; contexts 1 CT \[.*Explicit/,
      ),
      expect.stringMatching(/^← A-ASSOCIATE-AC max PDU \d+; contexts 1 CT .*Explicit/),
      ...store,
      ...store,
      '→ A-RELEASE-RQ',
      '← A-RELEASE-RP',
    ]);
    expect(err).not.toContain('2.25.');
  });

  it('says why an association was rejected, aborted or refused its contexts', async () => {
    const faulty = (faults: string) =>
      `export const options = { simulate: { router: { faults: ${faults} } } };\n${STORE_SCRIPT}`;
    place = new Place({
      'reject.ts': faulty('{ reject: { share: 1 } }'),
      'abort.ts': faulty('{ abortAfter: 100 }'),
      'contexts.ts': faulty("{ contexts: 'none' }"),
    });
    const said = async (name: string) =>
      transcript((await place.run(['run', name, '--iterations', '1', ...ONE])).err).at(-1);
    expect(await said('reject.ts')).toBe(
      '← A-ASSOCIATE-RJ result 2, source 3, reason 2 (local limit exceeded)',
    );
    expect(await said('abort.ts')).toBe('← A-ABORT source 0 (service-user), reason 0');
    const { err } = await place.run(['run', 'contexts.ts', '--iterations', '1', ...ONE]);
    expect(transcript(err)[1]).toMatch(/^← A-ASSOCIATE-AC .*1 CT refused: .*not supported/);
  });

  it('in smoke mode is printed of failed scenarios only', async () => {
    const script = `${STORE_SCRIPT.replace('export default async', 'export async').replace(
      'function ()',
      'function good()',
    )}
export async function bad() {
  await good();
  check(null, { fine: () => false });
}
export const options = {
  scenarios: {
    good: { executor: 'per-vu-iterations', exec: 'good' },
    bad: { executor: 'per-vu-iterations', exec: 'bad' },
  },
};
`;
    place = new Place({ 'two.ts': script });
    const args = ['smoke', 'two.ts', '--embedded', '--settle', '1s', '--trace'];
    const { code, err } = await place.run(args);
    expect({ code, err }).toMatchObject({ code: 99 });
    expect(err).toMatch(/^transcript of bad:\ntrace: VU \d #\d \+[\d.]+ ms → A-ASSOCIATE-RQ/m);
    expect(err).not.toContain('transcript of good');
    expect(err.match(/→ A-ASSOCIATE-RQ/g)).toHaveLength(1);
  });

  it('in smoke mode is printed of all when something accepted does not arrive', async () => {
    const lossy = `${STORE_SCRIPT.replace(
      'dicom.peer({})',
      "dicom.peer({ deliversTo: dicom.receiver({ aet: 'BOX' }) })",
    )}
export const options = { simulate: { router: { faults: { drop: 1 } } } };
`;
    place = new Place({ 'lossy.ts': lossy });
    const args = ['smoke', 'lossy.ts', '--embedded', '--settle', '1s', '--trace'];
    const { code, out, err } = await place.run(args);
    expect({ code, out, err }).toMatchObject({ code: 99 });
    expect(out + err).toContain('everything accepted arrives');
    expect(err).toMatch(/^transcript of default:\ntrace: .* → A-ASSOCIATE-RQ/m);
  });
});
