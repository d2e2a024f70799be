// What scripts may simulate is what the acceptors take: the two sides have types of their own.
import { describe, expectTypeOf, it } from 'vitest';
import type { AcceptorFaults, SimulatedArchive, SimulatedRouter } from '../../api/k6/simulate.ts';
import type { ArchiveSpec } from '../acceptors/archive/spec.ts';
import type { EmbeddedRouterSpec } from '../acceptors/embedded.ts';
import type { AcceptorFaults as OwnFaults } from '../acceptors/faults.ts';

describe('options.simulate', () => {
  it('has the types of the acceptors', () => {
    expectTypeOf<keyof AcceptorFaults>().toEqualTypeOf<keyof OwnFaults>();
    expectTypeOf<AcceptorFaults>().toExtend<OwnFaults>();
    expectTypeOf<keyof SimulatedArchive>().toEqualTypeOf<keyof ArchiveSpec>();
    expectTypeOf<SimulatedArchive>().toExtend<ArchiveSpec>();
    expectTypeOf<keyof SimulatedRouter>().toEqualTypeOf<keyof EmbeddedRouterSpec>();
    expectTypeOf<SimulatedRouter>().toExtend<EmbeddedRouterSpec>();
  });
});
