// `find` asks whom the seed suite asks: the query server, by whichever information model it offers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, type CliProcess } from './run-cli.ts';

const STORE = '1.2.840.10008.5.1.4.1.1.7'; // Secondary Capture
const PATIENT_ROOT_FIND = '1.2.840.10008.5.1.4.1.2.1.1';

const bench = new Bench('find');
let archive: CliProcess;
let port = '';

beforeAll(async () => {
  const spec = { aets: ['QUERY'], faults: { contexts: [STORE, PATIENT_ROOT_FIND] } };
  bench.write('archive.json', JSON.stringify(spec));
  archive = bench.start(['serve', 'archive', '--port', '0', '--spec', 'archive.json', '--quiet']);
  await archive.says('archive listens on');
  port = /listens on [^:]+:(\d+)/.exec(archive.stdout())?.[1] ?? '';
  await bench.run(['generate', 'image', '--modality', 'SC', '--rows', '8', '--columns', '8']);
  const sent = await bench.run(['send', '-c', `QUERY@127.0.0.1:${port}`, 'image']);
  expect(sent.code, sent.stdout + sent.stderr).toBe(0);
});
afterAll(async () => {
  archive.signal('SIGINT');
  await archive.ended;
  bench.remove();
});

const env = () => ({
  COMPASS_HOST: '127.0.0.1',
  COMPASS_PORT: '1', // nobody is there: the router is not asked
  COMPASS_AE_TITLE: 'ROUTER',
  CFIND_HOST: '127.0.0.1',
  CFIND_PORT: port,
  CFIND_AE_TITLE: 'QUERY',
});

describe('find', () => {
  it('asks CFIND_HOST, and Patient Root where Study Root is not offered', async () => {
    const found = await bench.run(['find', 'all', '--json'], { env: env() });
    expect(found.code, found.stderr).toBe(0);
    expect(JSON.parse(found.stdout)).toHaveLength(1);
    expect(found.stderr).toContain('Patient Root');
    const said = { ...env(), COMPASS_QUERY_MODEL: 'PATIENT' };
    const asked = await bench.run(['find', 'all', '--json'], { env: said });
    expect(asked.code, asked.stderr).toBe(0);
    expect(JSON.parse(asked.stdout)).toHaveLength(1);
    expect(asked.stderr).toBe('');
  });

  it('asks only the model that is named', async () => {
    const study = await bench.run(['find', 'all', '--model', 'study'], { env: env() });
    expect(study.code).toBe(111);
    expect(study.stderr).toContain('Study Root');
    const patient = await bench.run(['find', 'all', '--model', 'patient'], { env: env() });
    expect(patient.code, patient.stderr).toBe(0);
    const neither = await bench.run(['find', 'all', '--model', 'both'], { env: env() });
    expect(neither.code).toBe(104);
  });

  it('asks who is named on the command line instead', async () => {
    const named = await bench.run(['find', 'all', '-c', 'X@127.0.0.1:1'], { env: env() });
    expect(named.code).toBe(111);
  });
});
