import { assert } from '@pagerace/explorer';
import type { Release } from '@pagerace/history';
import { ClearPageAnonExclusive, PageAnonExclusive } from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, FROM, once, pageAt, pteAt, swapOut, type System } from './system.js';

/** A page that was written to, write-protected. */
function protectedPage(system: System): void {
  const { ctx, mm, user, userfaultfd } = system;
  user.userWrite(mm, 0, 1);
  userfaultfd.writeprotect(ctx, mm, 0, 0x10, true);
}

describe('UFFDIO_WRITEPROTECT', () => {
  test('sets the bit and takes the permission to write', () => {
    const seen = once((system) => {
      protectedPage(system);
      const pte = pteAt(system, 0);
      return [system.arch.pteUffdWp(pte), system.arch.pteWrite(pte), pteAt(system, 0x10)];
    });
    expect(seen).toEqual([true, false, 0n]);
  });

  // uffd_wp_range(): v6.1-rc7 asks for no upgrade, v6.3.8 does.
  test.each<[Release, boolean]>([
    ['v6.2', false],
    ['v6.3', true],
  ])('in %s what is resolved is writable at once: %s', (release, writable) => {
    const seen = once(
      (system) => {
        protectedPage(system);
        const { arch, ctx, mm, userfaultfd } = system;
        userfaultfd.writeprotect(ctx, mm, 0, 0x10, false);
        const pte = pteAt(system, 0);
        return [arch.pteUffdWp(pte), arch.pteWrite(pte)];
      },
      undefined,
      release,
    );
    expect(seen).toEqual([false, writable]);
  });

  test.each([
    ['is mapped', false],
    ['is swapped out', true],
  ])('a store to a page that %s is reported, and not done before it is resolved', (_, swapped) => {
    const { verdict, violations } = explored((system) => {
      const { arch, ctx, machine, mm, user, userfaultfd } = system;
      const page = machine.boot(() => {
        protectedPage(system);
        const one = pageAt(system, 0);
        if (swapped) swapOut(system, one);
        return one;
      });
      machine.cpu(0).run('T1', () => {
        user.userWrite(mm, 0, 2);
        return user.userRead(mm, 0);
      });
      machine.cpu(1).run('T2', () => {
        const address = ctx.read();
        const before = page.contents.readHalf('lo');
        userfaultfd.writeprotect(ctx, mm, 0, 0x10, false);
        return [address, before];
      });
      return ({ T1, T2 }) => {
        expect(T2).toEqual([0, '\x01']);
        assert(T1 === 2, 'the store was lost');
        assert(pageAt(system, 0) === page && PageAnonExclusive(page), 'the page was copied');
        expect(arch.pteUffdWp(pteAt(system, 0))).toBe(false);
      };
    });
    expect({ verdict, violations }).toEqual({ verdict: 'verified', violations: [] });
  });

  test('a load goes on', () => {
    const seen = once((system) => {
      protectedPage(system);
      swapOut(system, pageAt(system, 0));
      const byte = system.user.userRead(system.mm, 0);
      return [byte, system.arch.pteUffdWp(pteAt(system, 0))];
    });
    expect(seen).toEqual([1, true]);
  });

  test('refuses what is not registered', () => {
    expect(() =>
      once(({ ctx, mm, userfaultfd }) => {
        userfaultfd.writeprotect(ctx, mm, FROM, FROM + 0x10, true);
      }),
    ).toThrow('UFFDIO_WRITEPROTECT at 0x40: not registered');
  });
});

describe('UFFDIO_MOVE', () => {
  const moving = <T>(body: (system: System) => T): T => once(body, undefined, 'v6.8');

  test('is unknown before v6.8', () => {
    expect(once(({ mm, move }) => move.movePages(mm, 0, FROM))).toBe('-EINVAL');
  });

  test('moves a page that is exclusive, writable', () => {
    const seen = moving((system) => {
      const { arch, mm, move, user } = system;
      user.userWrite(mm, FROM, 1);
      const page = pageAt(system, FROM);
      const result = move.movePages(mm, 0, FROM);
      swapOut(system, page);
      const found = arch.isSwapPte(pteAt(system, 0));
      return [result, pteAt(system, FROM), found, user.userRead(mm, 0)];
    });
    expect(seen).toEqual([0, 0n, true, 1]);
  });

  test.each([
    ['a page', false],
    ['a swap entry', true],
  ])('says -EBUSY of %s that is not exclusive', (_, swapped) => {
    const seen = moving((system) => {
      const { mm, move, user } = system;
      user.userWrite(mm, FROM, 1);
      const page = pageAt(system, FROM);
      ClearPageAnonExclusive(page);
      if (swapped) swapOut(system, page);
      return [move.movePages(mm, 0, FROM), user.userRead(mm, FROM)];
    });
    expect(seen).toEqual(['-EBUSY', 1]);
  });

  test('moves a swap entry that has the marker, and leaves what is in the way', () => {
    const seen = moving((system) => {
      const { arch, mm, move, user } = system;
      user.userWrite(mm, FROM, 1);
      user.userWrite(mm, 0x10, 2);
      swapOut(system, pageAt(system, FROM));
      const results = [move.movePages(mm, 0x10, FROM), move.movePages(mm, 0, FROM)];
      return [results, arch.pteSwpExclusive(pteAt(system, 0)), move.movePages(mm, 0, FROM)];
    });
    expect(seen).toEqual([['-EEXIST', 0], true, '-EEXIST']);
  });

  // c50f8e6053b0: without it the page looks like another's where it is faulted in, and is copied.
  test.each([
    ['v6.8', false],
    ['v6.14', true],
  ] as const)('takes the page of the swap cache along, in %s: %s', (release, expected) => {
    const seen = once(
      (system) => {
        const { mm, move, user } = system;
        user.userWrite(mm, FROM, 1);
        const page = pageAt(system, FROM);
        swapOut(system, page);
        const result = move.movePages(mm, 0, FROM);
        return [result, user.userRead(mm, 0), pageAt(system, 0) === page];
      },
      undefined,
      release,
    );
    expect(seen).toEqual([0, 1, expected]);
  });
});
