import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import {
  cell,
  type Cell,
  defineKernelFunction,
  readOnce,
  smpRmb,
  smpWmb,
  waitEvent,
} from '@pagerace/machine';
import {
  type IntervalSubscription,
  type Mm,
  mmuIntervalNotifierInsert,
  mmuIntervalReadBegin,
  mmuIntervalReadRetry,
  mmuIntervalSetSeq,
  mmuNotifierRegister,
  type VirtualAddress,
} from '@pagerace/page-model';

/** A driver, for the notifier that it has registered. */
export interface MirrorDriver {
  readonly name: string;
  readonly mm: Mm;
  readonly start: VirtualAddress;
  readonly end: VirtualAddress;
  lock(): void;
  unlock(): void;
  /** Removes what the device has. Hold the driver's lock. */
  unmap(): void;
}

/** How a driver learns that what it has read of a page table does not hold any more. */
export interface MirrorNotifier {
  /** Before the page table is read. May sleep. @returns for {@link MirrorNotifier.readRetry} */
  readBegin(): number;
  /** Hold the driver's lock. @returns whether the page table must be read again */
  readRetry(seq: number): boolean;
}

export const MIRROR_NOTIFIER = token<MirrorNotifiers>('hmm.MirrorNotifier', {
  providedBy: ['@pagerace/hmm'],
});

/** The seam of what mm/mmu_notifier.c has for drivers to register. */
export interface MirrorNotifiers {
  /** During set-up. */
  register(driver: MirrorDriver): MirrorNotifier;
}

const kvm = 'virt/kvm/kvm_main.c';

/**
 * A mmu_notifier with a count and a number of the driver's own, as KVM has them (virt/kvm/kvm_main.c, v4.12 and v5.17). Where KVM
 * would fault again and again while a range is invalidated, this waits.
 */
class CountedNotifier implements MirrorNotifier {
  /** mmu_notifier_count: how many ranges are being invalidated. */
  readonly #count: Cell<number>;
  /** mmu_notifier_seq. */
  readonly #seq: Cell<number>;

  constructor(driver: MirrorDriver) {
    this.#count = cell(0, `${driver.name}.mmu_notifier_count`);
    this.#seq = cell(0, `${driver.name}.mmu_notifier_seq`);
    const concerns = (start: VirtualAddress, end: VirtualAddress): boolean =>
      start < driver.end && driver.start < end;
    mmuNotifierRegister(driver.mm, {
      invalidateRangeStart: (_mm, start, end) => {
        this.#invalidateRangeStart(driver, concerns(start, end));
      },
      invalidateRangeEnd: () => {
        this.#invalidateRangeEnd(driver);
      },
      invalidatePage: (_mm, address) => {
        this.#invalidatePage(driver, concerns(address, address + 1));
      },
    });
  }

  readBegin(): number {
    waitEvent(this.#count, (count) => count === 0);
    const seq = readOnce(this.#seq);
    smpRmb();
    return seq;
  }

  readonly readRetry = defineKernelFunction(
    'include/linux/kvm_host.h',
    'mmu_notifier_retry',
    (seq: number): boolean => {
      if (this.#count.read() > 0) return true;
      // Pairs with smp_wmb() in kvm_mmu_notifier_invalidate_range_end().
      smpRmb();
      return this.#seq.read() !== seq;
    },
  );

  readonly #invalidateRangeStart = defineKernelFunction(
    kvm,
    'kvm_mmu_notifier_invalidate_range_start',
    (driver: MirrorDriver, isConcerned: boolean): void => {
      driver.lock();
      this.#count.write(this.#count.read() + 1);
      if (isConcerned) driver.unmap();
      driver.unlock();
    },
  );

  readonly #invalidateRangeEnd = defineKernelFunction(
    kvm,
    'kvm_mmu_notifier_invalidate_range_end',
    (driver: MirrorDriver): void => {
      driver.lock();
      this.#seq.write(this.#seq.read() + 1);
      smpWmb();
      this.#count.write(this.#count.read() - 1);
      driver.unlock();
    },
  );

  readonly #invalidatePage = defineKernelFunction(
    kvm,
    'kvm_mmu_notifier_invalidate_page',
    (driver: MirrorDriver, isConcerned: boolean): void => {
      driver.lock();
      this.#seq.write(this.#seq.read() + 1);
      if (isConcerned) driver.unmap();
      driver.unlock();
    },
  );
}

/** A mmu_interval_notifier, as in lib/test_hmm.c (v5.8). */
class IntervalNotifier implements MirrorNotifier {
  readonly #subscription: IntervalSubscription;

  constructor(driver: MirrorDriver) {
    const { mm, start, end } = driver;
    this.#subscription = mmuIntervalNotifierInsert(mm, start, end, {
      invalidate: defineKernelFunction(
        'lib/test_hmm.c',
        'dmirror_interval_invalidate',
        (curSeq: number) => {
          driver.lock();
          mmuIntervalSetSeq(this.#subscription, curSeq);
          driver.unmap();
          driver.unlock();
        },
      ),
    });
  }

  readBegin(): number {
    return mmuIntervalReadBegin(this.#subscription);
  }

  readRetry(seq: number): boolean {
    return mmuIntervalReadRetry(this.#subscription, seq);
  }
}

/** mm/mmu_notifier.c, to v5.4. */
@injectable()
export class RegisterMmuNotifier implements MirrorNotifiers {
  register(driver: MirrorDriver): MirrorNotifier {
    return new CountedNotifier(driver);
  }
}

export const mmuIntervalNotifier = commit({
  id: 'mmu-interval-notifier',
  title: 'mm/mmu_notifier: add an interval tree notifier',
  commit: '99cb252f5e68',
  since: 'v5.5',
});

/** mm/mmu_notifier.c, v5.5. */
@injectable()
export class InsertIntervalNotifier implements MirrorNotifiers {
  register(driver: MirrorDriver): MirrorNotifier {
    return new IntervalNotifier(driver);
  }
}

export const mirrorNotifier = history(MIRROR_NOTIFIER, 'mm/mmu_notifier.c, for drivers', [
  asOf('v4.4', RegisterMmuNotifier),
  since(mmuIntervalNotifier, InsertIntervalNotifier),
]);
