import { assert } from '@pagerace/explorer';
import { mappedPage, pageCount } from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, once, type Options, type System } from './system.js';

const WRITTEN = 0x79;
const flags = { write: true, pin: true };

describe('a file of DAX', () => {
  test('is mapped as the memory of the device, without a reference', () => {
    const seen = once(({ memory, mm, user }) => {
      user.userWrite(mm, 0, WRITTEN);
      const page = mappedPage(mm, 0)!;
      return [page === memory.devicePages[0], pageCount(page), page.contents.readHalf('lo')];
    });
    expect(seen).toEqual([true, 1, 'y']);
  });

  test('reads as zeros where it has a hole, and gets a block when that is written to', () => {
    const seen = once(({ memory, mm, user }) => {
      const byte = user.userRead(mm, 0);
      const before = mappedPage(mm, 0) === memory.zeroPage;
      user.userWrite(mm, 0, WRITTEN);
      return [byte, before, mappedPage(mm, 0)?.name, user.userRead(mm, 0)];
    });
    expect(seen).toEqual([0, true, 'pmem2', WRITTEN]);
  });

  test('is written to through an entry that was made by a read', () => {
    const seen = once(({ mm, truncate, user, file }) => {
      user.userWrite(mm, 0, WRITTEN);
      truncate.unmapMappingRange(file, 0, 1, false);
      const byte = user.userRead(mm, 0);
      user.userWrite(mm, 0, 0x7a);
      return [byte, user.userRead(mm, 0)];
    });
    expect(seen).toEqual([WRITTEN, 0x7a]);
  });

  test('finds no block when the device is full', () => {
    expect(() =>
      once(({ mm, otherAddress, user }) => {
        user.userWrite(mm, 0, WRITTEN);
        user.userWrite(mm, otherAddress, WRITTEN);
      }),
    ).toThrow('the file ends before');
  });

  test('gives its block to another, with zeros in it', () => {
    const seen = once(({ file, memory, mm, other, otherAddress, truncate, user }) => {
      user.userWrite(mm, 0, WRITTEN);
      truncate.vfsFallocate(file, 0, 1);
      const unmapped = mappedPage(mm, 0);
      user.userWrite(mm, otherAddress + memory.pageSize / 2, WRITTEN);
      const block = mappedPage(mm, otherAddress)!;
      return [unmapped, block.mapping.read() === other, block.contents.readHalf('lo')];
    });
    expect(seen).toEqual([undefined, true, '\0']);
  });
});

describe('FOLL_LONGTERM', () => {
  test.each(['getUserPagesFast', 'getUserPagesUnlocked'] as const)('is refused by %s', (how) => {
    const [short, long] = once(({ gup, mm, user }) => {
      user.userWrite(mm, 0, WRITTEN);
      const short = gup[how](mm, 0, 1, flags);
      for (const page of short) gup.release(page, flags);
      return [short.length, gup[how](mm, 0, 1, { ...flags, longterm: true }).length];
    });
    expect([short, long]).toEqual([1, 0]);
  });
});

/** A device writes to the page that a driver holds, while a hole is punched, and the block given to the other file. */
function punched(system: System): () => void {
  const { file, gup, machine, memory, mm, otherAddress, truncate, user } = system;
  const [page] = machine.boot(() => {
    user.userWrite(mm, 0, WRITTEN);
    return gup.getUserPagesUnlocked(mm, 0, 1, flags);
  });
  machine.cpu(0).run('driver', () => {
    page!.contents.writeHalf('lo', 'd');
    gup.release(page!, flags);
  });
  machine.cpu(1).run('fallocate', () => {
    truncate.vfsFallocate(file, 0, 1);
    user.userWrite(mm, otherAddress, 0x6f);
  });
  return () => {
    const block = memory.devicePages[0]!;
    assert(block.contents.readHalf('lo') === 'o', 'the device has written to the other file');
  };
}

describe('a hole that is punched while a driver holds the page', () => {
  test('waits for the driver', () => {
    const { verdict, executions } = explored(punched);
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  test('gives the block away before, to v4.18', () => {
    const options: Options = { takesAtOnce: true };
    const { verdict, violations } = explored(punched, options);
    expect(verdict).toBe('violated');
    expect(violations[0]?.message).toContain('the device has written to the other file');
  });

  test('waits for who gets the page meanwhile', () => {
    const { verdict, executions } = explored((system) => {
      const { file, gup, machine, memory, mm, truncate, user } = system;
      machine.boot(() => user.userWrite(mm, 0, WRITTEN));
      machine.cpu(0).run('driver', () => {
        const [page] = gup.getUserPagesFast(mm, 0, 1, { ...flags, fastOnly: true });
        if (page === undefined) return;
        assert(page.mapping.read() === file, 'the page has left the file');
        gup.release(page, flags);
      });
      machine.cpu(1).run('fallocate', () => truncate.vfsFallocate(file, 0, 1));
      return () => {
        assert(memory.devicePages[0]!.mapping.read() === null, 'the block is in the file still');
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });
});
