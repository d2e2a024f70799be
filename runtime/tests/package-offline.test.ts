// How dicomrun gets to where there is no Internet: the archive with everything, and the container.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './imports.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-offline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run pack:offline', () => {
  beforeAll(() => {
    execFileSync('bash', [join(ROOT, 'tools/pack/offline.sh'), folder], { stdio: 'ignore' });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, archive)))
      .digest('hex');
    expect(readFileSync(join(folder, `${archive}.sha256`), 'utf8')).toBe(`${sum}  ${archive}\n`);
    execFileSync('tar', ['-xzf', archive], { cwd: folder });
    rmSync(join(folder, archive));
  }, 300_000);

  it('holds what runs and its Node.js, and nothing that only builds or tests', () => {
    const app = join(folder, 'dicomrun', 'app');
    expect(existsSync(join(folder, 'dicomrun', 'bin', 'node'))).toBe(true);
    const packages = readdirSync(join(app, 'node_modules'));
    expect(packages).toEqual(expect.arrayContaining(['dcmjs', 'esbuild', 'piscina', 'vm2']));
    expect(packages.filter((name) => /^(vitest|typescript|eslint|knip)$/.test(name))).toEqual([]);
  });

  it('runs by a link, with no other Node.js, npm or network', () => {
    symlinkSync(join(folder, 'dicomrun', 'bin', 'dicomrun'), join(folder, 'dr'));
    const load = '--embedded --vus 1 --iterations 1 --no-report'.split(' ');
    const script = join(folder, 'dicomrun', 'app', 'examples', 'store.ts');
    const out = execFileSync(join(folder, 'dr'), ['run', script, ...load], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, npm_config_offline: 'true' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(out).toMatch(/^PASS {2}4 images/);
  });
});

describe('the container', () => {
  const file = readFileSync(join(ROOT, 'tools/pack/Containerfile'), 'utf8');
  const lines = file.split('\n').filter((line) => /^[A-Z]+ /.test(line));

  it('copies what is there, and all that the build reads', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
      include: string[];
    };
    expect(copied).toEqual(expect.arrayContaining([...include, 'package-lock.json', 'examples']));
  });

  it('runs as nobody special, the program that is built', () => {
    expect(lines.filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
    const [, entry = ''] =
      /^ENTRYPOINT \["node", "--", "\/opt\/dicomrun\/([^"]+)"\]$/m.exec(file) ?? [];
    expect(existsSync(join(ROOT, entry))).toBe(true);
  });
});
