import { describe, expect, it } from 'vitest';
import { type CandidateExecution, referenceLkmm, referenceModels } from '../../src/index.js';
import { execution, fence, read, type Step, write } from './program.js';
import { classic, shapes } from './shapes.js';

const R = (location: string, value: number) => read(location, value, 'Once');
const W = (location: string, value: number) => write(location, value, 'Once');

function edges(candidate: CandidateExecution): string[] {
  const judgement = referenceLkmm.check(candidate);
  return judgement.consistent ? [] : judgement.violation.cycle.map(({ name }) => name);
}

describe('what a model says of an execution that it forbids', () => {
  it('is a cycle of steps, in the words of the definition', () => {
    const orders = {
      'o-mb-o': { fence: ['Mb'] },
      'o-wmb-o': { fence: ['Wmb'] },
      'o-rmb-o': { fence: ['Rmb'] },
    } as const;
    expect(edges(classic('SB+o-mb-os', orders, ['Once']))).toEqual(['fre', 'mb', 'fre', 'mb']);
    expect(edges(classic('MP+o-wmb-o+o-rmb-o', orders, ['Once'])).sort()).toEqual(
      ['rmb', 'fre', 'wmb', 'rfe'].sort(),
    );
  });

  it('goes through grace periods and read-side critical sections', () => {
    const reader = (...steps: Step[]) => [fence('Rcu-lock'), ...steps, fence('Rcu-unlock')];
    expect(
      edges(
        execution([W('x', 1), fence('Sync-rcu'), W('y', 1)], reader(R('y', 1), R('x', 0))),
      ).sort(),
    ).toEqual(['fre', 'po', 'po', 'po', 'rcu-rscs^-1', 'rfe']);
  });

  it.each(referenceModels)('always closes under $id', (model) => {
    const full = {
      full: { fence: ['Mb', 'MFENCE', 'DMB.ISH', 'SYNC', 'Fence.rw.rw', 'SC'] },
    } as const;
    for (const [shape, cycle] of Object.entries(shapes)) {
      const threads = cycle.split(' ').filter((token) => token.length === 2).length;
      const name = [shape, ...Array.from({ length: threads }, () => 'full')].join('+');
      const judgement = model.check(classic(name, full, ['Once', 'RLX']));
      expect(judgement.consistent).toBe(false);
      if (judgement.consistent) continue;
      const { cycle: told } = judgement.violation;
      expect(told.length).toBeGreaterThan(1);
      told.forEach(({ to }, i) => expect(told[(i + 1) % told.length]!.from).toBe(to));
    }
  });
});
