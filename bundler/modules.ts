// Which modules a script may import, and what to say about the ones it may not.
import { builtinModules } from 'node:module';
import { MODULES, TYPES_ONLY } from '../api/abi.ts';

/** Served inside the sandbox; they stay `require('…')` in the bundle. */
export const SERVED = Object.keys(MODULES).filter((name) => !TYPES_ONLY.includes(name));

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const HTTP =
  "the web of dicomrun is DICOMweb: import web from 'dicomweb'; keep other HTTP load in a k6 script";
const BROWSER = 'dicomrun speaks DICOM only and drives no browser';
const REFUSED: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/^k6\/(http|ws|websockets|net\/grpc)$/, HTTP],
  [/^k6\/(experimental\/)?browser$/, BROWSER],
  [/^k6\/crypto$/, 'for identifiers use crypto.randomUUID(); UIDs are made by dicom.study()'],
  [/^k6\/encoding$/, 'use atob() and btoa() for base64, TextEncoder and TextDecoder for text'],
  [/^k6\/html$/, HTTP],
  [/^k6\/secrets$/, 'pass secrets through the environment and read them from __ENV'],
  [/^k6\/experimental\/timers$/, "import the same names from 'k6/timers'"],
  [/^k6\/experimental\//, 'experimental modules of k6 are not part of dicomrun'],
  [/^k6\/x\//, "the only k6 extension here is 'k6/x/dicom'"],
  [
    /^k6(\/|$)/,
    `there are ${Object.keys(MODULES)
      .map((name) => `'${name}'`)
      .join(', ')}`,
  ],
];

const builtins = new Set(builtinModules);

/** What a script may use instead of a Node built-in. */
const INSTEAD: Readonly<Record<string, string>> = {
  fs: "read files at init with open('file') or dicom.files('folder')",
  path: 'paths are relative to the script; join them with template strings',
  crypto: 'crypto.randomUUID() is there without an import',
  timers: "use sleep() from 'k6' or setTimeout from 'k6/timers'",
  process: 'the environment is in __ENV',
  os: 'the environment is in __ENV',
  buffer: 'use Uint8Array, TextEncoder and TextDecoder',
};

/** Why a module may not be imported, or null when that is for the resolver to find out. */
export function refusalOf(specifier: string): Refusal | null {
  if (/^https?:/.test(specifier)) {
    return {
      code: 'BUNDLE_URL_IMPORT',
      message: `cannot import from a URL: "${specifier}"`,
      hint: /\bk6-summary\b/.test(specifier)
        ? "import { textSummary } from 'dicom'"
        : 'nothing is downloaded at run time; save the file beside the script and import that',
    };
  }
  const refused = REFUSED.find(([pattern]) => pattern.test(specifier));
  if (refused) {
    const [, hint] = refused;
    return { code: 'BUNDLE_REFUSED_MODULE', message: `there is no module "${specifier}"`, hint };
  }
  const name = specifier.replace(/^node:/, '');
  const top = name.split('/')[0] ?? name;
  if (!specifier.startsWith('node:') && !builtins.has(name)) return null;
  return {
    code: 'BUNDLE_NODE_BUILTIN',
    message: `"${specifier}" is a Node.js built-in, and VU scripts run in a sandbox without them`,
    hint: INSTEAD[top] ?? 'see `dicomrun help scripts` for what a script can use',
  };
}
