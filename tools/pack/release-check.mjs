// What has to agree before a version is published: node tools/pack/release-check.mjs vX.Y.Z [--notes]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (name) =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const [tag = '', wish] = process.argv.slice(2);
const version = tag.replace(/^v/, '');
const manifest = JSON.parse(read('package.json'));
const lock = JSON.parse(read('package-lock.json'));
const section = read('CHANGELOG.md')
  .split(/^## /m)
  .find((text) => text.startsWith(`${version} (`));

const faults = [
  manifest.version !== version && `package.json says ${manifest.version}`,
  lock.version !== version && `package-lock.json says ${lock.version}: npm install --package-lock-only`,
  !read('CITATION.cff').includes(`\nversion: ${version}\n`) && 'CITATION.cff says another version',
  section === undefined && `CHANGELOG.md has no section "## ${version} (date)"`,
  wish !== '--notes' &&
    manifest.repository === undefined &&
    'package.json names no repository: npm makes no provenance without one (RELEASING.md)',
].filter((fault) => fault !== false);

if (faults.length > 0) {
  for (const fault of faults) console.error(`release ${tag}: ${fault}`);
  process.exit(1);
}
if (wish === '--notes') console.log(section.split('\n').slice(1).join('\n').trim());
