import {
  cell,
  type Cell,
  formatted,
  read,
  readOnce,
  spinLock,
  Spinlock,
  spinUnlock,
  writeOnce,
} from '@pagerace/machine';
import type { Mm } from '@pagerace/page-model';

/** init_mm.mmlist: the address spaces that may have swap entries, for swapoff to visit. */
export class Mmlist {
  readonly #lock = new Spinlock('mmlist_lock');
  /** In the order in which swapoff visits them. */
  readonly #mms: Cell<readonly Mm[]> = formatted(
    cell<readonly Mm[]>([], 'init_mm.mmlist'),
    (mms) => mms.map(({ name }) => name).join(', ') || 'empty',
  );

  /**
   * Puts an address space on the list, unless it is there.
   *
   * @param behind which one it follows; none: it becomes the first
   */
  add(mm: Mm, behind?: Mm): void {
    if (readOnce(mm.isOnMmlist)) return;
    spinLock(this.#lock);
    if (!readOnce(mm.isOnMmlist)) {
      const mms = read(this.#mms);
      const at = behind === undefined ? 0 : mms.indexOf(behind) + 1;
      writeOnce(this.#mms, [...mms.slice(0, at), mm, ...mms.slice(at)]);
      writeOnce(mm.isOnMmlist, true);
    }
    spinUnlock(this.#lock);
  }

  /** The one behind `mm`, or the first; undefined at the end. */
  next(mm?: Mm): Mm | undefined {
    spinLock(this.#lock);
    const mms = read(this.#mms);
    spinUnlock(this.#lock);
    return mms[mm === undefined ? 0 : mms.indexOf(mm) + 1];
  }
}
