import { archX86, x86 } from '@pagerace/arch-x86';
import { explore } from '@pagerace/explorer';
import { composeRun, defineScenario, Registry } from '@pagerace/kernel';
import { sc } from '@pagerace/memory-models';
import {
  GUP_PIN_COUNTING_BIAS,
  pageCount,
  pageMapcount,
  pageRefAdd,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { ANON_DUP_RULE, RMAP } from '@pagerace/rmap';
import { expect, test } from 'vitest';
import { patches, v5_19, v6_15 } from '../src/index.js';

const registry = new Registry([archX86, patches]);

/** The references that fork finds when it looks for pins, what it decides, and the counts that it leaves. */
function duplicated(kernel: string, pins: number): readonly unknown[] {
  let seen: unknown[] = [];
  const scenario = defineScenario({
    id: 'shares',
    title: 'Shares',
    description: 'Fork shares one page.',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    build(context) {
      const { machine, memory } = context;
      seen = [];
      const mm = context.process('parent', 0);
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
      const rmap = context.get(RMAP);
      const pageTryDupAnonRmap = rmap.pageTryDupAnonRmap.bind(rmap);
      rmap.pageTryDupAnonRmap = (page, ...rest) => {
        seen.push(pageCount(page));
        return pageTryDupAnonRmap(page, ...rest);
      };
      machine.boot(() => {
        const page = memory.allocator.allocZeroedPage();
        rmap.pageAddNewAnonRmap(page, vma, 0);
        mm.hasPinned.write(1);
        pageRefAdd(page, pins);
        seen.push(context.get(ANON_DUP_RULE).tryDup(page, false, vma));
        seen.push(pageCount(page) - pins, pageMapcount(page));
      });
      return machine.program();
    },
  });
  const run = composeRun({
    scenario,
    kernel: registry.kernel(kernel),
    architecture: x86,
    model: sc,
  });
  explore(run.setup, { model: sc });
  return seen;
}

// copy_present_pte(), mm/memory.c, v5.19 (fb3d824d1a46).
test.each([v5_19.id, v6_15.id])(
  'fork of %s takes its reference before it looks for pins, and gives it back if there is one',
  (kernel) => {
    expect(duplicated(kernel, 0)).toEqual([2, true, 2, 2]);
    const pins = GUP_PIN_COUNTING_BIAS;
    expect(duplicated(kernel, pins)).toEqual([2 + pins, false, 1, 1]);
  },
);
