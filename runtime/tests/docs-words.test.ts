// The words that scripts are typed with are those that the acceptors read.
import { expectTypeOf, describe, it } from 'vitest';
import type { AcceptorFaults as Typed } from '../../api/k6/simulate.ts';
import type { AcceptorFaults as Read } from '../acceptors/faults.ts';

describe('faults of acceptors', () => {
  it('have the same words in scripts and in the acceptor', () => {
    expectTypeOf<Typed>().toEqualTypeOf<Read>();
  });
});
