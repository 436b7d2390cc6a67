import type { ScenarioContext } from '@pagerace/kernel';
import { KSM, type Ksm } from '@pagerace/ksm';
import { lruAddDrain, VM_READ, VM_WRITE } from '@pagerace/page-model';
import { SwapRace } from './swap-race.js';
import { ADDRESS, INITIAL, UserPage } from './user-page.js';

/** {@link SwapRace}, and on CPU 1, beside ksmd, another process whose page is alike. */
export class KsmRace extends SwapRace {
  readonly other: UserPage;
  readonly #ksm: Ksm;

  constructor(context: ScenarioContext<unknown>) {
    super(context);
    this.#ksm = context.get(KSM);
    this.other = new UserPage(context, context.process('other', 1));
    this.other.mm.mmap({ start: ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE });
    context.machine.boot(() => {
      this.other.store('lo', INITIAL.lo);
      this.other.store('hi', INITIAL.hi);
      lruAddDrain(context.memory);
      this.other.age();
    });
  }

  /**
   * ksmd finds the two pages alike.
   *
   * @param kept whose page becomes the KSM page
   * @returns whether they are one now
   */
  merge(kept: 'app' | 'other'): boolean {
    return kept === 'app'
      ? this.#ksm.cmpAndMergePage(this, this.other)
      : this.#ksm.cmpAndMergePage(this.other, this);
  }
}
