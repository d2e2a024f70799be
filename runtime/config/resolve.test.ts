import { describe, expect, it } from 'vitest';
import { lines, messages, ONE, resolve } from '../tests/config-fixture.ts';

describe('tiers', () => {
  it('stack: configuration file < profile < script < .env < environment < flags', () => {
    const configFile = {
      name: 'dicomrun.config.ts',
      value: {
        settle: '1s',
        tags: { site: 'file', a: 'file' },
        profiles: { nightly: { settle: '2s', tags: { b: 'profile' } } },
      },
    };
    const of = (input: Parameters<typeof resolve>[0]) => resolve({ configFile, ...input });
    expect(of({}).settleMs).toBe(1000);
    const flags = { profile: 'nightly' };
    expect(of({ flags }).settleMs).toBe(2000);
    const scriptOptions = { settle: '3s', tags: { site: 'script' } };
    expect(of({ flags, scriptOptions }).settleMs).toBe(3000);
    const dotenv = 'DICOMRUN_SETTLE=4s';
    expect(of({ flags, scriptOptions, dotenv }).settleMs).toBe(4000);
    const env = { DICOMRUN_SETTLE: '5000' };
    expect(of({ flags, scriptOptions, dotenv, env }).settleMs).toBe(5000);
    const all = of({ flags: { ...flags, settle: '6s' }, scriptOptions, dotenv, env });
    expect(all.settleMs).toBe(6000);
    expect(all.tags).toEqual({ site: 'script', a: 'file', b: 'profile' });
    expect(all.origins).toMatchObject({
      settle: 'flag --settle',
      'tags.site': 'script',
      'tags.a': 'dicomrun.config.ts',
      'tags.b': 'profile nightly',
    });
  });

  it('freeze the result and keep it structured-clonable', () => {
    const options = resolve({ scriptOptions: ONE, exports: ['send'] });
    expect(Object.isFrozen(options.scenarios[0])).toBe(true);
    expect(structuredClone(options)).toEqual(options);
  });

  it('give the script all variables, -e last', () => {
    const { env, warnings } = resolve({
      dotenv: 'A=1\nB=2',
      env: { B: '3', C: '4' },
      flags: { env: ['C=5', 'B', 'COMPASS_HOST=x'] },
    });
    expect(env).toMatchObject({ A: '1', B: '3', C: '5' });
    expect(warnings).toEqual([
      '-e COMPASS_HOST is seen by the script only; set the variable itself to configure',
    ]);
  });

  it('of k6 are not read, and one line says so', () => {
    const of = (env: Record<string, string>) => resolve({ env }).warnings;
    expect(of({ K6_VUS: '50', K6_DURATION: '1h', K6_WEB_DASHBOARD: 'true' })).toEqual([
      'K6_VUS, K6_DURATION, K6_WEB_DASHBOARD are k6’s, dicomrun does not read them; here: DICOMRUN_VUS, DICOMRUN_DURATION (dicomrun help from-k6)',
    ]);
    expect(of({ K6_RPS: '5' })).toEqual([
      'K6_RPS is k6’s, dicomrun does not read it (dicomrun help from-k6)',
    ]);
    expect(resolve({ env: { K6_VUS: '50' } }).scenarios).toEqual(resolve({}).scenarios);
  });

  it('give the script its file from where the command was typed', () => {
    const of = (file: string) =>
      resolve({ cwd: '/ward', env: { TEST_DICOM_FILE: file } }).env['TEST_DICOM_FILE'];
    expect(of('./one.dcm')).toBe('/ward/one.dcm');
    expect(of('/data/one.dcm')).toBe('/data/one.dcm');
    expect(of('')).toBe('');
  });
});

describe('targets', () => {
  it('come from -c and -b', () => {
    const { target } = resolve({ flags: { connect: 'LB-HTM-GI@10.1.2.3:11112', bind: 'HTM-GI' } });
    expect(target).toEqual({
      host: '10.1.2.3',
      port: 11_112,
      calledAET: 'LB-HTM-GI',
      callingAET: 'HTM-GI',
    });
    expect(resolve({ flags: { connect: 'A@[::1]' } }).target).toMatchObject({
      host: '::1',
      port: 104,
      callingAET: 'DICOMRUN',
    });
  });

  it('understand the seed suite’s variables', () => {
    const options = resolve({
      dotenv: [
        'COMPASS_HOST=10.0.0.1',
        'LOCAL_AE_TITLE=TEST_SENDER',
        'REMOTE_AE_HTM_GI=LB-HTM-GI',
        'LOCAL_AE_HTM_GI=HTM-GI',
        'COMPASS_ROUTE=HTM_GI',
        'CFIND_HOST=10.0.0.9',
        'CFIND_PORT=104',
        'CFIND_AE_TITLE=FINDSCP',
        'CFIND_INITIAL_DELAY=2.5',
        'MAX_ERROR_RATE=0.02',
        'MAX_P95_LATENCY_MS=2000',
        'DICOM_ROOT_DIR=./dicom_samples',
        'COMPASS_DB_HOST=ignored',
      ].join('\n'),
    });
    expect(options.target).toEqual({
      host: '10.0.0.1',
      port: 11_112,
      calledAET: 'LB-HTM-GI',
      callingAET: 'HTM-GI',
    });
    expect(options.routes).toEqual({ HTM_GI: { calledAET: 'LB-HTM-GI', callingAET: 'HTM-GI' } });
    expect(options.verify).toMatchObject({
      host: '10.0.0.9',
      port: 104,
      calledAET: 'FINDSCP',
      callingAET: 'HTM-GI', // of the route
      initialDelayMs: 2500,
      isTarget: false,
    });
    expect(options.thresholds).toEqual({
      dicom_req_failed: [{ threshold: 'rate<=0.02' }],
      'dicom_req_duration{service:C-STORE}': [{ threshold: 'p(95)<=2000', optional: true }],
    });
    expect(options.dataRoot).toBe('./dicom_samples');
    expect(options.origins['target.host']).toBe('.env COMPASS_HOST');
  });

  it('understand what the seed suite’s query client reads, and its route IIMS', () => {
    const dotenv = [
      ...['COMPASS_HOST=10.0.0.1', 'CFIND_HOST=10.0.0.9', 'CFIND_AE_TITLE=FINDSCP'],
      ...['COMPASS_QUERY_MODEL=PATIENT', 'COMPASS_QUERY_TIMEOUT=7.5'],
      ...['IIMS_SCP_AE_TITLE=IIMS', 'IIMS_SCU_AE_TITLE=OURS', 'IIMS_CFIND_AE_TITLE=IIMS_QR'],
    ].join('\n');
    const { verify } = resolve({ dotenv });
    expect(verify).toMatchObject({
      ...{ calledAET: 'FINDSCP', model: 'patient', queryTimeoutMs: 7500 },
    });
    const routed = resolve({ dotenv, flags: { route: 'IIMS' } });
    expect(routed.target).toMatchObject({ calledAET: 'IIMS', callingAET: 'OURS' });
    expect(routed.verify).toMatchObject({
      ...{ host: '10.0.0.9', calledAET: 'IIMS_QR', callingAET: 'OURS' },
    });
    const models = ['S', 'study', 'Study Root', 'p', 'patient_root'].map(
      (model) => resolve({ dotenv: `${dotenv}\nCOMPASS_QUERY_MODEL=${model}` }).verify?.model,
    );
    expect(models).toEqual(['study', 'study', 'study', 'patient', 'patient']);
    expect(() => resolve({ dotenv: `${dotenv}\nCOMPASS_QUERY_MODEL=series` })).toThrow(
      'COMPASS_QUERY_MODEL',
    );
  });

  it('judge runs of a minute by the seed suite’s limit for short ones', () => {
    const dotenv = 'MAX_P95_LATENCY_MS=2000\nMAX_P95_LATENCY_MS_SHORT=1500';
    const of = (duration: string) => resolve({ dotenv, flags: { duration } }).thresholds;
    const stores = (threshold: string) => ({
      'dicom_req_duration{service:C-STORE}': [{ threshold, optional: true }],
    });
    expect(of('1m')).toEqual(stores('p(95)<=1500'));
    expect(of('61s')).toEqual(stores('p(95)<=2000'));
  });

  it('put limits of the environment beside those of the script, never in their place', () => {
    const dotenv = 'MAX_ERROR_RATE=0.5\nMAX_P95_LATENCY_MS=2000\nMAX_P95_LATENCY_MS_SHORT=1500';
    const of = (thresholds: Record<string, string[]>) =>
      resolve({ dotenv, scriptOptions: { duration: '10s', thresholds } }).thresholds;
    expect(of({ dicom_req_failed: ['rate==0'] })['dicom_req_failed']).toEqual([
      { threshold: 'rate==0' },
      { threshold: 'rate<=0.5' },
    ]);
    const own = 'dicom_req_duration{service:C-STORE}';
    expect(of({ [own]: ['p(95)<=3000'] })[own]).toEqual([{ threshold: 'p(95)<=3000' }]);
    const throughput = 'dicom_req_duration{scenario:x1_5,service:C-STORE}';
    expect(Object.keys(of({ [throughput]: ['p(95)<=1'] }))).not.toContain(own);
    const finds = 'dicom_req_duration{service:C-FIND}';
    expect(Object.keys(of({ [finds]: ['p(95)<=1'] }))).toContain(own);
  });

  it('warn when C-FIND verification would ask the target itself', () => {
    const { verify, warnings } = resolve({ dotenv: 'COMPASS_HOST=10.0.0.1\nCFIND_TIMEOUT=30' });
    expect(verify).toMatchObject({ host: '10.0.0.1', isTarget: true, timeoutMs: 30_000 });
    expect(warnings[0]).toContain('C-FIND verification asks the target itself');
  });

  it('name both when a seed variable and ours disagree, and ours wins', () => {
    const { target, warnings } = resolve({
      dotenv: 'COMPASS_HOST=10.0.0.1',
      env: { DICOMRUN_TARGET_HOST: '10.0.0.2' },
    });
    expect(target?.host).toBe('10.0.0.2');
    expect(warnings).toEqual(['target.host: env DICOMRUN_TARGET_HOST wins over .env COMPASS_HOST']);
  });

  it('are the embedded router unless a higher source names one', () => {
    const configFile = { name: 'dicomrun.config.ts', value: { target: 'embedded' } };
    expect(resolve({ configFile })).toMatchObject({ embedded: true, target: null });
    const named = resolve({ configFile, flags: { connect: 'A@127.0.0.1:104' } });
    expect(named).toMatchObject({ embedded: false, target: { calledAET: 'A' } });
    expect(named.warnings).toHaveLength(1);
    expect(messages({ flags: { connect: 'A@127.0.0.1:104', embedded: true } })).toEqual([
      'flag --embedded and flag --connect name two different targets — give one of them',
    ]);
  });

  it.each([
    ['verify', { verify: 'A@127.0.0.1:105' }, 'verify'],
    ['web-target', { 'web-target': 'http://127.0.0.1:8042/dicom-web' }, 'webTarget'],
  ] as const)(
    'of --%s are the embedded ones unless a higher source names one',
    (flag, flags, key) => {
      const configFile = { name: 'dicomrun.config.ts', value: { target: 'embedded' } };
      expect(resolve({ configFile })[key]).toBeNull();
      expect(resolve({ configFile, flags })).toMatchObject({ embedded: true });
      expect(resolve({ configFile, flags })[key]).not.toBeNull();
      const lower = {
        DICOMRUN_WEB_URL: 'http://10.0.0.1/x',
        CFIND_HOST: '10.0.0.1',
        CFIND_AET: 'A',
      };
      expect(resolve({ env: lower, flags: { embedded: true } })[key]).toBeNull();
      expect(messages({ flags: { ...flags, embedded: true } })).toEqual([
        `flag --embedded and flag --${flag} name two different targets — give one of them`,
      ]);
    },
  );
});

describe('smoke mode', () => {
  it('runs each scenario once, one after another, judged by failures only', () => {
    const options = resolve({
      mode: 'smoke',
      exports: ['default', 'send'],
      scriptOptions: {
        scenarios: {
          ...ONE.scenarios,
          peak: { executor: 'constant-vus', vus: 9, duration: '9m' },
        },
        thresholds: {
          'dicom_req_duration{service:C-STORE}': ['p(95)<2000'],
          dicom_req_failed: 'rate<=0.02',
          dicom_delivery_missing: [{ threshold: 'count==0', abortOnFail: true }],
        },
      },
    });
    expect(lines(options)).toEqual([
      'gi: 1 iteration for each of 1 VU (at most 2m), exec send',
      'peak: 1 iteration for each of 1 VU (at most 2m), after "gi"',
    ]);
    expect(options.thresholds).toEqual({
      dicom_req_failed: [{ threshold: 'rate<=0.02' }],
      dicom_delivery_missing: [{ threshold: 'count==0', abortOnFail: true }],
    });
  });

  it('obeys options.smoke', () => {
    const options = resolve({
      mode: 'smoke',
      scriptOptions: { vus: 50, duration: '5m', smoke: { iterations: 3, tags: { kind: 'smoke' } } },
    });
    expect(lines(options)).toEqual(['default: 3 iterations for each of 1 VU (at most 2m)']);
    expect(options.tags).toEqual({ kind: 'smoke' });
  });
});
