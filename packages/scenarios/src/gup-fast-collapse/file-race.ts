import { GET_USER_PAGES, GUP_FAST_LOG } from '@pagerace/gup';
import type { ScenarioContext } from '@pagerace/kernel';
import { KHUGEPAGED, type Khugepaged, type ScanResult } from '@pagerace/khugepaged';
import { atomicInc } from '@pagerace/machine';
import {
  FileMapping,
  getPage,
  lruAddDrain,
  lruCacheAdd,
  type Mm,
  pteAlloc,
  SetPageSwapBacked,
  SetPageUptodate,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import { type Got, RANGE } from './collapse-race.js';

/** What GUP-fast's caller writes. */
export const WRITTEN = 'G';

/** A process that has a file in memory (shmem) mapped, whose pages may become a huge one. */
export class FileRace {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly file: FileMapping;
  readonly #context: ScenarioContext<unknown>;
  readonly #khugepaged: Khugepaged;
  readonly #get: (write: boolean) => Got;

  constructor(context: ScenarioContext<unknown>) {
    this.#context = context;
    const { machine, memory } = context;
    const gup = context.get(GET_USER_PAGES);
    const log = context.get(GUP_FAST_LOG);
    this.#khugepaged = context.get(KHUGEPAGED);
    this.mm = context.process('app', 0);
    this.file = new FileMapping(memory, 'file', memory.hpagePmdNr);
    this.vma = this.mm.mmap({
      start: RANGE,
      pages: memory.hpagePmdNr,
      vmFlags: VM_READ | VM_WRITE | VM_SHARED,
      file: this.file,
    });
    machine.boot(() => {
      for (let index = 0; index < memory.hpagePmdNr; index++) this.#addMapped(index);
      lruAddDrain(memory);
    });
    this.#get = (write) => {
      const flags = { write, fastOnly: true };
      const [page] = gup.getUserPagesFast(this.mm, RANGE, 1, flags);
      if (page !== undefined) page.contents.writeHalf('lo', WRITTEN);
      return { page, walks: log.ofCurrentTask() };
    };
  }

  /** A page that was faulted in: in the page cache, mapped, and on a list. */
  #addMapped(index: number): void {
    const { memory, arch } = this.#context;
    const page = memory.allocator.allocZeroedPage();
    page.mapping.write(this.file);
    page.index.write(index);
    this.file.store(index, page);
    SetPageUptodate(page);
    SetPageSwapBacked(page);
    lruCacheAdd(page);
    const address = RANGE + index * memory.pageSize;
    pteAlloc(this.mm, address);
    getPage(page);
    atomicInc(page._mapcount);
    const pte = arch.pteMkyoung(arch.mkPte(page, this.vma.vmPageProt));
    withPteLocked(this.mm, address, (ptep) => {
      arch.setPteAt(this.mm, address, ptep, arch.pteMkwrite(arch.pteMkdirty(pte)));
    });
  }

  /** Asks GUP-fast for the first page, and writes to it. */
  getAndWrite(): Got {
    return this.#get(true);
  }

  collapse(): ScanResult {
    return this.#khugepaged.collapseFile(this.file, 0);
  }
}
