import { describe, expect, test } from 'vitest';
import {
  auditReferences,
  getPage,
  getPageUnlessZero,
  GUP_PIN_COUNTING_BIAS,
  lockPage,
  pageCount,
  pageMaybeDmaPinned,
  pageRefAdd,
  pageRefFreeze,
  pageRefUnfreeze,
  putPage,
  tryGetPage,
  unlockPage,
  unpinUserPage,
} from '../src/index.js';
import { explored, once, violated } from './system.js';

describe('references to a page', () => {
  test('the last one frees it', () => {
    const free = once(({ memory, page }) => {
      getPage(page);
      putPage(page);
      const before = memory.allocator.free.length;
      putPage(page);
      return [before, memory.allocator.free.length];
    });
    expect(free).toEqual([3, 4]);
  });

  test('one too many given back is found', () => {
    expect(
      violated(({ machine, page }) => {
        machine.cpu(0).run('twice', () => {
          putPage(page);
          putPage(page);
        });
        return undefined;
      }),
    ).toEqual(['refcount']);
  });

  test('of a free page there are none to be had', () => {
    const had = once(({ page }) => {
      putPage(page);
      return [getPageUnlessZero(page), tryGetPage(page), pageCount(page)];
    });
    expect(had).toEqual([false, false, 0]);
  });

  test('get_page() of a free page is found', () => {
    expect(
      violated(({ machine, page }) => {
        machine.cpu(0).run('late', () => {
          putPage(page);
          getPage(page);
        });
        return undefined;
      }),
    ).toEqual(['refcount']);
  });

  test('freezing and taking one exclude each other', () => {
    const outcomes = new Set<string>();
    explored(({ machine, page }) => {
      machine.cpu(0).run('freezer', () => {
        const frozen = pageRefFreeze(page, 1);
        if (frozen) pageRefUnfreeze(page, 1);
        return frozen;
      });
      machine.cpu(1).run('taker', () => {
        const taken = getPageUnlessZero(page);
        if (taken) putPage(page);
        return taken;
      });
      return ({ freezer, taker }) => outcomes.add(`${String(freezer)} ${String(taker)}`);
    });
    // Not both: but one after the other is a possibility as well.
    expect([...outcomes].sort()).toEqual(['false true', 'true false', 'true true']);
  });

  test('a FOLL_PIN reference is seen in the count', () => {
    const seen = once(({ page }) => {
      const before = pageMaybeDmaPinned(page);
      pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
      const pinned = pageMaybeDmaPinned(page);
      unpinUserPage(page);
      return [before, pinned, pageMaybeDmaPinned(page)];
    });
    expect(seen).toEqual([false, true, false]);
  });

  test('a FOLL_PIN reference to a huge page has a counter of its own', () => {
    const seen = once(
      ({ memory }) => {
        const head = memory.allocator.allocHugePage();
        const page = memory.subpages(head)[1]!;
        // References alone are no pins, however many.
        pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
        const before = pageMaybeDmaPinned(page);
        pageRefAdd(page, 1);
        page.compoundPincount.fetchAdd(1);
        const pinned = pageMaybeDmaPinned(head);
        unpinUserPage(page);
        return [before, pinned, pageMaybeDmaPinned(head), pageCount(head)];
      },
      { hugePages: 1, hpagePmdNr: 2 },
    );
    expect(seen).toEqual([false, true, false, 1 + GUP_PIN_COUNTING_BIAS]);
  });

  test('those of the zero page are not counted', () => {
    const count = once(({ memory: { zeroPage } }) => {
      putPage(zeroPage);
      putPage(zeroPage);
      return pageCount(zeroPage);
    });
    expect(count).toBe(1);
  });
});

describe('the audit at the end', () => {
  test('accounts for references that are held on purpose', () => {
    const { verdict } = explored(({ machine, memory, page }) => {
      machine.cpu(0).run('holder', () => getPage(page));
      return () => auditReferences(memory, new Map([[page, 2]]));
    });
    expect(verdict).toBe('verified');
  });

  test('finds one that nobody has', () => {
    const { violations } = explored(({ machine, memory, page }) => {
      machine.cpu(0).run('leaker', () => getPage(page));
      return () => auditReferences(memory, new Map([[page, 1]]));
    });
    expect(violations).toMatchObject([
      { property: 'leak', message: 'page1 has _refcount 2, but there are 1' },
    ]);
  });

  test('finds a pin of a huge page that nobody has', () => {
    const { violations } = explored(
      ({ machine, memory, page }) => {
        const head = machine.boot(() => memory.allocator.allocHugePage());
        machine.cpu(0).run('pinner', () => head.compoundPincount.write(1));
        return () => auditReferences(memory, new Map([page, head].map((one) => [one, 1])));
      },
      { hugePages: 1 },
    );
    expect(violations).toMatchObject([
      { property: 'leak', message: 'huge8 has compound_pincount 1, but there are 0' },
    ]);
  });

  test('finds one that is missing', () => {
    expect(
      violated(({ machine, memory, page }) => {
        machine.cpu(0).run('idle', () => undefined);
        return () => auditReferences(memory, new Map([[page, 2]]));
      }),
    ).toEqual(['refcount']);
  });
});

describe('the page allocator', () => {
  test('gives out every frame once, each CPU its own first', () => {
    const { verdict } = explored(({ machine, memory }) => {
      const take = () => [memory.allocator.allocPage().pfn];
      machine.cpu(0).run('one', take);
      machine.cpu(1).run('other', () => [...take(), ...take()]);
      return (results) => {
        const frames = Object.values(results).flat();
        expect(new Set(frames).size).toBe(3);
        expect(memory.allocator.free).toEqual([]);
      };
    });
    expect(verdict).toBe('verified');
  });

  test('takes back frames from interrupts, for which there is no CPU of the program', () => {
    const { verdict } = explored(({ machine, memory, page }) => {
      machine.agent('nvme0').run(() => putPage(page));
      return () => {
        expect(memory.allocator.free).toHaveLength(4);
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
  });

  test('says when there is none left', () => {
    expect(() =>
      once(({ memory }) => {
        for (let n = 0; n < 4; n++) memory.allocator.allocPage();
      }),
    ).toThrow('out of memory: give the scenario more pages');
  });

  test('a page that is given out again has no flags', () => {
    const flags = once(({ memory, page }) => {
      page.flags.bit('dirty').write(1);
      page.flags.bit('swapbacked').write(1);
      putPage(page);
      const again = memory.allocator.allocPage();
      return [again === page, again.flags.readAll()];
    });
    expect(flags).toEqual([true, []]);
  });

  test('a page that is locked must not be freed', () => {
    const { violations } = explored(({ machine, page }) => {
      machine.cpu(0).run('careless', () => {
        lockPage(page);
        putPage(page);
        unlockPage(page);
      });
      return undefined;
    });
    expect(violations).toMatchObject([
      { property: 'bad-page', message: 'page1 is freed while PG_locked' },
    ]);
  });
});
