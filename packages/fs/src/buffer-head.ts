import { type Atomic, cell, clearBit, FlagsWord, setBit, testBit } from '@pagerace/machine';
import type { Page } from '@pagerace/page-model';

/** The bits of b_state that the model has, without their `BH_`. */
const bufferStateBits = ['dirty', 'mapped', 'async_write', 'jbddirty'] as const;

/** struct buffer_head: what a file system knows of the block behind a page, which here is as long as the page. */
export class BufferHead {
  readonly state: FlagsWord<(typeof bufferStateBits)[number]>;
  /** b_count: how many use the buffer just now. */
  readonly count: Atomic;

  constructor(readonly page: Page) {
    const name = `${page.name}.bh`;
    this.state = new FlagsWord(`${name}.BH_`, bufferStateBits);
    this.count = cell(0, `${name}.b_count`);
  }

  /** set_bh_page(): the buffer becomes that of another page, which had none. */
  moveTo(head: BufferHead): void {
    for (const name of bufferStateBits) {
      const [from, to] = [this.state.bit(name), head.state.bit(name)];
      if (testBit(from) !== testBit(to)) (testBit(from) ? setBit : clearBit)(to);
    }
  }
}
