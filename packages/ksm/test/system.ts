import type { Wiring } from '@pagerace/di';
import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_HANDLER,
  type FaultHandler,
  lruAddDrain,
  lruCacheAdd,
  mappedPage,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  pteAlloc,
  type Ptep,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapHistories, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import { KSM, type Ksm, ksmHistories, ksmSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly wiring: Wiring;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly rmap: Rmap;
  readonly swap: Swap;
  readonly ksm: Ksm;
  readonly faults: StubFaults;
  /** Two processes with a page each at address 0, alike, on its LRU list and mapped writable and dirty. */
  readonly mms: readonly [Mm, Mm];
}

/** Who faults for break_ksm(): as if the page had been copied, and the copy was the old page. */
class StubFaults implements FaultHandler {
  readonly flags: number[] = [];

  handleMmFault(vma: Vma, address: number, flags: number): undefined {
    this.flags.push(flags);
    mappedPage(vma.mm, address)!.mapping.write(vma.anonVma);
  }
}

function systemOf(release: Release): System {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  ksmSubsystem(wiring);
  const faults = new StubFaults();
  wiring.bindValue(FAULT_HANDLER, faults);
  for (const { variants } of [...rmapHistories, ...ksmHistories])
    variants
      .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
      ?.override(wiring);
  const memory = wiring.get(MEMORY);
  const rmap = wiring.get(RMAP);
  const arch = wiring.get(ARCHITECTURE);
  const process = (name: string, cpu: number): Mm => {
    const mm = new Mm(memory, name, [machine.cpu(cpu)]);
    const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      const page = memory.allocator.allocZeroedPage();
      pteAlloc(mm, 0);
      rmap.pageAddNewAnonRmap(page, vma, 0);
      lruCacheAdd(page);
      lruAddDrain(memory);
      const pte = arch.pteMkdirty(arch.pteMkwrite(arch.mkPte(page, vma.vmPageProt)));
      arch.setPteAt(mm, 0, ptepOf(mm), pte);
    });
    return mm;
  };
  return {
    machine,
    wiring,
    memory,
    arch,
    rmap,
    swap: wiring.get(SWAP),
    ksm: wiring.get(KSM),
    faults,
    mms: [process('one', 0), process('other', 1)],
  };
}

/** Runs something as set-up, with the rules of a release. */
export const onceIn = <T>(release: Release, body: (system: System) => T): T =>
  exploring(sc, () => systemOf(release)).once(body);

/** The entry at address 0. */
export const ptepOf = (mm: Mm): Ptep => walkToPte(mm, 0)!.ptep;

/** The page at address 0. */
export const pageOf = (mm: Mm): Page => mappedPage(mm, 0)!;

/** What ksmd finds alike at address 0 of both processes. @returns whether it merged */
export const merge = ({ ksm, mms: [one, other] }: System): boolean =>
  ksm.cmpAndMergePage({ mm: one, address: 0 }, { mm: other, address: 0 });

/** The flags of the faults that break_ksm() took. */
export const faultsIn = ({ faults }: System): readonly number[] => faults.flags;
