import { describe, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import type { AgentInfo } from '../protocol.ts';
import { Remote } from '../remote.ts';
import { Crowd } from './crowd.ts';

const SILENT_MS = 3_000;
const WAIT_MS = 10_000;

/** Agents that are told nothing here, at hosts of their names. */
function agents(...names: readonly string[]): readonly [Crowd, ...Remote[]] {
  const all = names.map(
    (name, index) => new Remote({} as Bus, 'r', { name, host: name } as AgentInfo, index),
  );
  return [new Crowd(all), ...all];
}

describe('who of the agents is missed', () => {
  it('is told once: silent after a while, gone at once, there again', () => {
    const [crowd, a, b] = agents('a', 'b');
    if (a === undefined || b === undefined) throw new Error();
    a.silentSince = 1_000;
    expect(crowd.news(1_000 + SILENT_MS, SILENT_MS)).toEqual([]);
    expect(crowd.shown(1_000 + SILENT_MS - 1, SILENT_MS)).toBe('2/2');
    const text = 'agent a says nothing, it may come back';
    expect(crowd.news(1_001 + SILENT_MS, SILENT_MS)).toEqual([text]);
    expect(crowd.news(1_002 + SILENT_MS, SILENT_MS)).toEqual([]);
    b.goneSince = 5_000;
    expect(crowd.goneNews(b, WAIT_MS)).toEqual(['agent b is gone; it is waited for, 10 s']);
    expect(crowd.goneNews(b, WAIT_MS)).toEqual([]);
    expect(crowd.shown(6_000, SILENT_MS)).toBe('2/2 (a silent 5 s) (b gone 1 s)');
    a.goneSince = 7_000;
    expect(crowd.goneNews(a, WAIT_MS)).toEqual(['agent a is gone; it is waited for, 10 s']);
    a.goneSince = a.silentSince = b.goneSince = null;
    expect(crowd.news(8_000, SILENT_MS)).toEqual([
      'agent a is there again',
      'agent b is there again',
    ]);
    expect(crowd.news(8_001, SILENT_MS)).toEqual([]);
  });

  it('is none that is lost or has done its part', () => {
    const [crowd, a] = agents('a');
    if (a === undefined) throw new Error();
    a.goneSince = 0;
    expect(crowd.goneNews(a, WAIT_MS)).toHaveLength(1);
    a.lose('it is gone');
    expect(crowd.goneNews(a, WAIT_MS)).toEqual([]);
    expect(crowd.news(20_000, SILENT_MS)).toEqual([]);
    expect(crowd.shown(20_000, SILENT_MS)).toBe('0/1');
  });
});
