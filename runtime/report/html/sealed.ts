// What every page of ours is: page, style and data inline, and a policy under which nothing can leave
// it and nothing else can run in it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** The browser's part, made by the build. */
export interface PageAssets {
  readonly js: string;
  readonly css: string;
}

/** Above this many characters of JSON the data is embedded compressed. */
const PLAIN_LIMIT = 150_000;

/** The assets the build made. This module is at its own place in `dist/` or gathered in `dist/parts/`. */
export function builtAssets(): PageAssets {
  const here = dirname(fileURLToPath(import.meta.url));
  const gathered = join(here, '..', 'runtime', 'report', 'html', 'page');
  const folder = existsSync(gathered) ? gathered : join(here, 'page');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { js: read('page.js'), css: read('page.css') };
}

/** Data for the page, as an element of its own. */
export function embed(data: unknown): string {
  const json = JSON.stringify(data);
  return json.length > PLAIN_LIMIT
    ? `<script type="application/gzip" id="data">${gzipSync(json).toString('base64')}</script>`
    : `<script type="application/json" id="data">${inScript(json)}</script>`;
}

interface Parts {
  readonly title: string;
  readonly assets: PageAssets;
  readonly connect: string;
  readonly body: string;
}

/** A document with everything in it. */
export function sealed({ title, assets, connect, body }: Parts): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hash(assets.js)}'`,
    `style-src '${hash(assets.css)}'`,
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${assets.css}</style>
</head>
<body>
${body}
<main id="report"></main>
<script>${assets.js}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON inside a script element: no end tag, no comment can appear in it. */
export function inScript(json: string): string {
  return json.replace(/</g, '\\u003c');
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
