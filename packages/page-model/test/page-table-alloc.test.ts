import { armv8, power, riscv } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import { ARCHITECTURE, MEMORY, Mm, pteAlloc, pteFree, VM_READ, walkToPte } from '../src/index.js';
import { exploring, toySystem } from '../src/testing/index.js';

test.each([armv8, power, riscv])(
  'a new table is empty before a walk without a lock can find it: $id',
  (model) => {
    const compose = (): ReturnType<typeof toySystem> => toySystem();
    const found = new Set<bigint | undefined>();
    const { verdict } = exploring(model, compose).explored(({ machine, wiring }) => {
      const arch = wiring.get(ARCHITECTURE);
      const mm = new Mm(wiring.get(MEMORY), 'mm', machine.cpus);
      mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ });
      machine.boot(() => {
        pteAlloc(mm, 0);
        const { ptep, pmdp, table } = walkToPte(mm, 0)!;
        ptep.write(7n);
        arch.pmdClear(pmdp);
        pteFree(mm, table);
      });
      machine.cpu(0).run('fault', () => {
        pteAlloc(mm, 0);
      });
      machine.cpu(1).run('walk', () => {
        const walk = walkToPte(mm, 0);
        return walk && arch.ptepGetLockless(walk.ptep);
      });
      return ({ walk }) => void found.add(walk as bigint | undefined);
    });
    expect(verdict).toBe('verified');
    expect(found).toEqual(new Set([undefined, 0n]));
  },
);
