import {
  auditReferences,
  ClearPageDirty,
  lruAddDrain,
  type Page,
  pageCount,
  PageDirty,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { OrderingSites } from '@pagerace/machine';
import { describe, expect, test } from 'vitest';
import { BlockDevice, type BlockDeviceOptions, type Transfer } from '../src/index.js';
import { explored, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

/** The bytes of three pages of 16: a's, b's, and one of c's and d's. */
const bytes = 'a'.repeat(16) + 'b'.repeat(16) + 'c'.repeat(8) + 'd'.repeat(8);

interface Setting {
  readonly disk: BlockDevice;
  readonly transfer: Transfer;
  readonly page: (nth: number) => Page;
  readonly loaded: () => readonly number[];
}

/** A buffer that was written to, whose entries are clean, and a device. */
function setting(
  system: System,
  pages: number,
  options: Partial<BlockDeviceOptions> = {},
): Setting {
  const { arch, machine, memory, mm, user } = system;
  mm.mmap({ start: 0, pages, vmFlags });
  const disk = new BlockDevice('disk', { bytes, pageSize: memory.pageSize, ...options });
  const { pageSize } = memory;
  const ptep = (nth: number): ReturnType<typeof walkToPte> => walkToPte(mm, nth * pageSize);
  machine.boot(() => {
    for (let nth = 0; nth < pages; nth++) {
      user.userWrite(mm, nth * pageSize, 7);
      const walk = ptep(nth)!;
      walk.ptep.write(arch.pteMkclean(walk.ptep.read()));
    }
    lruAddDrain(memory);
  });
  machine.agent('disk').run(() => disk.serve());
  return {
    disk,
    transfer: { device: disk, mm, buffer: 0, pages },
    page: (nth) => memory.pageAt(arch.ptePfn(ptep(nth)!.ptep.read())),
    loaded: () => Array.from({ length: pages }, (_, nth) => user.userRead(mm, nth * pageSize)),
  };
}

const letters = (text: string): number[] => text.split('').map((letter) => letter.charCodeAt(0));

describe('a direct read', () => {
  test('fills the pages, makes them dirty and lets go of them', () => {
    const { verdict, executions } = explored((system) => {
      const { transfer, page, loaded } = setting(system, 3);
      system.machine.cpu(0).run('app', () => {
        system.directIo.read(transfer);
        return loaded();
      });
      return ({ app }) => {
        expect(app).toEqual(letters('abc'));
        expect(page(2).contents.load(8)).toBe(0x64);
        expect([0, 1, 2].map((nth) => page(nth).flags.bit('dirty').read())).toEqual([1, 1, 1]);
        auditReferences(system.memory);
      };
    });
    expect([verdict, executions]).toEqual(['verified', 1]);
  });

  test('of several requests waits for all of them', () => {
    const { verdict } = explored((system) => {
      const { transfer, page, loaded } = setting(system, 3, { maxVecs: 2, requests: 2 });
      system.machine.cpu(0).run('app', () => {
        system.directIo.read(transfer);
        return loaded();
      });
      return ({ app }) => {
        expect(app).toEqual(letters('abc'));
        expect(pageCount(page(2))).toBe(1);
        auditReferences(system.memory);
      };
    });
    expect(verdict).toBe('verified');
  });

  test.each([
    ['lo', [0x63, 0]],
    ['hi', [7, 0x64]],
  ] as const)('of half a page, %s, leaves the other half alone', (half, expected) => {
    const { verdict } = explored((system) => {
      const { transfer, page } = setting(system, 1);
      system.machine.cpu(0).run('app', () => {
        system.directIo.read({ ...transfer, sector: 2, half });
      });
      return () => {
        expect([page(0).contents.load(0), page(0).contents.load(8)]).toEqual(expected);
      };
    });
    expect(verdict).toBe('verified');
  });

  test('may begin in the middle of the device', () => {
    const { verdict } = explored((system) => {
      const { transfer, loaded } = setting(system, 1);
      system.machine.cpu(0).run('app', () => {
        system.directIo.read({ ...transfer, sector: 1 });
        return loaded();
      });
      return ({ app }) => {
        expect(app).toEqual(letters('b'));
      };
    });
    expect(verdict).toBe('verified');
  });

  test('through iomap has dirty pages before it is submitted', () => {
    const { verdict } = explored((system) => {
      const { transfer, loaded } = setting(system, 1);
      system.machine.cpu(0).run('app', () => {
        system.directIo.iomapRead(transfer);
        return loaded();
      });
      return ({ app }) => {
        expect(app).toEqual(letters('a'));
        auditReferences(system.memory);
      };
    });
    expect(verdict).toBe('verified');
  });
});

describe('an asynchronous read', () => {
  test('is submitted with dirty pages, and told of before they are released', () => {
    const { verdict } = explored((system) => {
      const { transfer, page, loaded } = setting(system, 1);
      system.machine.cpu(0).run('app', () => {
        const dio = system.directIo.submitRead(transfer);
        const dirty = PageDirty(page(0));
        system.directIo.awaitEnd(dio);
        return [dirty, ...loaded()];
      });
      return ({ app }) => {
        expect(app).toEqual([true, 0x61]);
        auditReferences(system.memory);
      };
    });
    expect(verdict).toBe('verified');
  });

  test('whose page was cleaned meanwhile makes it dirty again, in a worker', () => {
    const { verdict, executions } = explored((system) => {
      const { transfer, page } = setting(system, 1);
      system.machine.cpu(0).run('app', () => {
        const dio = system.directIo.submitRead(transfer);
        system.directIo.awaitEnd(dio);
      });
      system.machine.cpu(1).run('cleaner', () => {
        if (PageDirty(page(0))) {
          ClearPageDirty(page(0));
          return true;
        }
        return false;
      });
      return () => {
        expect(page(0).flags.bit('locked').read()).toBe(0);
        expect(pageCount(page(0))).toBe(1);
        auditReferences(system.memory);
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(2);
  });
});

test('a direct write hands the device what the pages hold, and leaves them clean', () => {
  const { verdict } = explored((system) => {
    const { disk, transfer, page } = setting(system, 2);
    system.machine.cpu(0).run('app', () => system.directIo.write(transfer));
    return () => {
      expect(disk.written(0)).toEqual(['\x07', '\0', '\x07', '\0']);
      expect(page(0).flags.bit('dirty').read()).toBe(0);
      auditReferences(system.memory);
    };
  });
  expect(verdict).toBe('verified');
});

describe('a block device', () => {
  test('repeats what is shorter than it, and shows a repeated byte as one', () => {
    let halves: unknown;
    explored(({ memory: { pageSize } }) => {
      const disk = (content: string): BlockDevice =>
        new BlockDevice('d', { bytes: content, pageSize });
      halves = [
        disk('y\n').contents(3, 'hi'),
        disk('\0').contents(0, 'lo'),
        disk('abc').contents(0, 'hi'),
        disk(bytes).contents(2, 'lo'),
        disk(bytes).contents(3, 'lo'),
      ];
      return undefined;
    });
    expect(halves).toEqual(['y\n', '\0', 'cabcabca', 'c', 'a']);
  });

  test('that gets more requests than it was made for says so', () => {
    const { verdict, error } = explored((system) => {
      const { transfer } = setting(system, 2, { maxVecs: 1 });
      system.machine.cpu(0).run('app', () => system.directIo.read(transfer));
      return undefined;
    });
    expect(verdict).toBe('model error');
    expect(error).toContain('disk was to get 1 requests');
  });

  test('notices that it writes to a page that was freed under it', () => {
    const { violations } = explored((system) => {
      const { transfer, page } = setting(system, 1);
      system.machine.cpu(0).run('app', () => system.directIo.submitRead(transfer));
      const lost = page(0);
      system.machine.cpu(1).run('thief', () => {
        lost.flags.bit('lru').write(0);
        lost._mapcount.write(-1);
        lost._refcount.write(0);
        system.memory.allocator.freeUnrefPage(lost);
      });
      return undefined;
    });
    expect(violations.map(({ property }) => property)).toContain('use-after-free');
  });
});

test('what stands for the device and for wake-ups is no barrier of the kernel', () => {
  const orderingSites = new OrderingSites();
  const { verdict } = explored((system) => {
    const { transfer } = setting(system, 1);
    system.machine.cpu(0).run('app', () => {
      system.directIo.read(transfer);
    });
    return undefined;
  }, orderingSites);
  expect(verdict).toBe('verified');
  const ofBlock = orderingSites.met.filter(({ name }) => name.startsWith('block/'));
  expect(ofBlock.map(({ name }) => name)).toEqual([
    'block/blk-core.c:submit_bio:doorbell',
    'block/fops.c:__blkdev_direct_IO_simple:wait_event',
    'block/fops.c:blkdev_bio_end_io_simple:wake_up',
  ]);
  for (const { name, standsFor } of ofBlock) expect(standsFor, name).toBeDefined();
});
