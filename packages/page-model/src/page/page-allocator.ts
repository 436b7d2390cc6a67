import { ModelError } from '@pagerace/explorer';
import {
  atomicRead,
  cell,
  type Cell,
  kernelFunction,
  type Machine,
  PerCpu,
  preemptDisable,
  preemptEnable,
  read,
  Spinlock,
  spinLock,
  spinUnlock,
  Violation,
  write,
} from '@pagerace/machine';
import { type Page, type PageFlag, pageFlagNames } from './page.js';
import { setPageCount } from './page-ref.js';

/** PAGE_FLAGS_CHECK_AT_FREE: flags of which none may be set on a page that is freed. */
const checkedAtFree: readonly PageFlag[] = ['locked', 'lru', 'writeback', 'active', 'unevictable'];

/** There is no page frame left: the model does not reclaim directly. */
export class OutOfMemory extends ModelError {
  constructor() {
    super('out of memory: give the scenario more pages');
  }
}

type FreeList = Cell<readonly Page[]>;

/** Gives out page frames and takes them back (mm/page_alloc.c). */
export class PageAllocator {
  /** zone->lock, which protects {@link PageAllocator.#zoneFree}. */
  readonly #zoneLock = new Spinlock('zone->lock');
  readonly #zoneFree: FreeList;
  /** per_cpu_pages: each CPU has some free frames to itself, so that CPUs seldom meet here. */
  readonly #free: PerCpu<FreeList>;

  /** Huge pages that are free. Protected by {@link PageAllocator.#zoneLock}. */
  readonly #hugeFree: FreeList;

  constructor(machine: Machine, pages: readonly Page[], hugePages: readonly Page[] = []) {
    const share = Math.floor(pages.length / machine.cpus.length);
    this.#free = new PerCpu(machine, (cpu) => {
      const own =
        cpu === machine.elsewhere ? [] : pages.slice(cpu.id * share, (cpu.id + 1) * share);
      return cell(own, `cpu${String(cpu.id)}.free_pages`);
    });
    this.#zoneFree = cell(pages.slice(share * machine.cpus.length), 'zone.free_pages');
    this.#hugeFree = cell(hugePages, 'zone.free_huge_pages');
  }

  /**
   * alloc_page(): a frame with one reference; its contents are undefined.
   *
   * @throws {OutOfMemory} when there is none left
   */
  @kernelFunction('mm/page_alloc.c')
  allocPage(): Page {
    const page = this.#take();
    page.allocation.allocate();
    this.#prepNewPage(page);
    return page;
  }

  /** alloc_pages() of HPAGE_PMD_ORDER: a huge page with one reference. @throws as {@link allocPage} */
  @kernelFunction('mm/page_alloc.c')
  allocHugePage(): Page {
    spinLock(this.#zoneLock);
    const [page, ...rest] = read(this.#hugeFree);
    if (page === undefined) throw new ModelError('give the scenario more huge pages');
    write(this.#hugeFree, rest);
    spinUnlock(this.#zoneLock);
    page.allocation.allocate();
    this.#prepNewPage(page);
    return page;
  }

  /** alloc_page(__GFP_ZERO): a frame filled with zeros. */
  allocZeroedPage(): Page {
    const page = this.allocPage();
    page.contents.clear();
    return page;
  }

  /** free_unref_page(): takes back a frame that has no reference left. */
  @kernelFunction('mm/page_alloc.c')
  freeUnrefPage(page: Page): void {
    this.#freePagesPrepare(page);
    if (page.isHuge) {
      spinLock(this.#zoneLock);
      write(this.#hugeFree, [page.head, ...read(this.#hugeFree)]);
      spinUnlock(this.#zoneLock);
      return;
    }
    preemptDisable();
    const free = this.#free.here();
    write(free, [page, ...read(free)]);
    preemptEnable();
  }

  /** Frames that are free, for audits at the end of a program. */
  get free(): readonly Page[] {
    const machine = this.#free.all.flatMap((list) => list.read());
    return [...machine, ...this.#zoneFree.read(), ...this.#hugeFree.read()];
  }

  #take(): Page {
    preemptDisable();
    const free = this.#free.here();
    const [own, ...rest] = read(free);
    if (own !== undefined) write(free, rest);
    preemptEnable();
    return own ?? this.#takeFromZone();
  }

  #takeFromZone(): Page {
    spinLock(this.#zoneLock);
    const [page, ...rest] = read(this.#zoneFree);
    if (page === undefined) throw new OutOfMemory();
    write(this.#zoneFree, rest);
    spinUnlock(this.#zoneLock);
    return page;
  }

  /** prep_new_page(). The kernel clears flags at free; here, where it costs nothing if none comes. */
  #prepNewPage(page: Page): void {
    for (const flag of pageFlagNames) {
      const bit = page.flags.bit(flag);
      if (bit.read() !== 0) bit.write(0);
    }
    // What a huge page had while its pages were mapped one by one.
    for (const one of page.memory.subpages(page).slice(1)) {
      const bit = one.flags.bit('anon_exclusive');
      if (bit.read() !== 0) bit.write(0);
    }
    if (page.mapping.read() !== null) page.mapping.write(null);
    setPageCount(page, 1);
  }

  /** free_pages_prepare(): the checks of check_free_page(), and the end of the contents. */
  #freePagesPrepare(page: Page): void {
    const bad = checkedAtFree
      .filter((flag) => page.head.flags.bit(flag).read() !== 0)
      .map((flag) => `PG_${flag}`);
    const subpages = page.memory.subpages(page.head);
    const mapcounts = subpages.map(({ _mapcount }) => _mapcount);
    if (page.isHuge) mapcounts.push(page.compoundMapcount);
    if (mapcounts.some((mapcount) => atomicRead(mapcount) !== -1)) bad.push('mapped');
    if (bad.length > 0)
      throw new Violation('bad-page', `${page.name} is freed while ${bad.join(', ')}`);
    page.allocation.free();
    for (const { contents } of subpages) contents.poison();
  }
}
