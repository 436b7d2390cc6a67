import { ANON_DUP_RULE, cowSubsystem, LookBeforeReference } from '@pagerace/cow';
import { inject, injectable, type Wiring } from '@pagerace/di';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  auditPageTables,
  auditReferences,
  FAULT_HANDLER,
  type FaultHandler,
  mappedPage,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  pteAlloc,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import { exploring, mapHugePage, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import {
  HUGE_COPY,
  HUGE_FAULT,
  HUGE_MEMORY,
  type HugeCopy,
  type HugeFault,
  type HugeMemory,
  hugeMemorySubsystem,
} from '../src/index.js';

/** Fills with zeros what is not mapped. */
@injectable()
class ZeroFill implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
  ) {}

  handleMmFault(vma: Vma, address: VirtualAddress): undefined {
    const { arch, memory } = this;
    const page = memory.allocator.allocZeroedPage();
    pteAlloc(vma.mm, address);
    withPteLocked(vma.mm, address, (ptep) => {
      this.rmap.pageAddNewAnonRmap(page, vma, address);
      arch.setPteAt(vma.mm, address, ptep, arch.pteMkwrite(arch.mkPte(page, vma.vmPageProt)));
    });
  }
}

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  readonly huge: HugeMemory;
  readonly fault: HugeFault;
  readonly copy: HugeCopy;
  /** Runs on CPU 0. Has room for three huge pages of two, and nothing mapped. */
  readonly mm: Mm;
  readonly vma: Vma;
  /** See {@link mapHugePage}. */
  readonly mapHuge: (address?: VirtualAddress) => Page;
  /** The page that is mapped at an address, or undefined. */
  readonly mapped: (address: VirtualAddress, mm?: Mm) => Page | undefined;
}

/** Explores a program over a toy machine with huge pages of two, in which other parts may be put. */
const toy = exploring(
  sc,
  (rewire?: (wiring: Wiring) => void): System => {
    const { machine, wiring } = toySystem({ pages: 12, hugePages: 2, hpagePmdNr: 2 });
    swapSubsystem(wiring);
    rmapSubsystem(wiring);
    cowSubsystem(wiring);
    hugeMemorySubsystem(wiring);
    // v5.9 to v5.18.
    wiring.override(ANON_DUP_RULE, LookBeforeReference);
    wiring.bind(FAULT_HANDLER, ZeroFill);
    rewire?.(wiring);
    const memory = wiring.get(MEMORY);
    const arch = wiring.get(ARCHITECTURE);
    const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
    const vma = mm.mmap({ start: 0, pages: 6, vmFlags: VM_READ | VM_WRITE });
    return {
      machine,
      memory,
      arch,
      user: wiring.get(USER_ACCESS),
      huge: wiring.get(HUGE_MEMORY),
      fault: wiring.get(HUGE_FAULT),
      copy: wiring.get(HUGE_COPY),
      mm,
      vma,
      mapHuge: (address = 0) => mapHugePage(vma, address),
      mapped: (address, of = mm) => mappedPage(of, address),
    };
  },
  ({ memory }) => {
    auditPageTables(memory);
  },
);

export const { explored } = toy;

/** Runs something as set-up, where there is one execution, and audits what it leaves. @returns what it returns */
export function once<T>(body: (system: System) => T, pinners?: () => ReadonlyMap<Page, number>): T {
  return toy.once(body, (system) => {
    auditReferences(system.memory, undefined, pinners?.());
  });
}
