import { describe, expect, it } from 'vitest';
import { WebAnswer } from '../../../api/dicomweb/answer.ts';
import { answerText, warningText } from './answer-text.ts';

const phases = {
  duration: 12.3456,
  blocked: 0.01,
  connecting: 0,
  tls: 0,
  sending: 0.0456,
  waiting: 12,
  receiving: 0.3,
};
const told = { status: 200, outcome: 'success', phases } as const;

describe('an answer on its way into the sandbox', () => {
  it('is read as it was told', () => {
    const body = '[{"00080005":{"vr":"CS"}}]\nwith a second line';
    const answer = new WebAnswer(answerText(told, '', body));
    expect(answer.status).toBe(200);
    expect(answer.outcome).toBe('success');
    expect(answer.phases).toEqual(phases);
    expect(answer.more).toEqual({});
    expect(answer.body).toBe(body);
  });

  it('has no body where none came', () => {
    const answer = new WebAnswer(answerText({ ...told, status: 204 }, '', ''));
    expect([answer.status, answer.body]).toEqual([204, '']);
  });

  it('brings what not every answer has', () => {
    const warning = '299 host "a \\"word\\""';
    const answer = new WebAnswer(answerText(told, warningText({ warning }), '\n'));
    expect(answer.more).toEqual({ warnings: [warning] });
    expect(answer.body).toBe('\n');
    expect(warningText({})).toBe('');
  });

  it('keeps phases of minutes, and of parts of a microsecond', () => {
    const long = {
      ...phases,
      duration: 600_000.0002,
      sending: 0,
      waiting: 600_000,
      receiving: 0.0002,
    };
    expect(new WebAnswer(answerText({ ...told, phases: long }, '', '')).phases).toEqual(long);
  });
});
