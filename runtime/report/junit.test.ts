import { expect, it } from 'vitest';
import { sampleRun } from '../tests/sample-run.ts';
import { renderJunit, xml } from './junit.ts';

it('has checks and thresholds as cases, with the counts of each suite', async () => {
  const { summary } = await sampleRun({
    seconds: 5,
    thresholds: {
      dicom_req_duration: [{ threshold: 'p(95)<1' }],
      vus: [{ threshold: 'value>0' }],
      group_duration: [{ threshold: 'avg<1' }],
    },
  });
  const text = renderJunit(summary);
  expect(text).toContain(
    '<testsuites name="gi-routing.ts" tests="5" failures="1" errors="0" skipped="1" time="5.000">',
  );
  expect(text).toMatch(/name="gi-routing.ts checks" tests="2" failures="0"/);
  expect(text).toMatch(
    /name="dicom_req_duration p\(95\)&#60;1" time="0.000">\n +<failure message="observed \S+ ms"\/>/,
  );
  expect(text).toMatch(
    /name="group_duration avg&#60;1" time="0.000">\n +<skipped message="no data"\/>/,
  );
});

it('has the cases of smoke mode instead of the checks, with place and properties', async () => {
  const { summary } = await sampleRun({ seconds: 1, thresholds: {} });
  const one = { suite: 's › gi', name: 'study <visible>', durationMs: 60_000 };
  const text = renderJunit({
    ...summary,
    cases: [
      {
        ...one,
        state: 'failed',
        message: 'not found',
        where: 'gi.ts:41:3',
        properties: { route: 'R' },
      },
      { ...one, name: 'look', state: 'manual', message: '1. open the viewer' },
      { ...one, name: 'echo', state: 'passed', durationMs: 12 },
    ],
  });
  expect(text).not.toContain('checks');
  expect(text).toContain(
    '<testcase classname="s › gi" name="study &#60;visible&#62;" time="60.000">',
  );
  expect(text).toContain('<failure message="not found (gi.ts:41:3)"/>');
  expect(text).toContain('<property name="route" value="R"/>');
  expect(text).toContain('<skipped message="manual: 1. open the viewer"/>');
  expect(text).toContain('name="echo" time="0.012"/>');
});

it('drops what XML cannot hold and escapes the rest', () => {
  expect(xml('a\u0000\u001b[1m<&>"\'\n\ud800é😀')).toBe('a[1m&#60;&#38;&#62;&#34;&#39;&#10;é😀');
});
