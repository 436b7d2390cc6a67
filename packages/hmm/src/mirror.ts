import { inject, injectable, token } from '@pagerace/di';
import { GET_USER_PAGES, type GetUserPages } from '@pagerace/gup';
import {
  defineKernelFunction,
  type Machine,
  Mutex,
  mutexLock,
  mutexUnlock,
  Spinlock,
  spinLock,
  spinUnlock,
} from '@pagerace/machine';
import {
  type ByteString,
  type Half,
  MEMORY,
  type Memory,
  type Mm,
  type VirtualAddress,
} from '@pagerace/page-model';
import { DeviceMmu } from './device-mmu.js';
import { MIRROR_NOTIFIER, type MirrorDriver, type MirrorNotifiers } from './mirror-notifier.js';
import { MIRROR_RULE, type MirrorRule } from './mirror-rule.js';

export const HMM = token<Hmm>('hmm.Hmm', { providedBy: ['@pagerace/hmm'] });

export interface MirrorOptions {
  readonly machine: Machine;
  readonly mm: Mm;
  /** Of the page that is mirrored. */
  readonly address: VirtualAddress;
  /** Whether the driver's lock is a mutex, and it sleeps while it waits for its device; else it spins. Default true. */
  readonly sleeps?: boolean;
}

/** The device of a process that has a page table of its own. */
export interface Mirror {
  /** The device writes to half of the page; the driver serves its page faults, and returns when it is written. */
  write(half: Half, bytes: ByteString): void;
  readonly device: DeviceMmu;
}

/** The driver: pages without a reference, of which notifiers tell it when they are to go. */
@injectable()
export class Hmm {
  constructor(
    @inject(MEMORY) private readonly memory: Memory,
    @inject(GET_USER_PAGES) private readonly gup: GetUserPages,
    @inject(MIRROR_NOTIFIER) private readonly notifiers: MirrorNotifiers,
    @inject(MIRROR_RULE) private readonly rule: MirrorRule,
  ) {}

  /** During set-up. */
  open({ machine, mm, address, sleeps = true }: MirrorOptions): Mirror {
    const device = new DeviceMmu(machine, this.memory, 'device', sleeps);
    const driver: MirrorDriver = {
      name: 'mirror',
      mm,
      start: address,
      end: address + this.memory.pageSize,
      ...(sleeps ? ofMutex() : ofSpinlock()),
      unmap: () => {
        device.unmap(this.rule.waits);
      },
    };
    const notifier = this.notifiers.register(driver);
    const fault = defineKernelFunction('lib/test_hmm.c', 'dmirror_range_fault', () => {
      for (let isMapped = false; !isMapped;) {
        const seq = notifier.readBegin();
        const page = this.gup.getUserPagesFast(mm, address, 1, { write: true })[0]!;
        driver.lock();
        isMapped = !this.rule.retries || !notifier.readRetry(seq);
        if (isMapped) device.map(page);
        driver.unlock();
        this.gup.release(page, {});
      }
    });
    return {
      device,
      write: (half, bytes) => {
        do fault();
        while (device.write(half, bytes) === 'fault');
      },
    };
  }
}

function ofMutex(): Pick<MirrorDriver, 'lock' | 'unlock'> {
  const mutex = new Mutex('mirror.mutex');
  return {
    lock: () => {
      mutexLock(mutex);
    },
    unlock: () => {
      mutexUnlock(mutex);
    },
  };
}

function ofSpinlock(): Pick<MirrorDriver, 'lock' | 'unlock'> {
  const lock = new Spinlock('mirror.lock', 'mirror.lock');
  return {
    lock: () => {
      spinLock(lock);
    },
    unlock: () => {
      spinUnlock(lock);
    },
  };
}
