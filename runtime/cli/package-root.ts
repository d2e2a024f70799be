// Where the package is installed; the same from the sources and from dist/.
import { existsSync } from 'node:fs';

/** The package's folder as a file URL that ends with a slash. */
export function packageRoot(): URL {
  for (const up of ['../../', '../../../']) {
    const root = new URL(up, import.meta.url);
    if (existsSync(new URL('package.json', root))) return root;
  }
  throw new Error('package.json was not found beside the program');
}

/** The compiled program: `dist/`, also when this runs from the sources (tests). */
export function distRoot(): URL {
  return new URL('dist/', packageRoot());
}
