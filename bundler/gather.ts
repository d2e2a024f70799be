// The program's own modules in few files: a process and its threads start sooner when Node opens,
// resolves and links 160 modules less. Packages stay where they are.
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { gatherEntry, type Plugin } from './bundle.ts';

/** What is started as a program or as a thread. */
const ENTRIES = ['runtime/cli/main.js', 'runtime/vu/worker.js', 'runtime/acceptors/worker.js'];

/** Gathers each entry of the compiled `dist` for itself: threads share nothing but messages. */
export async function gather(dist: string): Promise<void> {
  for (const entry of ENTRIES) await gatherEntry(dist, entry, [required(dist)]);
}

const NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Packages are required, not imported: each of ours is CommonJS, and before Node imports one of those
 * it looks through its text for the names of its exports. That was a fifth of the start of a run.
 * Here the names are asked for once, when the package is built.
 */
function required(dist: string): Plugin {
  const load = createRequire(join(dist, 'package.js'));
  return {
    name: 'required',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        isBuiltin(path) || kind === 'entry-point' ? null : { path, namespace: 'required' },
      );
      onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => {
        const names = Object.getOwnPropertyNames(load(path)).filter(
          (name) => NAME.test(name) && name !== 'default' && name !== '__esModule',
        );
        // What is not imported is not looked at, either.
        const lines = names.map((name) => `export const ${name} = /* @__PURE__ */ of('${name}');`);
        return {
          contents: `import { createRequire } from 'node:module';
const all = createRequire(import.meta.url)(${JSON.stringify(path)});
const of = (name) => all[name];
${lines.join('\n')}`,
        };
      });
    },
  };
}
