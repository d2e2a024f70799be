import { describe, expect, it } from 'vitest';
import { sopClassOf, transferSyntaxOf } from '../../vu/names.ts';
import { CLASS_NAMES, queryClass, SERVICE_CLASSES, serviceWords } from './services.ts';
import { SopClass } from './uids.ts';

describe('services', () => {
  it('have every SOP class that has a name here', () => {
    expect([...new Set(CLASS_NAMES.values())].sort()).toEqual(Object.values(SopClass).sort());
  });

  it('are proposed by the name of a SOP class, a model or a service', () => {
    expect(SERVICE_CLASSES.get('MPPS')).toEqual([SopClass.MPPS]);
    expect(SERVICE_CLASSES.get('Move')).toEqual([
      SopClass.STUDY_ROOT_MOVE,
      SopClass.PATIENT_ROOT_MOVE,
    ]);
    expect([...SERVICE_CLASSES.values()].flat().filter((uid) => uid === '')).toEqual([]);
  });

  it('have a SOP class for a model, unless the standard has none', () => {
    expect(queryClass('patient', 'get')).toBe(SopClass.PATIENT_ROOT_GET);
    expect(queryClass('worklist', 'find')).toBe(SopClass.WORKLIST_FIND);
    expect(queryClass('worklist', 'move')).toBe('');
    expect(queryClass('1.2.3', 'find')).toBe('1.2.3');
    expect(queryClass('', 'find')).toBe('');
  });

  it('do not mistake what every object has for a name', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect([sopClassOf(name), transferSyntaxOf(name), queryClass(name, 'find')]).toEqual([
        null,
        null,
        '',
      ]);
      expect([...serviceWords(name)]).toEqual([]);
    }
  });
});
