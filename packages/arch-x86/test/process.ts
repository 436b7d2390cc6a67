import { inject, injectable, Wiring } from '@pagerace/di';
import type { Setup } from '@pagerace/explorer';
import type { Constructor } from '@pagerace/kernel';
import { atomicSet, bootable, Machine, MACHINE } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_HANDLER,
  FAULT_FLAG_WRITE,
  type FaultHandler,
  MEMORY,
  Memory,
  MEMORY_OPTIONS,
  Mm,
  pteAlloc,
  TLB_FLUSH,
  type TlbFlush,
  USER_ACCESS,
  UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import { X86 } from '../src/index.js';

/** Just enough of do_anonymous_page() to have something mapped. */
@injectable()
class ZeroFill implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  handleMmFault(vma: Vma, address: VirtualAddress, flags: number): void {
    pteAlloc(vma.mm, address);
    const page = this.memory.allocator.allocZeroedPage();
    withPteLocked(vma.mm, address, (ptep) => {
      let pte = this.arch.mkPte(page, vma.vmPageProt);
      if ((flags & FAULT_FLAG_WRITE) !== 0) pte = this.arch.pteMkwrite(this.arch.pteMkdirty(pte));
      atomicSet(page._mapcount, 0);
      this.arch.setPteAt(vma.mm, address, ptep, pte);
    });
  }
}

/** A process with one page, which CPU 0 has written 0x79 to. */
export interface OnePage {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly tlb: TlbFlush;
  readonly user: UserAccess;
  readonly mm: Mm;
  readonly vma: Vma;
}

export const address = 0x7f00_0000_0000;

export function withOnePage(
  flush: Constructor<TlbFlush>,
  threads: (process: OnePage) => (() => void) | undefined,
): Setup {
  return bootable(() => {
    const machine = new Machine();
    const wiring = new Wiring()
      .bindValue(MACHINE, machine)
      .bindValue(MEMORY_OPTIONS, { pages: 4 })
      .bind(ARCHITECTURE, X86)
      .bind(TLB_FLUSH, flush)
      .bind(MEMORY, Memory)
      .bind(FAULT_HANDLER, ZeroFill)
      .bind(USER_ACCESS, UserAccess);
    const memory = wiring.get(MEMORY);
    const user = wiring.get(USER_ACCESS);
    const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
    const vma = mm.mmap({ start: address, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => user.userWrite(mm, address, 0x79));
    const atEnd = threads({
      machine,
      memory,
      arch: wiring.get(ARCHITECTURE),
      tlb: wiring.get(TLB_FLUSH),
      user,
      mm,
      vma,
    });
    return machine.program(atEnd);
  });
}
