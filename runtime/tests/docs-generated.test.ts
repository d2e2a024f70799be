// The generated parts of runtime/help say what the code says. `npm run docs` makes them anew.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { apiDocument } from '../../tools/docs/docs-api.ts';
import { licencesDocument } from '../../tools/docs/docs-licences.ts';
import { withTables } from '../../tools/docs/docs-tables.ts';
import { withOptions } from '../../tools/docs/option-help.ts';
import { withSabotage } from './sabotage/table.ts';
import { withSweep } from './sweep/table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const help = (name: string): string => `${root}runtime/help/${name}.md`;

describe('generated documents', () => {
  it('api.md is made from the docstrings', async () => {
    await expect(apiDocument(root)).toMatchFileSnapshot(help('api'));
  });

  it('configuration.md ends with the table of options', async () => {
    const made = withOptions(readFileSync(help('configuration'), 'utf8'));
    await expect(made).toMatchFileSnapshot(help('configuration'));
  });

  it('licences.md is made from the lockfile', async () => {
    await expect(licencesDocument(root)).toMatchFileSnapshot(help('licences'));
  });

  it('parity.md has the tables of what examples run against, and of faults they notice', async () => {
    const made = withSweep(withSabotage(readFileSync(help('parity'), 'utf8')));
    await expect(made).toMatchFileSnapshot(help('parity'));
  });

  it('troubleshooting.md has the tables of statuses, rejections, aborts, transport, timeouts', async () => {
    const made = withTables(readFileSync(help('troubleshooting'), 'utf8'));
    await expect(made).toMatchFileSnapshot(help('troubleshooting'));
  });
});
