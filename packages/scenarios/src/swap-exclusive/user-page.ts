import type { ScenarioContext } from '@pagerace/kernel';
import {
  byteAt,
  type Half,
  mappedPage,
  type Memory,
  type Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';

/** On a page boundary with pages of 64 KiB as well. */
export const ADDRESS = 0x7f7c10410000;

/** What the next page table covers. */
export function inNextTable({ hpagePmdSize }: Memory): VirtualAddress {
  return ADDRESS + hpagePmdSize;
}

/** What the halves of the page hold at the start: `a` and `b`. */
export const INITIAL: Loaded = { lo: 0x61, hi: 0x62 };
/** What a process stores: `c`. */
export const STORED = 0x63;

/** The bytes that a process has loaded, of each half of its page. */
export type Loaded = Readonly<Record<Half, number>>;

/** A page of user space, and what its process does there. */
export class UserPage {
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #swap: Swap;

  constructor(
    context: ScenarioContext<unknown>,
    readonly mm: Mm,
    readonly address: VirtualAddress = ADDRESS,
  ) {
    this.#context = context;
    this.#user = context.get(USER_ACCESS);
    this.#swap = context.get(SWAP);
  }

  load(half: Half): number {
    return this.#user.userRead(this.mm, this.#addressOf(half));
  }

  loadBoth(): Loaded {
    return { lo: this.load('lo'), hi: this.load('hi') };
  }

  store(half: Half, byte = STORED): void {
    this.#user.userWrite(this.mm, this.#addressOf(half), byte);
  }

  /** One page fault, and no access after it. */
  fault(flags = 0): void {
    this.#user.pageFault(this.mm, this.address, flags);
  }

  /** The page that is mapped: as it is during set-up, or at the end. */
  mapped(): Page | undefined {
    return mappedPage(this.mm, this.address);
  }

  /** At the end: the halves as the page table has them, or as swap has. */
  atEnd(): Loaded {
    const { arch } = this.#context;
    const contents =
      this.mapped()?.contents ??
      this.#swap.contentsOf(arch.pteToSwpEntry(walkToPte(this.mm, this.address)!.ptep.read()));
    return { lo: byteAt(contents.readHalf('lo'), 0), hi: byteAt(contents.readHalf('hi'), 0) };
  }

  /** Takes the young bit, as an earlier pass of reclaim has. */
  age(): void {
    const { arch } = this.#context;
    withPteLocked(this.mm, this.address, (ptep) =>
      arch.ptepTestAndClearYoung(this.mm.findVma(this.address)!, this.address, ptep),
    );
  }

  #addressOf(half: Half): VirtualAddress {
    return this.address + (half === 'lo' ? 0 : this.#context.memory.pageSize / 2);
  }
}
