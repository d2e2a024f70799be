import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../tests/sample-run.ts';
import { annotations } from './ci-annotations.ts';

describe('annotations of a load test', () => {
  it('tell of crossed thresholds and failed checks, where a CI server listens', async () => {
    const thresholds = { dicom_req_failed: [{ threshold: 'rate<0.001' }] };
    const { summary } = await sampleRun({ seconds: 20, thresholds });
    expect(annotations(summary, {})).toBe('');
    const github = annotations(summary, { GITHUB_ACTIONS: 'true' }).split('\n');
    expect(github[0]).toMatch(
      /^::error title=gi-routing\.ts › threshold › dicom_req_failed rate<0\.001::observed /,
    );
    expect(github[1]).toMatch(
      /^::warning title=gi-routing\.ts › check › pixels untouched::\d+ of \d+ failed$/,
    );
    const azure = annotations(summary, { TF_BUILD: 'True' });
    expect(azure).toMatch(/^##vso\[task\.logissue type=error\]gi-routing\.ts › threshold/);
    expect(azure).toContain('##vso[task.logissue type=warning]gi-routing.ts › check');
  });

  it('say nothing where nothing failed', async () => {
    const { summary } = await sampleRun({ seconds: 2, perSecond: 2, thresholds: {} });
    expect(annotations(summary, { GITHUB_ACTIONS: 'true' })).toBe('');
  });
});
