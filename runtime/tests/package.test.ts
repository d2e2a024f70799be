// What is installed with the package: pinned, portable, licensed, and not more than agreed.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './imports.ts';

/** Raising one of these is a decision, to be written down with its reason. */
const BUDGET = { packages: 36, megabytes: 56 };
const LICENCES = /^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|Zlib|0BSD| AND | OR )+\)?$/;
/** Declared in a form that npm does not put into the lockfile; read by hand. */
const READ_BY_HAND: Readonly<Record<string, string>> = { memorystream: 'MIT' };

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest = read('package.json') as Record<string, Record<string, string>>;
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
const installed = shipped.filter(([path]) => existsSync(join(ROOT, path)));

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
    const bytes = installed.reduce((sum, [path]) => sum + bytesOf(join(ROOT, path)), 0);
    expect(bytes / 1e6).toBeLessThanOrEqual(BUDGET.megabytes);
  });

  it('carry licences that may be passed on', () => {
    const doubtful = shipped
      .map(([path, { license }]) => [path.replace(/^.*node_modules\//, ''), license] as const)
      .filter(([name, license]) => !LICENCES.test(license ?? READ_BY_HAND[name] ?? ''));
    expect(doubtful).toEqual([]);
  });

  it('are the eight that the design names, and the codecs that one of them uses too', () => {
    expect(Object.keys(manifest['dependencies'] ?? {}).sort()).toEqual(
      [
        'commander',
        'dcmjs',
        // JPEG family for generated instances and decompression; dcmjs-dimse brings it anyway.
        'dcmjs-codecs',
        'dcmjs-dimse',
        'esbuild',
        'hdr-histogram-js',
        'influx',
        'piscina',
        'vm2',
      ].sort(),
    );
  });
});

describe('package', () => {
  it('ships what runs, its types and examples, and no tests', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('LICENSE');
    expect(paths.filter((path) => /\.test\.|^dist\/runtime\/(tests|bench)\//.test(path))).toEqual(
      [],
    );
    expect(paths.some((path) => path.startsWith('dashboards/'))).toBe(true);
    expect(paths.some((path) => path.startsWith('examples/'))).toBe(true);
  });
});
