import type { ScenarioContext } from '@pagerace/kernel';
import { GET_USER_PAGES, type GetUserPages } from '@pagerace/gup';
import { MIGRATE, type Migrate } from '@pagerace/migrate';
import {
  lockPage,
  lruAddDrain,
  mappedPage,
  type Mm,
  type Page,
  unlockPage,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';
import { Findings } from '../findings.js';
import {
  directReadIsSeen,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import { ownStoreIsKept } from './properties.js';

export const ADDRESS = 0x7f0000000000;

/** What the lower half holds at the start, and the upper. */
const LO = 'a';
const HI = 'b';
/** What the process stores to the upper half. */
const STORED = 'c';
/** What the device writes to the lower half. */
const FROM_DEVICE = 'y';

/** What must hold where a device has a page that is to be migrated. */
export const migrationProperties = [
  directReadIsSeen,
  mappingIsCoherent,
  ownStoreIsKept,
  referencesAreCounted,
];

/** A process with one private anonymous page, mapped writable and dirty, which is migrated. */
export class MigrationRace {
  readonly mm: Mm;
  readonly vma: Vma;
  /** The page that is mapped at the start. */
  readonly page: Page;
  readonly swap: Swap;
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #gup: GetUserPages;
  readonly #migrate: Migrate;

  constructor(context: ScenarioContext<unknown>, cpus: readonly number[] = [0]) {
    const { get, machine, memory } = context;
    this.#context = context;
    this.#user = get(USER_ACCESS);
    this.#gup = get(GET_USER_PAGES);
    this.#migrate = get(MIGRATE);
    this.swap = get(SWAP);
    this.mm = context.process('app', ...cpus);
    this.vma = this.mm.mmap({ start: ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      this.store('lo', LO);
      this.store('hi', HI);
      lruAddDrain(memory);
    });
    this.page = mappedPage(this.mm, ADDRESS)!;
  }

  /** The page is in the swap cache, and mapped. During set-up. */
  addToSwap(): void {
    lockPage(this.page);
    this.swap.addToSwap(this.page);
    unlockPage(this.page);
  }

  /** The entry is read-only, as mprotect() leaves it when it takes the right to write and gives it back. During set-up. */
  writeProtect(): void {
    const { ptep } = walkToPte(this.mm, ADDRESS)!;
    this.#context.arch.ptepSetWrprotect(this.mm, ADDRESS, ptep);
  }

  /** A driver takes FOLL_WRITE | FOLL_GET, for a device that will write to the lower half. */
  submit(): void {
    this.#gup.getUserPagesFast(this.mm, ADDRESS, 1, { write: true });
  }

  /** The device writes to the lower half. The driver keeps the page to the end. */
  deviceWrites(): void {
    this.page.contents.writeHalf('lo', FROM_DEVICE);
  }

  migrate(): boolean {
    return this.#migrate.doMigrateRange(this.page);
  }

  load(half: 'lo' | 'hi'): number {
    return this.#user.userRead(this.mm, this.#addressOf(half));
  }

  store(half: 'lo' | 'hi', byte: string = STORED): void {
    this.#user.userWrite(this.mm, this.#addressOf(half), byte.charCodeAt(0));
  }

  #addressOf(half: 'lo' | 'hi'): number {
    return ADDRESS + (half === 'lo' ? 0 : this.#context.memory.pageSize / 2);
  }

  /** Judges, at the end, by the page that a load would be of, a run in which the device has written, and the process stored. */
  judge(): void {
    const { property } = this.#context;
    const findings = new Findings();
    const mapped = mappedPage(this.mm, ADDRESS);
    const lo = mapped?.contents.readHalf('lo');
    const hi = mapped?.contents.readHalf('hi');
    property(referencesAreCounted.id).applies();
    this.#context.holdsAtEnd(this.page);
    findings.demand(
      property(directReadIsSeen.id),
      lo === FROM_DEVICE,
      () =>
        `a load after the direct read returns ${String(lo)}, where the device has ${FROM_DEVICE}`,
    );
    findings.demand(
      property(mappingIsCoherent.id),
      mapped === this.page,
      () =>
        `the device held ${this.page.name}, while ${mapped?.name ?? 'another page'} took its place`,
    );
    findings.demand(
      property(ownStoreIsKept.id),
      hi === STORED,
      () => `the process has stored ${STORED}, and loads ${String(hi)}`,
    );
    findings.conclude();
  }
}
