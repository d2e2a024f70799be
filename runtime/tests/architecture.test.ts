// Guards the import arrows, the one file per third-party package, and who may print and exit.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cycles, importsOf, ROOT, sources, sourceText } from './imports.ts';

const isTest = (file: string): boolean =>
  /\.test\.ts$/.test(file) ||
  file.startsWith('runtime/tests/') ||
  file.startsWith('runtime/bench/');

const all = sources(['api', 'bundler', 'runtime', 'tools']);
const code = all.filter((file) => !isTest(file) && !/^runtime\/[^/]+\.config\.ts$/.test(file));
const imports = code.flatMap(importsOf);

/** The room a file belongs to: a folder of the tree, or one of the single files that are rooms. */
function room(file: string): string {
  if (file === 'runtime/errors.ts') return 'errors';
  if (/^runtime\/(make-folders|own-file)\.ts$/.test(file)) return 'folders';
  if (file === 'api/k6/metric-table.ts') return 'metric-table';
  if (file === 'api/bridge.ts') return 'bridge';
  // Numbers and names that both sides of the bridge and the wire agree on.
  if (file === 'api/abi.ts') return 'abi';
  // The one grammar of durations: both sides of the bridge read it.
  if (file === 'api/duration.ts') return 'durations';
  if (file === 'api/k6/simulate.ts') return 'simulation';
  if (file === 'api/dicom/recording/recorded.ts') return 'recorded';
  if (file === 'api/dicom/delivery/delivered.ts') return 'delivered';
  if (/^(api|bundler|tools)\//.test(file)) return file.split('/')[0] ?? file;
  return file.split('/')[1] ?? file;
}

// Who may import whom; a room always may import itself. `*` = everything, `:types` = types only.
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  // Generators and previews: they read everything, and nothing that is shipped reads them.
  tools: ['*'],
  cli: ['*'],
  conductor: [
    'executors',
    'threads',
    'metrics',
    'metric-table',
    'runlog',
    'outputs',
    'report',
    'config:types',
    'errors',
    'folders',
  ],
  vu: [
    'executors',
    'recording',
    'metrics',
    'threads',
    'dicom',
    'web',
    'bridge',
    'abi',
    'metric-table',
    'config:types',
    'errors',
  ],
  // What a script says of a simulated station is what the station takes, and what an account judges
  // is what the script reads: one set of types, and the script's declarations have to stand in api/.
  acceptors: [
    'threads',
    'metrics',
    'dicom',
    'web',
    'metric-table',
    'simulation:types',
    'delivered:types',
    'durations',
    'errors',
  ],
  // Looks on at the wire; the numbers of a recording are read by whoever shows or replays it.
  // What a script sees of it is written once, in api/.
  recording: ['dicom', 'folders', 'recorded:types'],
  // Several processes as one run: what they say to each other, and who waits for whom.
  agents: [
    'folders',
    'conductor',
    'executors',
    'threads',
    'metrics',
    'metric-table',
    'runlog',
    'config:types',
    'errors',
  ],
  outputs: ['runlog', 'metrics', 'errors', 'folders'],
  report: ['runlog', 'metrics', 'errors'],
  runlog: ['metrics', 'errors', 'folders'],
  // The kinds of outputs say themselves how they are written, as executors do.
  config: ['executors', 'outputs', 'metrics', 'bundler', 'metric-table', 'durations', 'errors'],
  executors: ['metric-table', 'durations', 'errors'],
  metrics: ['metric-table', 'errors'],
  threads: ['config:types', 'dicom:types', 'executors:types', 'metrics:types', 'errors:types'],
  bundler: ['abi'],
  // Knows nothing of a load test but how its instances are counted; a mkdir that returns is Node's
  // matter.
  dicom: ['folders', 'abi'],
  // DICOMweb on the wire: usable alone, as dicom is, and made of it.
  web: ['dicom'],
  api: ['bridge', 'abi', 'metric-table', 'simulation', 'recorded', 'delivered', 'durations'],
  simulation: [],
  recorded: [],
  delivered: [],
  bridge: [],
  abi: [],
  durations: [],
  'metric-table': [],
  errors: [],
  folders: [],
};

/** Third-party package -> the only files (a prefix of their path) that may import it. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  vm2: ['runtime/vu/sandbox/sandbox.ts'],
  piscina: ['runtime/conductor/fleet/pool.ts'],
  esbuild: ['bundler/bundle.ts'],
  'hdr-histogram-js': ['runtime/metrics/distribution/histogram.ts'],
  influx: ['runtime/outputs/influxdb/'],
  commander: ['runtime/cli/'],
  dcmjs: ['runtime/dicom/'],
  // In the benchmark it is what ours is measured against.
  'dcmjs-dimse': ['runtime/dicom/', 'runtime/bench/dcmjs-client.ts'],
  '@nats-io/transport-node': ['runtime/agents/bus.ts', 'runtime/agents/keys.ts'],
  '@nats-io/jetstream': ['runtime/agents/bus.ts'],
  '@nats-io/kv': ['runtime/agents/bus.ts'],
  '@nats-io/obj': ['runtime/agents/bus.ts'],
  typescript: ['tools/docs/'],
  uplot: ['runtime/report/html/page/plot.ts'],
  'dcmjs-codecs': ['runtime/dicom/'],
  undici: ['runtime/web/connections/undici-pool.ts'],
  // Types only: nothing of it is loaded.
  '@grafana/schema': ['tools/grafana/schema.ts'],
};
/** How many files of its home may import a package; one unless said otherwise. */
const FILES: Readonly<Record<string, number>> = {
  typescript: 2,
  commander: Infinity,
  dcmjs: 2,
  'dcmjs-dimse': 2,
  '@nats-io/transport-node': 2,
};

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

describe('import arrows', () => {
  it('finds the project', () => {
    expect(all).toContain('runtime/threads/vu.ts');
    expect(imports.length).toBeGreaterThan(0);
  });

  it('knows every room', () => {
    expect([...new Set(code.map(room))].filter((name) => !(name in ARROWS))).toEqual([]);
  });

  it('follows the arrows', () => {
    const wrong = imports.filter(({ from, to, own, typeOnly }) => {
      if (!own) return false;
      const [source, target] = [room(from), room(to)];
      const may = ARROWS[source] ?? [];
      if (source === target) return false;
      if (target !== 'tools' && (may.includes('*') || may.includes(target))) return false;
      return !(typeOnly && may.includes(`${target}:types`));
    });
    expect(wrong.map((i) => `${i.from}:${i.line} imports ${i.to}`)).toEqual([]);
  });

  it('loads nothing of several hosts for a run on one', () => {
    const isOfAgents = (file: string): boolean =>
      /^runtime\/(agents|cli\/agents)\/|^runtime\/cli\/commands\/(agents?|engine)\.ts$/.test(file);
    const eager = imports.filter(
      ({ from, to, line, typeOnly }) =>
        !typeOnly &&
        !isOfAgents(from) &&
        (isOfAgents(to) || to.startsWith('@nats-io/')) &&
        !/\bimport\(/.test(sourceText(from).split('\n')[line - 1] ?? ''),
    );
    expect(eager.map(({ from, line, to }) => `${from}:${line} imports ${to}`)).toEqual([]);
  });

  it('has no cycle at run time', () => {
    expect(cycles(imports)).toEqual([]);
  });

  it('has no two rooms that lean on each other, not even for a type', () => {
    const edges = imports.filter(({ own }) => own).map(({ from, to }) => [room(from), room(to)]);
    const known = new Set(edges.map(([from, to]) => `${from} > ${to}`));
    const both = edges.filter(([from = '', to = '']) => from < to && known.has(`${to} > ${from}`));
    expect([...new Set(both.map((pair) => pair.join(' <> ')))]).toEqual([]);
  });

  it('has no two folders that lean on each other, but for a folder and one inside it', () => {
    // Such two are one noun and its parts.
    const folder = (file: string): string => file.slice(0, file.lastIndexOf('/'));
    const isWithin = (a: string, b: string): boolean => b.startsWith(`${a}/`);
    const pairs = new Set(
      imports.filter(({ own }) => own).map(({ from, to }) => `${folder(from)} > ${folder(to)}`),
    );
    const both = [...pairs].filter((pair) => {
      const [a = '', b = ''] = pair.split(' > ');
      return a < b && !isWithin(a, b) && !isWithin(b, a) && pairs.has(`${b} > ${a}`);
    });
    expect(both.sort()).toEqual([]);
  });

  it('names relative imports with their .ts extension', () => {
    const wrong = imports.filter(({ own, to }) => own && !/\.(ts|css)$/.test(to));
    expect(wrong.map((i) => `${i.from}:${i.line} imports ${i.to}`)).toEqual([]);
  });

  it('sees a cycle and a forbidden arrow when there is one', () => {
    const edge = (from: string, to: string, typeOnly = false) => ({
      from,
      to,
      own: true,
      typeOnly,
      line: 1,
    });
    expect(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toEqual(['a > b > c > a']);
    expect(cycles([edge('a', 'b'), edge('b', 'a', true)])).toEqual([]);
  });
});

/** Product files of a folder, sub-folders not counted, that one still finds something in. */
const FOLDER_MOST = 20;

describe('a folder', () => {
  it('is no drawer', () => {
    const files = new Map<string, number>();
    for (const file of code) {
      const folder = file.slice(0, file.lastIndexOf('/'));
      files.set(folder, (files.get(folder) ?? 0) + 1);
    }
    expect([...files].filter(([, n]) => n > FOLDER_MOST)).toEqual([]);
  });
});

describe('folders on the disk', () => {
  it('are made by one function: mkdir has ways never to return', () => {
    const own = code.filter((file) => /\bmkdirSync\b|\bmkdir\(/.test(sourceText(file)));
    const builds =
      /^(bundler\/(build|prelude)|runtime\/make-folders|runtime\/bench\/.*|tools\/.*)\.ts$/;
    expect(own.filter((file) => !builds.test(file))).toEqual([]);
  });
});

describe('a type', () => {
  const homes = new Map<string, Set<string>>();
  for (const file of code) {
    // Types of scripts are published as they stand and know nothing of the runtime; tools ship nothing.
    if (/^(api|tools)\//.test(file)) continue;
    for (const [, name = ''] of sourceText(file).matchAll(
      /^export (?:interface|type|(?:abstract )?class) (\w+)/gm,
    ))
      homes.set(name, (homes.get(name) ?? new Set()).add(file));
  }
  const doubled = [...homes].filter(([, files]) => files.size > 1);

  it('has one home', () => {
    expect(doubled.map(([name, files]) => `${name}: ${[...files].join(', ')}`)).toEqual([]);
  });
});

describe('third-party packages', () => {
  const foreign = imports.filter(({ own, to }) => !own && !to.startsWith('node:'));

  it('are imported in their own home only', () => {
    const wrong = foreign.filter(({ from, to, typeOnly }) => {
      const home = HOMES[packageName(to)];
      if (!home) return !typeOnly || !from.startsWith('api/');
      return !home.some((prefix) => from.startsWith(prefix));
    });
    expect(wrong.map((i) => `${i.from}:${i.line} imports ${i.to}`)).toEqual([]);
  });

  it('are imported in as few files as allowed', () => {
    for (const name of Object.keys(HOMES)) {
      const files = new Set(
        foreign.filter(({ to }) => packageName(to) === name).map((i) => i.from),
      );
      expect([...files].slice(FILES[name] ?? 1), `${name} is wrapped once`).toEqual([]);
    }
  });
});

describe('the rim', () => {
  const below = code.filter((file) => !file.startsWith('runtime/cli/'));
  const offenders = (files: readonly string[], pattern: RegExp): string[] =>
    files.flatMap((file) =>
      sourceText(file)
        .split('\n')
        .flatMap((line, at) =>
          pattern.test(line.replace(/^\s*(\/\/|\*|\/\*).*/, '').replace(/\s\/\/ .*/, ''))
            ? [`${file}:${at + 1} ${line.trim()}`]
            : [],
        ),
    );

  it('is the only place that prints, exits, or reads the command line and environment', () => {
    const script = below.filter((file) => file !== 'bundler/build.ts');
    expect(
      offenders(
        script,
        /\bconsole\.(log|error|warn|info)\(|\bprocess\.(argv|exit|env|stdout|stderr)\b/,
      ),
    ).toEqual([]);
  });

  it('leaves no machine path and no disabled test behind', () => {
    const path = new RegExp(`['"\`(\\s]/(${['work', 'root', 'home'].join('|')})/`);
    expect(offenders(all, path)).toEqual([]);
    expect(offenders(all, /\b(it|test|describe)\.(only|skip|todo)\(/)).toEqual([]);
  });

  it('leaves nothing open in a comment', () => {
    const open = new RegExp(`(//|/\\*|^\\s*\\*).*\\b(${['TO', 'FIX'].join('DO|')}ME|XX${'X'})\\b`);
    const comments = all.flatMap((file) =>
      sourceText(file)
        .split('\n')
        .filter((line) => open.test(line))
        .map((line) => `${file} ${line.trim()}`),
    );
    expect(comments).toEqual([]);
    expect(open.test(`x(); // ${['TO', 'DO'].join('')}: later`)).toBe(true);
  });
});

describe('the map', () => {
  for (const page of ['runtime/README.md', 'runtime/dicom/README.md', '.github/CONTRIBUTING.md']) {
    it(`${page} names files that are there`, () => {
      const base = page === 'runtime/dicom/README.md' ? 'runtime/dicom/' : '';
      const named = [...sourceText(page).matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|md|js))`/g)].map(
        ([, path]) => path ?? '',
      );
      const missing = named.filter(
        (path) =>
          !/[A-Z]+\.ts$/.test(path) &&
          ![path, base + path, `runtime/${path}`].some((one) => existsSync(join(ROOT, one))),
      );
      expect(missing).toEqual([]);
    });
  }
});
