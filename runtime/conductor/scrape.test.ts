import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { Options } from '../config/types.ts';
import { parsePage, Scraper } from './scrape.ts';

const PAGE = `# HELP queue_length Instances waiting
# TYPE queue_length gauge
queue_length 12
stored_total{aet="A",status="0000"} 4.5e3 1395066363000
broken NaN
no value here
`;

describe('parsePage', () => {
  it('reads names, labels and numbers', () => {
    expect(parsePage(PAGE)).toEqual([
      { metric: 'queue_length', labels: '', value: 12 },
      { metric: 'stored_total', labels: '{aet="A",status="0000"}', value: 4500 },
    ]);
  });
});

describe('Scraper', () => {
  it('samples pages by their name and says once what it cannot read', async () => {
    const server = createServer((_, response) => response.end(PAGE));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const scrape = [
      { name: 'router', url: `http://127.0.0.1:${port}/metrics` },
      { name: 'gone', url: 'http://127.0.0.1:1/metrics' },
    ];
    const samples: string[] = [];
    const warnings: string[] = [];
    const scraper = new Scraper({ scrape, scrapeIntervalMs: 60_000 } as unknown as Options, null, {
      sample: (metric, { series }, value) => samples.push(`${metric} ${series} ${value}`),
      warn: (text) => warnings.push(text),
    });
    scraper.start();
    await vi.waitFor(() => expect([samples, warnings].map(({ length }) => length)).toEqual([2, 1]));
    await scraper.stop();
    server.close();
    expect(warnings).toEqual([expect.stringMatching(/--scrape gone: .* cannot be read/)]);
    const page = [
      'target_queue_length router 12',
      'target_stored_total router{aet="A",status="0000"} 4500',
    ];
    // at the start and at the end; the interval is longer than the test
    expect(samples).toEqual([...page, ...page]);
  });

  it('sends user and password and shows neither, and leaves a page without end', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      if (request.url === '/refused') return void response.writeHead(500).end();
      response.write(PAGE);
      const more = `${'x'.repeat(1_000_000)}\n`;
      const push = (): void => {
        while (!response.destroyed && response.write(more));
      };
      response.on('drain', push);
      push();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const at = `http://user:canary%40pw@127.0.0.1:${port}`;
    const scrape = [
      { name: 'a', url: `${at}/page` },
      { name: 'b', url: `${at}/refused` },
    ];
    const [samples, warnings]: [string[], string[]] = [[], []];
    const scraper = new Scraper({ scrape, scrapeIntervalMs: 60_000 } as unknown as Options, null, {
      sample: (metric) => samples.push(metric),
      warn: (text) => warnings.push(text),
    });
    await scraper.stop();
    server.closeAllConnections();
    server.close();
    expect(samples).toEqual(['target_queue_length', 'target_stored_total']);
    expect(warnings).toEqual([
      `--scrape b: http://127.0.0.1:${port}/refused cannot be read: status 500`,
    ]);
    const basic = `Basic ${Buffer.from('user:canary@pw').toString('base64')}`;
    expect(asked).toEqual([basic, basic]);
  });

  it('takes the beginning of a page that unpacks to a gigabyte', async () => {
    // Members of a gzip file follow one another: a megabyte of packed bytes holds a thousand.
    const more = gzipSync(Buffer.alloc(1024 ** 2, 'y'), { level: 9 });
    const bomb = Buffer.concat([gzipSync(PAGE), ...Array.from({ length: 1024 }, () => more)]);
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const scrape = [{ name: 'a', url: `http://127.0.0.1:${port}/` }];
    const [samples, warnings]: [string[], string[]] = [[], []];
    const scraper = new Scraper({ scrape, scrapeIntervalMs: 60_000 } as unknown as Options, null, {
      sample: (metric) => samples.push(metric),
      warn: (text) => warnings.push(text),
    });
    const before = process.memoryUsage().rss;
    await scraper.stop();
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
    server.closeAllConnections();
    server.close();
    expect([samples, warnings]).toEqual([['target_queue_length', 'target_stored_total'], []]);
  });
});
