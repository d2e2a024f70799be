// Examples as they are, against a router and an archive in other processes: receivers listen where the
// router delivers, and where it cannot deliver to us the archive is asked.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ROOT } from './example-list.ts';
import { requirePeer, startOrthanc } from './peers.ts';
import { Bench, type CliProcess, type CliResult } from './run-cli.ts';

const bench = new Bench('elsewhere');
const running: CliProcess[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal('SIGINT');
    await one.ended;
  }
});
afterAll(() => bench.remove());

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Starts a station; the port it listens on. */
async function serve(kind: string, spec: object, args: readonly string[] = []): Promise<string> {
  const file = bench.write(`${kind}.json`, JSON.stringify(spec));
  const all = ['serve', kind, '--port', '0', '--spec', file, '--quiet', ...args];
  const station = bench.start(all);
  running.push(station);
  await station.says(`${kind} listens on`);
  return /listens on [^:]+:(\d+)/.exec(station.stdout())?.[1] ?? '';
}

function example(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const script = join(ROOT, 'examples', file);
  return bench.run(['run', script, ...args], { env: { SCALE: 'ci', ...env } });
}

function mustPass({ code, stdout, stderr }: CliResult): void {
  expect(code, stdout + stderr).toBe(0);
}

const GI = { rules: [{ set: { StudyDescription: 'GI Endoscopy' } }] };

describe('a router in another process', () => {
  it('delivers to the receiver of gi-routing, where --receiver puts it', async () => {
    const port = await freePort();
    const to = `GI_ARCHIVE@127.0.0.1:${port}`;
    const router = await serve('router', GI, ['--to', to]);
    const at = ['-c', `ROUTER@127.0.0.1:${router}`, '--receiver', `GI_ARCHIVE=${port}`];
    const result = await example('gi-routing.ts', [...at, ...'--vus 1 --iterations 2'.split(' ')]);
    mustPass(result);
    expect(result.stderr).toContain(`receive  GI_ARCHIVE on 127.0.0.1:${port}`);
    const [route] = result.summary().delivery.routes;
    expect(route).toMatchObject({ accepted: 8, unique: 8, missing: 0, duplicated: 0 });
  });

  it('delivers to many receivers on one port, told apart by their AE titles', async () => {
    const port = await freePort();
    const titles = ['RADIOLOGY', 'ENDOSCOPY', 'PATHOLOGY', 'RESEARCH'];
    const destinations = Object.fromEntries(
      titles.map((calledAET) => [calledAET, { host: '127.0.0.1', port, calledAET }]),
    );
    const routes = [
      { when: { SeriesDescription: { re: '^RESEARCH' } }, to: ['RESEARCH'] },
      { when: { ContainerIdentifier: { re: '^PATH-' } }, to: ['PATHOLOGY'] },
      { modality: 'ES', otherwise: true, to: ['ENDOSCOPY'] },
      { otherwise: true, to: ['RADIOLOGY'] },
    ];
    const router = await serve('router', { destinations, routes });
    const result = await example('scenarios/content-routing.ts', [
      ...['-c', `ROUTER@127.0.0.1:${router}`, '--receiver', `*=127.0.0.1:${port}`],
    ]);
    mustPass(result);
    expect(result.summary().delivery.accepted).toBe(10);
  });

  it('says which receivers there are when the command line names another', async () => {
    const result = await example('gi-routing.ts', [
      ...'--embedded --vus 1 --iterations 1 --receiver GI_ARCHIV=0'
        .replace('=0', '=24620')
        .split(' '),
    ]);
    expect(result.stderr).toContain('--receiver GI_ARCHIV: the script has no receiver');
    expect(result.stderr).toContain('it has GI_ARCHIVE');
  });
});

const QUICK_FIND = { CFIND_INITIAL_DELAY: '0', CFIND_POLL_INTERVAL: '0.2', CFIND_TIMEOUT: '5' };

describe('an archive in another process (VERIFY=find)', () => {
  it('is asked for what arrived, and a router that changes it is noticed', async () => {
    const archive = await serve('archive', { aets: ['ARCHIVE'] });
    const cfind = {
      ...{ VERIFY: 'find', CFIND_HOST: '127.0.0.1', CFIND_PORT: archive },
      ...{ CFIND_AE_TITLE: 'ARCHIVE', ...QUICK_FIND },
    };
    const to = ['--to', `ARCHIVE@127.0.0.1:${archive}`];
    const honest = await serve('router', {}, to);
    mustPass(await example('compass/data-validation.ts', ['-c', `R@127.0.0.1:${honest}`], cfind));

    const rules = [{ when: { AccessionNumber: { re: '^A' } }, set: { AccessionNumber: 'A' } }];
    const liar = await serve('router', { rules }, to);
    const told = await example('compass/data-validation.ts', ['-c', `R@127.0.0.1:${liar}`], cfind);
    expect(told.code).toBe(99);
    expect(told.stdout).toMatch(/✗.*accession number.*arrives as sent/);
  });
});

/** What transformations.json expects of a router, by modality. */
const TRANSFORMING = [
  {
    when: { Modality: 'OPV', SeriesDescription: { re: '^(GPA|SFA)$' } },
    set: { StudyDescription: 'Visual Fields (VF) ${SeriesDescription}' },
  },
  {
    when: { Modality: 'OPV', SeriesDescription: { re: '^(?!(GPA|SFA)$)' } },
    set: { StudyDescription: 'Visual Fields (VF)' },
  },
  { when: { Modality: 'OPT' }, set: { StudyDescription: 'Optical Coherence Tomography (OCT)' } },
  { when: { Modality: 'ES' }, set: { StudyDescription: 'GI Endoscopy' } },
  { when: { PatientID: { re: '^AC' } }, copy: { PatientID: 'OtherPatientIDs' } },
  { when: { AccessionNumber: '' }, set: { AccessionNumber: 'ACC${PatientID}' } },
  { when: { StudyDate: '' }, copy: { StudyDate: 'AcquisitionDate' } },
];

/** What comes by DICOM is stored once more with another description, its UIDs kept, and sent on. */
const REWRITING = `
function OnStoredInstance(id, tags, metadata, origin)
  if origin['RequestOrigin'] ~= 'DicomProtocol' then return end
  local change = '{"Replace":{"StudyDescription":"GI Endoscopy"},' ..
    '"Keep":["StudyInstanceUID","SeriesInstanceUID","SOPInstanceUID"],"Force":true}'
  RestApiPost('/instances', RestApiPost('/instances/' .. id .. '/modify', change))
  SendToModality(id, 'GI_ARCHIVE')
end`;

describe.skipIf(!requirePeer('Orthanc'))('Orthanc', () => {
  it('as the router delivers to the receiver of ct-stream', async () => {
    const port = await freePort();
    const orthanc = await startOrthanc({
      lua: "function OnStoredInstance(id) SendToModality(id, 'CT_STREAM') end",
      modalities: { CT_STREAM: { host: '127.0.0.1', port } },
    });
    try {
      const at = ['-c', `ORTHANC@127.0.0.1:${orthanc.port}`, '--receiver', `*=127.0.0.1:${port}`];
      const result = await example('scenarios/ct-stream.ts', at);
      mustPass(result);
      expect(result.summary().delivery.routes[0]).toMatchObject({ missing: 0, duplicated: 0 });
    } finally {
      await orthanc.stop();
    }
  });

  it('as the router rewrites what it delivers to the receiver of gi-routing', async () => {
    const port = await freePort();
    const orthanc = await startOrthanc({
      lua: REWRITING,
      modalities: { GI_ARCHIVE: { host: '127.0.0.1', port } },
      config: { OverwriteInstances: true },
    });
    try {
      const result = await example('gi-routing.ts', [
        ...['-c', `ORTHANC@127.0.0.1:${orthanc.port}`, '--receiver', `GI_ARCHIVE=${port}`],
        ...'--vus 1 --iterations 1'.split(' '),
      ]);
      mustPass(result);
      const [route] = result.summary().delivery.routes;
      expect(route).toMatchObject({ accepted: 4, unique: 4, missing: 0, duplicated: 0 });
    } finally {
      await orthanc.stop();
    }
  });

  it('as the archive behind a router, asked by C-FIND for what arrived (VERIFY=find)', async () => {
    // Names in any script can be told only in Unicode.
    const orthanc = await startOrthanc({ config: { DefaultEncoding: 'Utf8' } });
    const env = {
      ...{ VERIFY: 'find', CFIND_HOST: '127.0.0.1', CFIND_PORT: String(orthanc.port) },
      ...{ CFIND_AE_TITLE: 'ORTHANC', ...QUICK_FIND },
    };
    const to = ['--to', `ORTHANC@127.0.0.1:${orthanc.port}`];
    const titles = ['LB-HTM-GI', 'LB-HTM-OPH', 'LB-HTM-ORTHO'];
    const calling = ['HTM-GI', 'HTM-OPH', 'HTM-ORTHO', 'DICOMRUN'];
    try {
      for (const [file, spec] of [
        ['data-validation', {}],
        ['called-aet-routing', { aets: titles, allow: calling }],
        ['routing-transformations', { rules: TRANSFORMING }],
      ] as const) {
        const router = await serve('router', spec, to);
        mustPass(await example(`compass/${file}.ts`, ['-c', `R@127.0.0.1:${router}`], env));
      }
      const lazy = await serve('router', { rules: TRANSFORMING.slice(1) }, to);
      const at = ['-c', `R@127.0.0.1:${lazy}`];
      const told = await example('compass/routing-transformations.ts', at, env);
      expect(told.code).toBe(99);
      expect(told.stdout).toMatch(/✗ +OPV, GPA: visual fields/);
    } finally {
      await orthanc.stop();
    }
  });

  it('as the archive answers find and verify', async () => {
    const orthanc = await startOrthanc();
    const [CFIND_HOST, CFIND_PORT] = ['127.0.0.1', String(orthanc.port)];
    const env = { CFIND_HOST, CFIND_PORT, CFIND_AE_TITLE: 'ORTHANC', CFIND_INITIAL_DELAY: '0' };
    const at = ['-c', `ORTHANC@127.0.0.1:${orthanc.port}`];
    try {
      for (const file of ['02-query/verify.ts', 'compass/failure-modes.ts']) {
        mustPass(await example(file, at, { ...env, CFIND_POLL_INTERVAL: '0.2' }));
      }
    } finally {
      await orthanc.stop();
    }
  });
});
