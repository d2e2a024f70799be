import { describe, expect, it } from 'vitest';
import type { Options, Scenario } from '../config/types.ts';
import type { PeerSpec } from '../threads/vu.ts';
import {
  acceptorCount,
  embeddedSpec,
  newRunNumber,
  startsEmbedded,
  targetName,
  targetsOf,
  workerCount,
} from './share.ts';

const loop: Scenario = {
  name: 'default',
  executor: 'constant-vus',
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 0,
  env: {},
  tags: {},
  vus: 3,
  durationNs: 1e9,
};

function options(more: Partial<Options> = {}): Options {
  const base = { scenarios: [loop], workers: null, acceptors: null, embedded: true, route: null };
  return {
    ...base,
    part: [],
    target: null,
    routes: {},
    verify: null,
    webTarget: null,
    scrape: [],
    simulate: {},
    ...more,
  } as Options;
}

const peers: readonly PeerSpec[] = [
  { usesTarget: true, route: 'HTM_GI', deliversTo: 0 },
  { usesTarget: true },
  { usesTarget: false, host: '10.0.0.1', port: 104, calledAET: 'X' },
];

describe('embedded target', () => {
  it('delivers a route to the receiver its peer names', () => {
    expect(embeddedSpec(options(), { peers })?.deliver).toEqual({ HTM_GI: 0 });
    expect(embeddedSpec(options({ embedded: false }), { peers })).toBeNull();
  });

  it('makes the route’s name its called AE title, and the archive the verify target', () => {
    const embedded = { host: '127.0.0.1', routerPort: 7001, archivePort: 7002 };
    const targets = targetsOf(options(), peers, embedded);
    expect(targets.routes['HTM_GI']).toMatchObject({ calledAET: 'HTM_GI', port: 7001 });
    expect(targets.target).toMatchObject({ calledAET: 'EMBEDDED', port: 7001 });
    expect(targets.verify).toMatchObject({ calledAET: 'ARCHIVE', port: 7002, enabled: true });
  });
});

describe('where a web target is named beside the embedded one', () => {
  const webTarget = { url: 'http://user:secret@10.0.0.1:8042/dicom-web' };
  const beside = options({ webTarget });
  const web = { usesTarget: true, hosts: [] };
  const webOnly = { peers: [], webServers: [web] };
  const both = { peers, webServers: [web] };
  const targets = { target: null };
  const named = 'http://10.0.0.1:8042/dicom-web';

  it('the embedded one is not started for a script that asks the web alone', () => {
    expect(startsEmbedded(beside, webOnly)).toBe(false);
    expect(embeddedSpec(beside, webOnly)).toBeNull();
    expect(startsEmbedded(beside, both)).toBe(true);
    expect(startsEmbedded(options(), webOnly)).toBe(true);
    expect(startsEmbedded(options({ embedded: false }), both)).toBe(false);
  });

  it('the run is named after what is loaded', () => {
    const of = (embedded: boolean, loaded: typeof both, given = beside) =>
      targetName({ embedded, targets, options: given, loaded });
    expect(of(false, webOnly)).toBe(named);
    expect(of(true, both)).toBe(`EMBEDDED ROUTER, ${named}`);
    expect(of(true, webOnly, options())).toBe('EMBEDDED ROUTER');
    expect(of(false, { peers: [], webServers: [] })).toBeUndefined();
    const target = { host: '10.0.0.2', port: 104, calledAET: 'R', callingAET: 'ME' };
    const dimse = { embedded: false, targets: { target }, options: beside };
    expect(targetName({ ...dimse, loaded: { peers, webServers: [] } })).toBe('R@10.0.0.2:104');
    expect(targetName({ ...dimse, loaded: both })).toBe(`R@10.0.0.2:104, ${named}`);
    expect(targetName({ ...dimse, loaded: webOnly })).toBe(named);
  });
});

describe('thread counts', () => {
  it('leaves one core to main and starts no worker without a VU', () => {
    expect(workerCount(options(), 2)).toBe(1);
    expect(workerCount(options(), 1)).toBe(1);
    expect(workerCount(options(), 64)).toBe(3);
    expect(workerCount(options({ workers: 2 }), 64)).toBe(2);
    // A part of the plan has fewer VUs, and study numbers for 64 workers.
    const half = [{ widths: [1, 1], index: 1 }];
    expect(workerCount(options({ part: half }), 64)).toBe(1);
    const many: Scenario = { ...loop, executor: 'constant-vus', vus: 1000, durationNs: 1e9 };
    expect(workerCount(options({ scenarios: [many], part: half, workers: 100 }), 4)).toBe(64);
  });

  it('starts acceptor threads only when something listens', () => {
    expect(acceptorCount(options(), 0, false)).toBe(0);
    expect(acceptorCount(options({ acceptors: 4 }), 2, false)).toBe(2);
    expect(acceptorCount(options(), 0, true)).toBe(1);
  });
});

describe('newRunNumber', () => {
  it('always has 15 digits and no leading zero', () => {
    for (const ms of [Date.UTC(2020, 0, 1), Date.UTC(2026, 10, 21), Date.UTC(2060, 0, 1)]) {
      expect(newRunNumber(ms, 0)).toMatch(/^[1-9]\d{14}$/);
      expect(newRunNumber(ms, 0.9999)).toMatch(/^[1-9]\d{14}$/);
    }
  });
});
