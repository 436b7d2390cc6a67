import type { Property, ScenarioContext } from '@pagerace/kernel';
import { KSM, type Ksm } from '@pagerace/ksm';
import {
  type Architecture,
  lruAddDrain,
  mappedPage,
  type Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import type { Findings } from '../findings.js';

/** Where both processes have their page. */
export const KSM_ADDRESS = 0x7f0000000000;

/** What both pages hold. */
export const ALIKE = 0x61;

/** Two processes, each with a private anonymous page: alike, mapped writable and dirty, and on an LRU list. */
export class KsmRace {
  readonly app: Mm;
  readonly other: Mm;
  readonly #user: UserAccess;
  readonly #ksm: Ksm;
  readonly #half: number;

  readonly #arch: Architecture;

  /** `app` runs on CPU 0, and `other` on CPU 1, beside ksmd. */
  constructor({ arch, get, machine, memory, process }: ScenarioContext<unknown>) {
    this.#arch = arch;
    this.#user = get(USER_ACCESS);
    this.#ksm = get(KSM);
    this.#half = memory.pageSize / 2;
    this.app = process('app', 0);
    this.other = process('other', 1);
    for (const mm of [this.app, this.other])
      mm.mmap({ start: KSM_ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      for (const mm of [this.app, this.other]) {
        this.store('lo', ALIKE, mm);
        this.store('hi', ALIKE, mm);
      }
      lruAddDrain(memory);
    });
  }

  /**
   * ksmd finds the two pages alike.
   *
   * @param kept whose page becomes the KSM page
   * @returns whether they are one now
   */
  merge(kept: 'app' | 'other'): boolean {
    const app = { mm: this.app, address: KSM_ADDRESS };
    const other = { mm: this.other, address: KSM_ADDRESS };
    return kept === 'app'
      ? this.#ksm.cmpAndMergePage(app, other)
      : this.#ksm.cmpAndMergePage(other, app);
  }

  load(half: 'lo' | 'hi', mm: Mm = this.app): number {
    return this.#user.userRead(mm, this.#addressOf(half));
  }

  store(half: 'lo' | 'hi', byte: number, mm: Mm = this.app): void {
    this.#user.userWrite(mm, this.#addressOf(half), byte);
  }

  #addressOf(half: 'lo' | 'hi'): number {
    return KSM_ADDRESS + (half === 'lo' ? 0 : this.#half);
  }

  /** The page that a process has there: as it is during set-up, or in the end. */
  mapped(mm: Mm = this.app): Page | undefined {
    return mappedPage(mm, KSM_ADDRESS);
  }

  /** Reclaim has been here before, and has taken the young bits. During set-up. */
  age(): void {
    for (const mm of [this.app, this.other]) {
      const { ptep } = walkToPte(mm, KSM_ADDRESS)!;
      this.#arch.ptepTestAndClearYoung(mm.findVma(KSM_ADDRESS)!, KSM_ADDRESS, ptep);
    }
  }

  /** Judges, at the end, that the other process, which has stored nothing since, has what it had. */
  judgeOther(findings: Findings, confined: Property): void {
    const contents = this.mapped(this.other)?.contents;
    const had = String.fromCharCode(ALIKE);
    findings.demand(
      confined,
      contents?.readHalf('lo') === had && contents.readHalf('hi') === had,
      () => 'the other process has what was written to the page of this one',
    );
  }
}
