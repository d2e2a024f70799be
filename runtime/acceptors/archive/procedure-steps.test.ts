import { expect, it } from 'vitest';
import { Status } from '../../dicom/dimse/status.ts';
import { ProcedureSteps } from './procedure-steps.ts';

const item = { ScheduledProcedureStepID: 'S1' };
const created = {
  PerformedProcedureStepStatus: 'IN PROGRESS',
  ScheduledStepAttributesSequence: [item],
};

it('is created in progress, changed, ended once, and then stays', () => {
  const steps = new ProcedureSteps();
  expect(steps.create('1.2', created)).toBe(Status.SUCCESS);
  expect([...steps.done()]).toEqual([]);
  expect(steps.set('1.2', { PerformedStationName: 'ENDO1' })).toBe(Status.SUCCESS);
  expect(steps.set('1.2', { PerformedProcedureStepStatus: 'COMPLETED' })).toBe(Status.SUCCESS);
  expect(steps.set('1.2', { PerformedStationName: 'X' })).toBe(Status.PROCESSING_FAILURE);
  expect(steps.get('1.2')).toMatchObject({ PerformedStationName: 'ENDO1' });
  expect([...steps.done()]).toEqual(['S1']);
});

it('refuses what the standard does not allow', () => {
  const steps = new ProcedureSteps();
  expect(steps.create('1.2', {})).toBe(Status.MISSING_ATTRIBUTE);
  expect(steps.create('1.2', { PerformedProcedureStepStatus: 'COMPLETED' })).toBe(
    Status.INVALID_ATTRIBUTE_VALUE,
  );
  expect(steps.create('1.2', created)).toBe(Status.SUCCESS);
  expect(steps.create('1.2', created)).toBe(Status.DUPLICATE_SOP_INSTANCE);
  expect(steps.set('1.3', {})).toBe(Status.NO_SUCH_SOP_INSTANCE);
  expect(steps.set('1.2', { PerformedProcedureStepStatus: 'DONE' })).toBe(
    Status.INVALID_ATTRIBUTE_VALUE,
  );
});
