import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ts from 'typescript';
import { ambientTypes } from './types-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'types-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

function check(script: string): string[] {
  const file = join(folder, 'script.ts');
  ts.sys.writeFile(file, script);
  const program = ts.createProgram([file, join(folder, 'all.d.ts')], {
    strict: true,
    noEmit: true,
    types: [],
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' '));
}

describe('ambientTypes', () => {
  it('flattens emitted declarations into one file that types a script alone', async () => {
    await put(
      'api/dicom/index.d.ts',
      "import type { Peer } from './peer.ts';\nexport type { Peer };\nexport declare function peer(name: string): Peer;\ndeclare const _default: { peer: typeof peer };\nexport default _default;\n",
    );
    await put(
      'api/dicom/peer.d.ts',
      "import type { Host } from '../host.ts';\n/** A peer. */\nexport interface Peer { readonly host: Host }\n",
    );
    await put('api/host.d.ts', 'export type Host = string;\n');
    await put('api/secret.d.ts', 'export type Secret = string;\n');
    await put('api/k6/options.d.ts', 'export interface Options { readonly vus?: number }\n');
    const text = await ambientTypes(join(folder, 'api'), 'declare const __VU: number;');
    await put('all.d.ts', text);
    expect(text).not.toContain('Secret');
    const good = `import dicom, { peer, type Peer } from 'dicom';
      import type { Options } from 'k6/options';
      export const options: Options = { vus: __VU };
      const p: Peer = dicom.peer('a'); const h: string = peer('b').host;
      export default () => [p, h];`;
    expect(check(good)).toEqual([]);
    expect(check("import { peer } from 'dicom'; peer(1);")).toHaveLength(1);
    expect(
      check("import type { Options } from 'k6/options'; export const o: Options = { vuss: 1 };"),
    ).toHaveLength(1);
    // Three runs of the type checker: long on a machine that does something else too.
  }, 60_000);
});
