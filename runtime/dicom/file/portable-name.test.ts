import { expect, it } from 'vitest';
import { windowsFault } from '../../make-folders.ts';
import { safeName } from './portable-name.ts';

it.each(['CON', 'nul', 'COM1', 'lpt9.dcm', 'Aux.1', '12:30', 'a?', 'a|b', 'end.', 'end '])(
  'Windows has no file of the name %j',
  (name) => expect(windowsFault(name)).not.toBeNull(),
);

it.each(['CONSOLE', 'NULL', 'COM10', '1.2.840.1.dcm', 'CT_1', 'nightly-42', '.env'])(
  'every system has %j',
  (name) => expect(windowsFault(name)).toBeNull(),
);

it.each([
  ['CON', 'CON_'],
  ['nul', 'nul_'],
  ['MY.', 'MY._'],
  ['../etc', '__etc'],
  ['CT_1', 'CT_1'],
])('the folder of %s is one that every system can have: %s', (title, name) => {
  expect(safeName(title)).toBe(name);
});
