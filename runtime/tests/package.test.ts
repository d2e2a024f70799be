// What is installed with the package: pinned, portable, licensed, and not more than agreed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { lockedPackages, shippedPackages } from '../../tools/docs/docs-licences.ts';
import { ROOT } from './imports.ts';

/** Raising one of these is a decision, to be written down with its reason. */
// 43: seven of NATS, for runs over several hosts, and undici, for DICOMweb.
const BUDGET = { packages: 44, megabytes: 60 };
const LICENCES = /^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|Zlib|0BSD|Unlicense| AND | OR )+\)?$/;

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest = read('package.json') as Record<string, Record<string, string>>;
const packages = lockedPackages(ROOT);
const shipped = shippedPackages(ROOT);
const installed = shipped.filter(({ path }) => existsSync(join(ROOT, path)));

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + bytesOf(path);
    return sum + lstatSync(path).size;
  }, 0);
}

describe('dependencies', () => {
  it('are pinned exactly, in a lockfile that names no registry', () => {
    const pins = { ...manifest['dependencies'], ...manifest['devDependencies'] };
    const loose = Object.entries(pins).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual(
      [],
    );
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain(
      'omit-lockfile-registry-resolved=true',
    );
  });

  it('stay within their number and size', () => {
    expect(installed.length).toBeGreaterThan(8);
    expect(installed.length).toBeLessThanOrEqual(BUDGET.packages);
    const bytes = installed.reduce((sum, { path }) => sum + bytesOf(join(ROOT, path)), 0);
    expect(bytes / 1e6).toBeLessThanOrEqual(BUDGET.megabytes);
  });

  it('carry licences that may be passed on', () => {
    expect(shipped.filter(({ licence }) => !LICENCES.test(licence))).toEqual([]);
  });

  it('need no install script: what CI installs without them is the working tool', () => {
    // One prints a notice, the other looks whether its binary, an optional package, is there.
    const scripted = shipped.filter(({ path }) => packages[path]?.hasInstallScript);
    expect(scripted.map(({ name }) => name)).toEqual(['core-js-pure', 'esbuild']);
    expect(readFileSync(join(ROOT, '.ci/run'), 'utf8')).toContain('npm ci --ignore-scripts');
  });

  it('are the eight that the design names, and what each other one is for', () => {
    expect(Object.keys(manifest['dependencies'] ?? {}).sort()).toEqual(
      [
        // Agents: messages, journal, leases and the bundle. Loaded by `run --agents`, `agent`, `engine`.
        '@nats-io/jetstream',
        '@nats-io/kv',
        '@nats-io/obj',
        '@nats-io/transport-node',
        'commander',
        'dcmjs',
        // JPEG family for generated instances and decompression; dcmjs-dimse brings it anyway.
        'dcmjs-codecs',
        'dcmjs-dimse',
        'esbuild',
        'hdr-histogram-js',
        'influx',
        'piscina',
        // DICOMweb: HTTP/1.1 with stamps at the socket. Loaded by scripts that import it.
        'undici',
        'vm2',
      ].sort(),
    );
  });
});

type Packed = Readonly<Record<string, { readonly files: readonly { readonly path: string }[] }>>;

/** The declarations that one of the package names. */
function namedTypes(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)\.ts'/g)].map(([, name = '']) =>
    join(dirname(path), `${name}.d.ts`),
  );
}

describe('package', () => {
  it('ships what runs, its types and examples, and no tests', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // A list of packages, since npm 12 an object by name.
    const [{ files } = { files: [] }] = Object.values(JSON.parse(packed) as Packed);
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('LICENSE');
    expect(paths.filter((path) => /\.test\.|^dist\/runtime\/(tests|bench)\//.test(path))).toEqual(
      [],
    );
    expect(paths.some((path) => path.startsWith('dashboards/'))).toBe(true);
    expect(paths.some((path) => path.startsWith('examples/'))).toBe(true);
    // What is gathered in dist/parts is not there a second time, module by module.
    const modules = paths.filter((path) => /^dist\/(api|bundler|runtime)\/.*\.js$/.test(path));
    expect(modules.sort()).toEqual([
      'dist/runtime/acceptors/worker.js',
      'dist/runtime/cli/main.js',
      'dist/runtime/report/html/page/page.js',
      'dist/runtime/vu/worker.js',
    ]);
    // Packages are required: Node reads the text of a CommonJS package before it imports it.
    const code = paths.filter((path) =>
      /^dist\/(parts|runtime\/(cli|vu|acceptors))\/.*js$/.test(path),
    );
    const imported = code.flatMap((path) => [
      ...readFileSync(join(ROOT, path), 'utf8').matchAll(
        /^(?:import |\} ).*from "(?!\.|node:)[^"]+"|\bimport\("(?!\.|node:)[^"]+"\)/gm,
      ),
    ]);
    expect(imported.map(([text]) => text)).toEqual([]);
    const types = new Set(paths.filter((path) => path.endsWith('.d.ts')));
    const named = [...types].flatMap((path) => namedTypes(path));
    expect([...types]).toContain('dist/types/runtime/outputs/custom.d.ts');
    expect(named.filter((path) => !types.has(path))).toEqual([]);
  });
});

describe('a release', () => {
  const check = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'tools/pack/release-check.mjs'), ...args], {
      encoding: 'utf8',
    });

  it('needs one version in all places, its changes and an address', () => {
    const { stderr, status } = check('v99.0.0');
    expect(status).toBe(1);
    for (const name of ['package.json', 'package-lock.json', 'CITATION.cff', 'CHANGELOG.md'])
      expect(stderr).toContain(name);
    // The places agree on the version that is there; only the address is not known yet.
    const { version, repository } = manifest as Record<string, unknown>;
    const faults = check(`v${String(version)}`)
      .stderr.trim()
      .split('\n')
      .filter(Boolean);
    expect(faults).toHaveLength(repository === undefined ? 1 : 0);
    expect(check(`v${String(version)}`, '--notes').stdout).not.toBe('');
  });

  it('is made by a workflow whose steps are there', () => {
    const text = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    const { jobs } = load(text) as {
      jobs: { npm: { steps: { run?: string }[]; permissions: Record<string, string> } };
    };
    const lines = jobs.npm.steps.flatMap(({ run }) => run ?? []);
    const named = lines.flatMap((line) => line.match(/(tools|\.ci)\/\S+/g) ?? []);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const scripts = lines.flatMap((line) => /npm run (\S+)/.exec(line)?.[1] ?? []);
    expect(scripts.filter((name) => manifest['scripts']?.[name] === undefined)).toEqual([]);
    expect(lines.some((line) => line.startsWith('npm publish --provenance'))).toBe(true);
    expect(jobs.npm.permissions['id-token']).toBe('write');
  });
});
