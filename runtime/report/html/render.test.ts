import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRun } from '../../tests/sample-run.ts';
import type { ReportData } from './data.ts';
import { renderHtml, renderLivePage, reportData } from './render.ts';

const ASSETS = { js: 'void 0', css: 'body{}' };
let dir: string;
let data: ReportData;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-html-'));
  await sampleRun({ seconds: 12, dir });
  data = reportData(dir);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The data a browser would read out of the document. */
function embedded(html: string): ReportData {
  const [, type, text = ''] =
    /<script type="application\/(\w+)" id="data">([^<]*)</.exec(html) ?? [];
  const json = type === 'gzip' ? gunzipSync(Buffer.from(text, 'base64')).toString() : text;
  return JSON.parse(json) as ReportData;
}

describe('reportData', () => {
  it('agrees with the summary of the run', () => {
    const store = data.summary.operations.find(({ service }) => service === 'C-STORE');
    const column = data.timeline.columns['reqs C-STORE'] ?? [];
    expect(column.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(store?.count);
    const buckets = data.distributions.find(({ service }) => service === 'C-STORE')?.buckets ?? [];
    expect(buckets.reduce((sum, [, count]) => sum + count, 0)).toBe(store?.duration?.count);
    expect(data.services).toEqual(['C-STORE', 'C-FIND']);
  });

  it('adds up the histogram exactly as the samples were', () => {
    const all = data.distributions.find(({ service }) => service === 'C-STORE');
    const median = all?.percentiles.find(([p]) => p === 50)?.[1] ?? 0;
    const below =
      all?.buckets.filter(([upTo]) => upTo < median).reduce((n, [, c]) => n + c, 0) ?? 0;
    const total = all?.buckets.reduce((n, [, c]) => n + c, 0) ?? 0;
    expect(below).toBeLessThan(total / 2);
  });
});

describe('renderHtml', () => {
  it('embeds the data as it is, compressed when it is large', () => {
    expect(embedded(renderHtml(data, ASSETS))).toEqual(JSON.parse(JSON.stringify(data)));
    const large = { ...data, plan: 'x'.repeat(200_000) };
    const html = renderHtml(large, ASSETS);
    expect(html.length).toBeLessThan(60_000);
    expect(embedded(html).plan).toBe(large.plan);
  });

  it('lets nothing out and nothing foreign run', () => {
    const html = renderHtml(data, ASSETS);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/\b(src|href)\s*=/);
  });

  it('escapes whatever a peer or a file name says', () => {
    const evil = '</script><script>alert(1)</script><!-- "&\'';
    const { summary } = data;
    const html = renderHtml(
      {
        ...data,
        summary: {
          ...summary,
          run: { ...summary.run, script: evil },
          verdict: { ...summary.verdict, reason: evil },
        },
      },
      ASSETS,
    );
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(embedded(html).summary.run.script).toBe(evil);
  });

  it('makes a live page that may only talk to where it came from', () => {
    const html = renderLivePage('/events?token=a', ASSETS);
    expect(html).toContain("connect-src 'self'");
    expect(html).toContain('"eventsUrl":"/events?token=a"');
  });
});
