// An example that cannot fail is a defect: each script ends with 99 and names the fault when its target
// does something wrong. Here one fault for each script; SABOTAGE=all (npm run sabotage) tries the whole
// table, keeps what it found beside this file and writes it into help/parity.md.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../example-list.ts';
import { FAULTS, type Fault } from './faults.ts';
import { Saboteur, type Outcome } from './saboteur.ts';
import type { Subject } from './subject.ts';
import { faultsOf, SUBJECTS } from './subjects.ts';
import { readFound, writeFound, type Cell } from './table.ts';

/** `rest`: of the whole table what is open or was not tried. */
const mode = process.env['SABOTAGE'];
const whole = mode === 'all' || mode === 'rest';
/** Several at once: most of the time a run waits. */
const AT_ONCE = Number(process.env['SABOTAGE_AT_ONCE'] ?? 3);
const only = new RegExp(process.env['SABOTAGE_ONLY'] ?? '');
const saboteur = new Saboteur();

beforeAll(() => saboteur.prepare());
afterAll(() => saboteur.remove());

interface Try {
  readonly subject: Subject;
  readonly fault: Fault;
}

/** Runs them, some at a time, in the order of the list. */
async function runAll(
  tries: readonly Try[],
  done: (index: number, outcome: Outcome) => void,
): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let i = next++; i < tries.length; i = next++) {
      const one = tries[i];
      if (one === undefined) continue;
      // What a fault cannot be put into is as open as what nobody noticed.
      const outcome = await saboteur
        .run(one.subject, one.fault)
        .catch((error: unknown) => ({ code: null, said: '', all: String(error) }));
      done(i, outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
}

const isNoticed = ({ fault }: Try, { code, said }: Outcome): boolean =>
  code !== 0 && code !== null && fault.says.test(said);

const SELECTED = SUBJECTS.filter(({ file }) => only.test(file));

/** One for each script. */
const chosen = (): Try[] =>
  SELECTED.flatMap((subject) =>
    faultsOf(subject, FAULTS)
      .filter(({ name }) => name === subject.ci)
      .map((fault) => ({ subject, fault })),
  );

const others = (): Try[] =>
  SELECTED.flatMap((subject) =>
    faultsOf(subject, FAULTS)
      .filter(({ name }) => name !== subject.ci)
      .map((fault) => ({ subject, fault })),
  );

describe('the table', () => {
  it('knows every script of examples/, and a fault that it must notice', () => {
    const scripts = examples().map(({ file }) => file.replace('examples/', ''));
    expect(SUBJECTS.map(({ file }) => file).sort()).toEqual([...scripts].sort());
    for (const subject of SUBJECTS) {
      if (subject.ci === null) continue;
      const names = faultsOf(subject, FAULTS).map(({ name }) => name);
      expect(names, subject.file).toContain(subject.ci);
    }
  });

  it('has found nothing that it does not know', () => {
    for (const [file, cells] of Object.entries(readFound())) {
      const subject = SUBJECTS.find((one) => one.file === file);
      const names = subject === undefined ? [] : faultsOf(subject, FAULTS).map(({ name }) => name);
      for (const name of Object.keys(cells)) expect(names, file).toContain(name);
    }
  });

  it.skipIf(whole)('has no open cell: what a script does not notice is argued or mended', () => {
    const open = Object.entries(readFound()).flatMap(([file, cells]) =>
      Object.entries(cells)
        .filter(([, { noticed }]) => !noticed)
        .map(([name]) => `${file}: ${name}`),
    );
    expect(open).toEqual([]);
  });
});

describe.skipIf(whole)('one fault for each script', () => {
  const tries = chosen();
  const outcomes: Outcome[] = [];
  beforeAll(() => runAll(tries, (i, outcome) => (outcomes[i] = outcome)), 900_000);

  it.each(tries.map(({ subject, fault }, i) => ({ name: `${subject.file}: ${fault.name}`, i })))(
    '$name',
    ({ i }) => {
      const outcome = outcomes[i] as Outcome;
      expect(outcome.code, outcome.all).toBe(99);
      expect(outcome.said, outcome.all).toMatch((tries[i] as Try).fault.says);
    },
  );
});

describe.runIf(whole)('every fault for every script', () => {
  it('is noticed', { timeout: 7_200_000 }, async () => {
    const before = mode === 'rest' ? readFound() : {};
    const isLeft = ({ subject: { file }, fault: { name } }: Try): boolean =>
      before[file]?.[name]?.noticed !== true;
    const tries = [...chosen(), ...others()].filter(isLeft);
    const found: Record<string, Record<string, Cell>> = { ...before };
    const open: string[] = [];
    await runAll(tries, (i, outcome) => {
      const one = tries[i] as Try;
      const { file } = one.subject;
      const noticed = isNoticed(one, outcome);
      found[file] = { ...found[file], [one.fault.name]: { code: outcome.code, noticed } };
      writeFound(found); // as far as it came, should somebody end it
      if (noticed) return;
      const told = `${file}: ${one.fault.name}, exit ${String(outcome.code)}\n${outcome.all}`;
      open.push(told);
      process.stderr.write(`${told}\n`);
    });
    expect(open).toEqual([]);
  });
});
