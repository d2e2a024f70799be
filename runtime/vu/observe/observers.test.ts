import { MessageChannel } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { Clock } from '../../threads/clock.ts';
import { VuSlot } from '../vu-slot.ts';
import type { WorkerParts } from '../parts.ts';
import { Host } from '../sandbox/host.ts';
import { WORKER_SLOTS } from '../../threads/state.ts';
import { Observers } from './observers.ts';
import { Samples } from './samples.ts';
import { TagContexts } from './tags.ts';

it('finds the tags of thousands of VUs once a scenario and stage, and those of a VU for itself', () => {
  const { port1: port } = new MessageChannel();
  const clock = new Clock();
  const samples = new Samples(port, clock);
  const contexts = new TagContexts(samples);
  const plan = {
    tags: { run: 'r' },
    scenarios: [
      { name: 'a', tags: {} },
      { name: 'b', tags: {} },
    ],
  };
  const host = new Host(new Int32Array(WORKER_SLOTS));
  const observers = new Observers(
    { host, samples, contexts, clock, plan } as unknown as WorkerParts,
    port,
  );
  const vus = Array.from({ length: 1000 }, (_, i) => new VuSlot(i, i + 1, contexts.of({})));
  const stages = ['0', ''];
  observers.stages = stages;
  const asked = vi.spyOn(contexts, 'of');
  const tags = (): readonly object[] =>
    vus.map((vu) => {
      vu.scenario = vu.slot % 2;
      return observers.scenarioContext(vu).tags;
    });
  expect(tags().slice(0, 2)).toEqual([
    { run: 'r', scenario: 'a', stage: '0' },
    { run: 'r', scenario: 'b' },
  ]);
  expect(asked).toHaveBeenCalledTimes(2);
  stages[0] = '1';
  const [first] = vus;
  if (first !== undefined) first.ownTags = { site: 'x' };
  expect(tags().slice(0, 3)).toEqual([
    { run: 'r', scenario: 'a', stage: '1', site: 'x' },
    { run: 'r', scenario: 'b' },
    { run: 'r', scenario: 'a', stage: '1' },
  ]);
  expect(asked).toHaveBeenCalledTimes(4);
  port.close();
});
