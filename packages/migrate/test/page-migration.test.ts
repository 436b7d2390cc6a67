import {
  getPage,
  GUP_PIN_COUNTING_BIAS,
  lockPage,
  lruAddDrain,
  lruCacheAdd,
  mappedPage,
  Mm,
  type Page,
  PageActive,
  PageAnonExclusive,
  pageCount,
  PageDirty,
  PageLRU,
  pageMapcount,
  pageRefAdd,
  pageRefSub,
  PageSwapBacked,
  PageSwapCache,
  PageUptodate,
  pteAlloc,
  type Pte,
  putPage,
  SetPageActive,
  SetPageAnonExclusive,
  SetPageUptodate,
  unlockPage,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { once, type System, trackingExclusive } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

/** Maps a page that has been used: it holds 7, its entry is dirty, young and writable, and it is on a LRU list. */
function map({ memory, arch, rmap, mm }: System, change = (pte: Pte): Pte => pte): Page {
  const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
  const page = memory.allocator.allocZeroedPage();
  page.contents.fill('\x07');
  SetPageUptodate(page);
  pteAlloc(mm, 0);
  rmap.pageAddNewAnonRmap(page, vma, 0);
  const pte = arch.pteMkyoung(arch.pteMkdirty(arch.pteMkwrite(arch.mkPte(page, vma.vmPageProt))));
  arch.setPteAt(mm, 0, walkToPte(mm, 0)!.ptep, change(pte));
  lruCacheAdd(page);
  lruAddDrain(memory);
  return page;
}

/** Maps the page in another process, too, as fork does. */
function mapInChild({ machine, memory, arch, rmap }: System, page: Page, parent: Vma): Mm {
  const child = new Mm(memory, 'child', [machine.cpu(1)]);
  child.mmap({ start: 0, pages: 1, vmFlags, anonVma: parent.anonVma! });
  pteAlloc(child, 0);
  getPage(page);
  rmap.pageDupRmap(page, false);
  arch.setPteAt(child, 0, walkToPte(child, 0)!.ptep, arch.mkPte(page, parent.vmPageProt));
  return child;
}

const pteOf = (mm: Mm): Pte => walkToPte(mm, 0)!.ptep.read();

describe('a page that nobody else refers to', () => {
  test('is replaced by a copy with its flags, and is free', () => {
    const seen = once((system) => {
      const { arch, memory, migrate, mm } = system;
      const page = map(system);
      SetPageActive(page);
      const migrated = migrate.doMigrateRange(page);
      const copy = mappedPage(mm, 0)!;
      lruAddDrain(memory);
      return {
        migrated,
        isOther: copy !== page,
        contents: [copy.contents.readHalf('lo'), copy.contents.readHalf('hi')],
        flags: [PageUptodate, PageDirty, PageActive, PageSwapBacked, PageLRU].map((has) =>
          has(copy),
        ),
        counts: [pageCount(copy), pageMapcount(copy), pageCount(page)],
        entry: [arch.pteWrite(pteOf(mm)), arch.pteDirty(pteOf(mm)), arch.pteYoung(pteOf(mm))],
        free: memory.allocator.free.includes(page),
      };
    });
    expect(seen).toEqual({
      migrated: true,
      isOther: true,
      contents: ['\x07', '\x07'],
      flags: [true, true, true, true, true],
      counts: [1, 1, 0],
      entry: [true, false, false],
      free: true,
    });
  });

  test('stays read-only where it was', () => {
    const seen = once((system) => {
      const page = map(system, (pte) => system.arch.pteWrprotect(pte));
      return [system.migrate.doMigrateRange(page), system.arch.pteWrite(pteOf(system.mm))];
    });
    expect(seen).toEqual([true, false]);
  });

  test('is replaced in every process', () => {
    const seen = once((system) => {
      const { arch, memory, migrate, mm } = system;
      const page = map(system, (pte) => arch.pteWrprotect(pte));
      const child = mapInChild(system, page, mm.vmas[0]!);
      const migrated = migrate.doMigrateRange(page);
      lruAddDrain(memory);
      const copy = mappedPage(mm, 0)!;
      return [
        migrated,
        copy !== page,
        mappedPage(child, 0) === copy,
        pageMapcount(copy),
        pageCount(copy),
      ];
    });
    expect(seen).toEqual([true, true, true, 2, 2]);
  });

  test('is replaced in the swap cache, with its slot', () => {
    const seen = once((system) => {
      const { migrate, mm, swap } = system;
      swap.swapon({ pages: 1 });
      const page = map(system);
      lockPage(page);
      swap.addToSwap(page);
      const entry = page.private.read();
      unlockPage(page);
      const migrated = migrate.doMigrateRange(page);
      const copy = mappedPage(mm, 0)!;
      const found = swap.lookupSwapCache(entry)!;
      putPage(found);
      return {
        migrated,
        isOther: copy !== page,
        inCache: [found === copy, PageSwapCache(copy), PageSwapCache(page)],
        dirty: [PageDirty(copy), PageDirty(page)],
        private: [copy.private.read() === entry, page.private.read()],
        // Its mapping and the swap cache.
        count: pageCount(copy),
      };
    });
    expect(seen).toEqual({
      migrated: true,
      isOther: true,
      inCache: [true, true, false],
      dirty: [true, false],
      private: [true, 0],
      count: 2,
    });
  });

  test('is replaced in the swap cache when it is mapped nowhere', () => {
    const seen = once((system) => {
      const { memory, migrate, rmap, swap } = system;
      swap.swapon({ pages: 1 });
      const page = map(system);
      lockPage(page);
      swap.addToSwap(page);
      const entry = page.private.read();
      rmap.tryToUnmap(page, {});
      unlockPage(page);
      const migrated = migrate.doMigrateRange(page);
      lruAddDrain(memory);
      const found = swap.lookupSwapCache(entry)!;
      putPage(found);
      return [migrated, found !== page, found.contents.readHalf('lo'), pageCount(found)];
    });
    expect(seen).toEqual([true, true, '\x07', 1]);
  });
});

describe('a page that somebody else refers to', () => {
  test.each(['alone', 'in the swap cache'])('stays, %s', (where) => {
    const seen = once((system) => {
      const { arch, memory, migrate, mm, swap } = system;
      swap.swapon({ pages: 1 });
      const page = map(system);
      if (where !== 'alone') {
        lockPage(page);
        swap.addToSwap(page);
        unlockPage(page);
      }
      getPage(page);
      const before = pageCount(page);
      const migrated = migrate.doMigrateRange(page);
      lruAddDrain(memory);
      const result = [
        migrated,
        mappedPage(mm, 0) === page,
        arch.pteWrite(pteOf(mm)),
        PageDirty(page),
        PageLRU(page),
        pageCount(page) - before,
        pageMapcount(page),
      ];
      putPage(page);
      return result;
    });
    expect(seen).toEqual([false, true, true, true, true, 0, 1]);
  });

  test('stays if it is on no LRU list, and so cannot be isolated', () => {
    const seen = once((system) => {
      const page = map(system);
      page.flags.bit('lru').write(0);
      const migrated = system.migrate.doMigrateRange(page);
      page.flags.bit('lru').write(1);
      return [migrated, mappedPage(system.mm, 0) === page, pageCount(page)];
    });
    expect(seen).toEqual([false, true, 1]);
  });
});

// SWP_MIGRATION_READ_EXCLUSIVE, of v5.19 (6c287605fd56).
describe('an exclusive page', () => {
  test.each([
    ['writable', false, 0, { migrated: true, exclusive: true, write: true }],
    ['writable, with a reference', false, 1, { migrated: false, exclusive: true, write: true }],
    ['read-only', true, 0, { migrated: true, exclusive: true, write: false }],
    ['read-only, with a reference', true, 1, { migrated: false, exclusive: true, write: false }],
    [
      'read-only, pinned',
      true,
      GUP_PIN_COUNTING_BIAS,
      { migrated: false, exclusive: true, write: false },
    ],
  ])('stays exclusive: %s', (_what, readOnly, references, expected) => {
    const seen = once(
      (system) => {
        const { arch, migrate, mm } = system;
        const page = map(system, (pte) => (readOnly ? arch.pteWrprotect(pte) : pte));
        if (references > 0) pageRefAdd(page, references);
        const migrated = migrate.doMigrateRange(page);
        if (references > 0) pageRefSub(page, references);
        const mapped = mappedPage(mm, 0)!;
        const write = arch.pteWrite(pteOf(mm));
        return { migrated, exclusive: PageAnonExclusive(mapped), write };
      },
      undefined,
      trackingExclusive,
    );
    expect(seen).toEqual(expected);
  });

  test('that may be pinned keeps its entry as it was', () => {
    const seen = once(
      (system) => {
        const page = map(system);
        const before = pteOf(system.mm);
        pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
        system.migrate.doMigrateRange(page);
        pageRefSub(page, GUP_PIN_COUNTING_BIAS);
        return pteOf(system.mm) === before;
      },
      undefined,
      trackingExclusive,
    );
    expect(seen).toBe(true);
  });

  test('that is shared becomes exclusive for nobody', () => {
    const seen = once(
      (system) => {
        const { arch, migrate, mm } = system;
        const page = map(system, (pte) => arch.pteWrprotect(pte));
        page.flags.bit('anon_exclusive').write(0);
        mapInChild(system, page, mm.vmas[0]!);
        migrate.doMigrateRange(page);
        return PageAnonExclusive(mappedPage(mm, 0)!);
      },
      undefined,
      trackingExclusive,
    );
    expect(seen).toBe(false);
  });

  test('has no flag before v5.19, nor afterwards', () => {
    const seen = once((system) => {
      const page = map(system, (pte) => system.arch.pteWrprotect(pte));
      SetPageAnonExclusive(page);
      system.migrate.doMigrateRange(page);
      return PageAnonExclusive(mappedPage(system.mm, 0)!);
    });
    expect(seen).toBe(false);
  });
});
