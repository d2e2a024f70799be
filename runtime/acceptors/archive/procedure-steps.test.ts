import { expect, it } from 'vitest';
import { Status } from '../../dicom/dimse/status.ts';
import { ProcedureSteps } from './procedure-steps.ts';

const item = { ScheduledProcedureStepID: 'S1', StudyInstanceUID: '1.2.3' };
const created = {
  PerformedProcedureStepStatus: 'IN PROGRESS',
  PerformedProcedureStepID: 'P1',
  PerformedStationAETitle: 'ENDO1',
  PerformedProcedureStepStartDate: '20260101',
  PerformedProcedureStepStartTime: '1000',
  Modality: 'ES',
  ScheduledStepAttributesSequence: [item],
};
const ended = {
  PerformedProcedureStepStatus: 'COMPLETED',
  PerformedProcedureStepEndDate: '20260101',
  PerformedProcedureStepEndTime: '1010',
};

it('is created in progress, changed, ended once, and then stays', () => {
  const steps = new ProcedureSteps();
  expect(steps.create('1.2', created).status).toBe(Status.SUCCESS);
  expect([...steps.done()]).toEqual([]);
  expect(steps.set('1.2', { PerformedStationName: 'ENDO1' }).status).toBe(Status.SUCCESS);
  expect(steps.set('1.2', ended).status).toBe(Status.SUCCESS);
  expect(steps.set('1.2', { PerformedStationName: 'X' }).status).toBe(Status.PROCESSING_FAILURE);
  expect(steps.get('1.2')).toMatchObject({ PerformedStationName: 'ENDO1' });
  expect([...steps.done()]).toEqual(['S1']);
});

it('refuses what the standard does not allow, and says which attribute it is', () => {
  const steps = new ProcedureSteps();
  const { MISSING_ATTRIBUTE, MISSING_ATTRIBUTE_VALUE, INVALID_ATTRIBUTE_VALUE } = Status;
  for (const keyword of Object.keys(created)) {
    const { [keyword as 'Modality']: _gone, ...rest } = created;
    expect(steps.create('1.2', rest)).toEqual({
      status: MISSING_ATTRIBUTE,
      errorComment: `${keyword} is missing`,
    });
    expect(steps.create('1.2', { ...created, [keyword]: '' }).status).toBe(MISSING_ATTRIBUTE_VALUE);
  }
  const noStudy = { ...created, ScheduledStepAttributesSequence: [{}] };
  expect(steps.create('1.2', noStudy).errorComment).toBe('StudyInstanceUID is missing');
  const over = { ...created, PerformedProcedureStepStatus: 'COMPLETED' };
  expect(steps.create('1.2', over).status).toBe(INVALID_ATTRIBUTE_VALUE);
  expect(steps.create('', created)).toEqual({
    status: Status.INVALID_OBJECT_INSTANCE,
    errorComment: 'the request has no Affected SOP Instance UID',
  });
  expect(steps.create('1.2', created).status).toBe(Status.SUCCESS);
  expect(steps.create('1.2', created).status).toBe(Status.DUPLICATE_SOP_INSTANCE);
  expect(steps.set('1.3', {}).status).toBe(Status.NO_SUCH_SOP_INSTANCE);
  const wrong = { PerformedProcedureStepStatus: 'DONE' };
  expect(steps.set('1.2', wrong).status).toBe(INVALID_ATTRIBUTE_VALUE);
  const noEnd = { PerformedProcedureStepStatus: 'COMPLETED' };
  expect(steps.set('1.2', noEnd).errorComment).toBe('PerformedProcedureStepEndDate is missing');
});
