import { expect, it } from 'vitest';
import { openMetricsPage } from './metrics-page.ts';

const HOST = '127.0.0.1';
const NOTHING = { close: () => Promise.resolve() };

it('a metrics page serves one path, and names its port when another has it', async () => {
  const page = await openMetricsPage(() => 'up 1\n', { host: HOST, port: 0 }, NOTHING);
  const { port } = page;
  const answer = await fetch(`http://${HOST}:${port}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([200, 'up 1\n']);
  expect((await fetch(`http://${HOST}:${port}/`)).status).toBe(404);

  let closed = 0;
  const beside = { close: () => Promise.resolve(void closed++) };
  await expect(openMetricsPage(() => '', { host: HOST, port }, beside)).rejects.toMatchObject({
    code: 'CONFIG_ACCEPTOR',
    message: `metrics port ${port} is in use`,
    hint: expect.stringContaining('0 for any free one') as string,
  });
  expect(closed).toBe(1);
  await page.close();
});
