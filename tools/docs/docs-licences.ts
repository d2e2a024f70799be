// runtime/help/licences.md, made from the lockfile: every package that is installed with the tool.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Declared in a form that npm does not put into the lockfile; read by hand. */
const READ_BY_HAND: Readonly<Record<string, string>> = { memorystream: 'MIT' };

/** What the lockfile says, by path. */
export function lockedPackages(root: string): Readonly<Record<string, Locked>> {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: Record<string, Locked> }).packages;
}

export interface ShippedPackage {
  /** `node_modules/…` */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX; '' where nobody knows. */
  readonly licence: string;
}

/** What a user installs: no tools of development. */
export function shippedPackages(root: string): readonly ShippedPackage[] {
  return Object.entries(lockedPackages(root))
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version = '', license }]) => {
      const name = path.replace(/^.*node_modules\//, '');
      return { path, name, version, licence: license ?? READ_BY_HAND[name] ?? '' };
    });
}

/** The help topic. */
export function licencesDocument(root: string): string {
  const rows = shippedPackages(root)
    // One binary per platform, of which one is installed.
    .map((one) => ({ ...one, name: one.name.replace(/^(@esbuild|@napi-rs)\/.*/, '$1/*') }))
    .map(({ name, version, licence }) => `| \`${name}\` | ${version} | ${licence} |`);
  return `# Licences

dicomrun is under the MIT licence (\`LICENSE\`). It installs these packages, in these versions; this
list is made from the lockfile.

| package | version | licence |
|---|---|---|
${[...new Set(rows)].sort().join('\n')}

The page of the report has uPlot (MIT) built in.
`;
}
