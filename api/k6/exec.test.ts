import { describe, expect, it } from 'vitest';
import { connect } from '../sandbox/door.ts';
import { shared } from '../sandbox/shared.ts';
import { Vu } from '../sandbox/vu.ts';
import type { Execution } from './execution.ts';
import { metricsFor } from './custom-metrics.ts';
import { executionFor } from './exec.ts';

function started(): { readonly vu: Vu; readonly exec: Execution } {
  const vu = new Vu(0, 7, {});
  vu.initialising = false;
  return { vu, exec: executionFor(vu) as unknown as Execution };
}

describe('k6/execution', () => {
  it('makes nothing anew for each look, and says how it is now', () => {
    const { vu, exec } = started();
    const { vu: own, instance } = exec;
    vu.iter = 3;
    vu.scenarioIter = 2;
    expect([exec.vu === own, exec.instance === instance]).toEqual([true, true]);
    expect([own.idInTest, own.iterationInInstance, own.iterationInScenario]).toEqual([7, 3, 2]);
    expect(Object.keys(own)).toEqual([
      ...['idInInstance', 'idInTest', 'iterationInInstance', 'iterationInScenario'],
      ...['metrics', 'tags'],
    ]);
  });

  it('takes the time as the number it is', () => {
    connect({ ring: () => 12.25, text: () => 'no number', a: () => 0, b: () => 0, c: () => 0 });
    expect(started().exec.instance.currentTestRunDuration).toBe(12.25);
  });

  it('is not there in init code', () => {
    const exec = executionFor(new Vu(0, 1, {})) as unknown as Execution;
    expect(() => exec.vu).toThrow('exec.vu is not available in init code');
    expect(() => exec.instance).toThrow('exec.instance is not available in init code');
  });

  it('is its own default export, and has its members as scripts list them', () => {
    const { exec } = started();
    expect((exec as unknown as { default: unknown }).default).toBe(exec);
    expect(Object.keys(exec)).toEqual(['scenario', 'vu', 'instance', 'test']);
    expect(Object.keys(exec.instance)).toEqual([
      ...['currentTestRunDuration', 'iterationsCompleted', 'iterationsInterrupted'],
      ...['vusActive', 'vusInitialized'],
    ]);
    expect(JSON.parse(JSON.stringify(exec.vu.metrics))).toHaveProperty('metadata');
  });

  it('gives functions that need no object to be called on', () => {
    const { fail } = started().exec.test;
    const asked: number[] = [];
    connect({ ring: () => asked.push(1), text: () => '', a: () => 0, b: () => 0, c: () => 0 });
    fail('so it is');
    expect(asked).toEqual([1]);
  });

  it('gives the options as one frozen object, to whatever VU looks', () => {
    shared.boot = { ...shared.boot, options: { scenarios: { s: { vus: 2 } } } };
    const [{ options }, other] = [started().exec.test, started().exec.test];
    expect(options).toEqual({ scenarios: { s: { vus: 2 } } });
    expect(other.options).toBe(options);
    expect(() => Object.assign(options.scenarios ?? {}, { t: {} })).toThrow('not extensible');
  });

  it('shares its getters among VUs: own ones would be a hidden class for each', () => {
    const [one, other] = [started().exec, started().exec];
    const getters = (of: object): unknown[] =>
      Object.values(Object.getOwnPropertyDescriptors(of)).map(({ get }) => get);
    for (const [a, b] of [
      [one, other],
      [one.vu, other.vu],
      [one.instance, other.instance],
      [metricsFor(new Vu(0, 1, {})), metricsFor(new Vu(1, 2, {}))],
    ] as const) {
      expect(getters(a)).toEqual(getters(b));
      for (const getter of getters(a)) expect(getters(b)).toContain(getter);
    }
  });
});
