import { Fence, Order, type Result } from '@pagerace/explorer';
import { dropped, type OrderingSite } from '@pagerace/machine';
import { expect, test } from 'vitest';
import {
  type Analysis,
  barriersDocument,
  type BarriersReport,
  barriersText,
  isAnswered,
  type MachineReport,
  type SiteFinding,
} from '../src/index.js';

function resultOf(verdict: Result['verdict']): Result {
  const violation = {
    property: 'I-COH',
    message: 'it is gone',
    executions: 1,
    witness: { id: 'abc', switches: 1, weakSteps: 1, steps: 9 },
  };
  return {
    verdict,
    covers: `it is ${verdict}`,
    complete: verdict === 'verified',
    ...(verdict === 'bounded' ? { incomplete: 'time limit' } : {}),
    model: 'tso',
    executions: 7,
    violating: 0,
    blocked: 0,
    deadlocks: 0,
    violations: verdict === 'violated' ? [violation] : [],
    neverCovered: [],
    milliseconds: 1,
  };
}

const mb: OrderingSite = {
  name: 'mm/rmap.c:try_to_unmap_one:smp_mb',
  primitive: 'smp_mb',
  written: { kind: 'fence', fence: Fence.full },
};
const rmb: OrderingSite = {
  name: 'mm/rmap.c:try_to_unmap_one:smp_rmb',
  primitive: 'smp_rmb',
  written: { kind: 'fence', fence: Fence.read },
};
const dsb: OrderingSite = {
  name: 'arch/arm64/include/asm/tlbflush.h:flush_tlb_page:dsb(ish)',
  primitive: 'dsb(ish)',
  written: { kind: 'fence', fence: Fence.full },
};

const wakeUp: OrderingSite = {
  name: 'block/fops.c:blkdev_bio_end_io_simple:wake_up',
  primitive: 'wake_up',
  written: { kind: 'order', order: Order.release },
  standsFor: 'the wake-up of the task that waits',
};

const weakest = { assignment: new Map(), undecided: [] };

function machine(name: string, analysis: Partial<Analysis>, facts = {}): MachineReport {
  return {
    name,
    subject: { scenario: 's', kernel: 'k', architecture: name, model: 'tso' },
    analysis: {
      baseline: resultOf('verified'),
      sites: [],
      standIns: [],
      explorations: 3,
      weakest,
      ...analysis,
    },
    ...facts,
  };
}

function needed(site: OrderingSite, enough: readonly Fence[] = []): SiteFinding {
  const unsafe = { override: dropped, safety: 'unsafe', result: resultOf('violated') } as const;
  const alone = enough.map(
    (fence) =>
      ({
        override: { kind: 'fence', fence },
        safety: 'safe',
        result: resultOf('verified'),
      }) as const,
  );
  return { site, need: 'needed', alone: [unsafe, ...alone], insteadOf: [] };
}

function notNeeded(site: OrderingSite, insteadOf: readonly string[] = []): SiteFinding {
  const safe = { override: dropped, safety: 'safe', result: resultOf('verified') } as const;
  return { site, need: 'not needed', alone: [safe], insteadOf };
}

function unknown(site: OrderingSite): SiteFinding {
  const bounded = { override: dropped, safety: 'unknown', result: resultOf('bounded') } as const;
  return { site, need: 'unknown', alone: [bounded], insteadOf: [] };
}

const report: BarriersReport = {
  scenario: 's',
  kernel: 'k',
  machines: [
    machine(
      'arm64',
      {
        sites: [notNeeded(dsb, [mb.name]), notNeeded(mb, [dsb.name]), unknown(rmb)],
        weakest: { assignment: new Map([[mb.name, dropped]]), undecided: [rmb.name] },
      },
      { clearBeforeLoad: 'dsb(ish) at the end' },
    ),
    machine('powerpc-hash', { sites: [needed(mb), notNeeded(rmb)] }),
    machine('s390', { sites: [needed(mb), notNeeded(rmb)] }),
    machine('tame', { sites: [needed(mb, [Fence.write])], standIns: [wakeUp] }),
    {
      ...machine('broken', {}),
      analysis: { baseline: resultOf('violated'), sites: [], standIns: [], explorations: 1 },
    },
  ],
  misfits: [{ name: 'small', because: 'small has one CPU only' }],
};
test('what is true of several machines is said once', () => {
  expect(barriersText(report)).toBe(`arch/arm64/include/asm/tlbflush.h:flush_tlb_page:dsb(ish)
  \u2713 not needed on arm64: mm/rmap.c:try_to_unmap_one:smp_mb orders the same

mm/rmap.c:try_to_unmap_one:smp_mb
  \u2717 needed on powerpc-hash, s390 for I-COH
  \u2717 needed on tame for I-COH; smp_wmb is enough
  \u2713 not needed on arm64: arch/arm64/include/asm/tlbflush.h:flush_tlb_page:dsb(ish) orders the same

mm/rmap.c:try_to_unmap_one:smp_rmb
  ~ unknown on arm64: nothing found in 7 executions, time limit
  \u2713 not needed on powerpc-hash, s390
  ~ not met on tame

The weakest that is safe keeps
  arm64:
    arch/arm64/include/asm/tlbflush.h:flush_tlb_page:dsb(ish)
    mm/rmap.c:try_to_unmap_one:smp_rmb, or less
  powerpc-hash, s390:
    mm/rmap.c:try_to_unmap_one:smp_mb
    mm/rmap.c:try_to_unmap_one:smp_rmb
  tame:
    mm/rmap.c:try_to_unmap_one:smp_mb

Given by hardware and wake-ups, not by barriers of the kernel, and never weakened:
  block/fops.c:blkdev_bio_end_io_simple:wake_up: the wake-up of the task that waits

What orders the entry that reclaim clears before later loads, where no smp_mb is needed:
  arm64: dsb(ish) at the end

Nothing can be said of barriers where the kernel as it is was not verified:
  \u2717 broken: I-COH (0 of 7)

The scenario cannot be had on
  small: small has one CPU only`);
});

test('no line is longer than the page', () => {
  for (const line of barriersText(report, { width: 72 }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(72);
});

test('a document has every weakening, and how to see what goes wrong', () => {
  const document = barriersDocument(report, true, ({ name }, weakened, id) =>
    [name, weakened, id].join(' '),
  );
  expect(document.complete).toBe(false);
  expect(document.machines[3]!.sites[0]).toMatchObject({
    name: mb.name,
    written: 'smp_mb',
    need: 'needed',
    weakenings: [
      {
        to: 'dropped',
        safety: 'unsafe',
        counterexample: { property: 'I-COH', replay: `tame ${mb.name}=dropped abc` },
      },
      { to: 'smp_wmb', safety: 'safe' },
    ],
  });
  expect(document.machines[0]!.weakest).toEqual({
    assignment: { [mb.name]: 'dropped' },
    undecided: [rmb.name],
  });
  const { name, standsFor } = wakeUp;
  expect(document.machines[3]!.standIns).toEqual([{ name, standsFor }]);
  expect(document.machines[4]).not.toHaveProperty('weakest');
  expect(document.misfits).toEqual(report.misfits);
});

test('a report is an answer if every machine has one', () => {
  const [, hash, s390] = report.machines as [MachineReport, MachineReport, MachineReport];
  expect(isAnswered(report)).toBe(false);
  expect(isAnswered({ ...report, machines: [hash, s390] })).toBe(true);
  expect(isAnswered({ ...report, machines: [hash], asked: ['mm/never.c:met:smp_mb'] })).toBe(false);
});

test('what stands for hardware is told to be no barrier, if it is asked for', () => {
  const asked = {
    ...report,
    machines: [machine('x', { standIns: [wakeUp] })],
    asked: [wakeUp.name],
  };
  expect(barriersText(asked)).toContain(
    'not by barriers of the kernel, and never weakened:\n  ' + wakeUp.name,
  );
  expect(barriersText(asked)).not.toContain('never met');
  expect(isAnswered(asked)).toBe(true);
});
