import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundleScript } from './script.ts';
import { stopBundler } from './bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-facades-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stopBundler();
});

it('takes what the sandbox serves as it is, and everything else as esbuild does', async () => {
  writeFileSync(join(folder, 'own.cjs'), 'module.exports = { one: 1 };');
  const script = join(folder, 'script.ts');
  const lines = [
    `import dicom, { Status } from 'dicom';`,
    `import * as all from 'dicomweb';`,
    `import k6 from 'k6';`,
    `import exec from 'k6/execution';`,
    `import data from 'k6/data';`,
    `import own from './own.cjs';`,
    'export default () => [dicom, Status, all, k6, exec, data, own];',
  ];
  writeFileSync(script, lines.join('\n'));
  const { js } = await bundleScript(script);
  const copied = [...js.matchAll(/__toESM\((require[^)]*\))/g)].map(([, what]) => what);
  expect(copied).toEqual(['require("k6/data")', 'require_own()']);
  expect(js.match(/^var \w+ = require\(.*\);$/gm)).toHaveLength(4);
});
