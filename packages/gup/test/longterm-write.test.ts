import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  auditReferences,
  lockPage,
  MEMORY,
  Mm,
  USER_ACCESS,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { shmem } from '@pagerace/shmem';
import { swapSubsystem } from '@pagerace/swap';
import { describe, expect, test } from 'vitest';
import {
  AllowLongtermWrite,
  GET_USER_PAGES,
  gupSubsystem,
  LONGTERM_WRITE,
  RefuseLongtermWrite,
  RefuseLongtermWriteSlow,
} from '../src/index.js';

/** A file system that must hear of writes; its pages are those of shmem. */
const ondisk = {
  name: 'example',
  canWriteback: true,
  aOps: shmem.aOps,
  vmOps: {
    ...shmem.vmOps,
    pageMkwrite: (_: unknown, page: Parameters<typeof lockPage>[0]) => {
      lockPage(page);
      return 'VM_FAULT_LOCKED' as const;
    },
  },
};

interface Case {
  readonly rule: typeof AllowLongtermWrite;
  readonly fs?: 'tmpfs' | 'ondisk' | 'none';
  readonly shared?: boolean;
}

const { once } = exploring(sc, (options?: Case) => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  wiring.override(LONGTERM_WRITE, options!.rule);
  const memory = wiring.get(MEMORY);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const { fs = 'ondisk', shared = true } = options!;
  const file = new AddressSpace(memory, 'file', 1, fs === 'tmpfs' ? shmem : ondisk);
  const vmFlags = VM_READ | VM_WRITE | (shared ? VM_SHARED : 0);
  mm.mmap({ start: 0, pages: 1, vmFlags, ...(fs === 'none' ? {} : { file }) });
  return {
    machine,
    memory,
    mm,
    file,
    user: wiring.get(USER_ACCESS),
    gup: wiring.get(GET_USER_PAGES),
  };
});

const longterm = { write: true, pin: true, longterm: true };

/** Whether a long-term pin for writing is granted, without a lock and with one. */
function granted(options: Case, flags = longterm): { fast: boolean; slow: boolean } {
  return once(
    ({ memory, mm, user, gup }) => {
      user.userWrite(mm, 0, 7);
      const [fast] = gup.getUserPagesFast(mm, 0, 1, { ...flags, fastOnly: true });
      const [slow] = gup.getUserPagesUnlocked(mm, 0, 1, flags);
      for (const page of [fast, slow]) if (page !== undefined) gup.release(page, flags);
      auditReferences(memory);
      return { fast: fast !== undefined, slow: slow !== undefined };
    },
    undefined,
    options,
  );
}

const yes = { fast: true, slow: true };
const no = { fast: false, slow: false };

describe('a pin for long, for writing', () => {
  test.each<[string, Case['rule'], object]>([
    ['to v6.4', AllowLongtermWrite, yes],
    ['with 8ac268436e6d alone', RefuseLongtermWriteSlow, { fast: true, slow: false }],
    ['since v6.5', RefuseLongtermWrite, no],
  ])('of a shared mapping of a file on a disk: %s', (_, rule, expected) => {
    expect(granted({ rule })).toEqual(expected);
  });

  test('is granted since v6.5, too, of tmpfs, private mappings and anonymous memory', () => {
    const rule = RefuseLongtermWrite;
    expect(granted({ rule, fs: 'tmpfs' })).toEqual(yes);
    expect(granted({ rule, shared: false })).toEqual(yes);
    expect(granted({ rule, fs: 'none', shared: false })).toEqual(yes);
  });

  test('goes the slow way where the page has left its file', () => {
    const fast = once(
      ({ mm, file, user, gup }) => {
        user.userWrite(mm, 0, 7);
        const page = file.pageAt(0)!;
        page.mapping.write(null);
        const got = gup.getUserPagesFast(mm, 0, 1, { ...longterm, fastOnly: true });
        page.mapping.write(file);
        return got.length;
      },
      undefined,
      { rule: RefuseLongtermWrite, fs: 'tmpfs' },
    );
    expect(fast).toBe(0);
  });
});

test.each([[{ write: true, pin: true }], [{ write: true }], [{ pin: true, longterm: true }]])(
  'what is not for long, or not for writing, is granted as ever: %j',
  (flags) => {
    expect(granted({ rule: RefuseLongtermWrite }, flags as typeof longterm)).toEqual(yes);
  },
);
