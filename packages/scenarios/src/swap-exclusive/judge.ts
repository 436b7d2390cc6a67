import type { PropertyDefinition, ScenarioContext } from '@pagerace/kernel';
import {
  byteAt,
  type Half,
  type Page,
  PageAnonExclusive,
  PageSwapCache,
  type Pte,
} from '@pagerace/page-model';
import { ANON_EXCLUSIVE } from '@pagerace/rmap';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import {
  directReadIsSeen,
  freeIsUntouched,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import {
  exclusiveIsMappedOnce,
  markedEntryIsAlone,
  ownStoreIsKept,
  pinnedStaysMapped,
  readAcrossForkIsSeen,
  slotsAreCounted,
  storesAreConfined,
  writableIsExclusive,
} from './properties.js';
import type { SwapRace } from './swap-race.js';
import { INITIAL, type Loaded, STORED, type UserPage } from './user-page.js';

/** What must hold in every scenario of this family. */
export const swapProperties = [
  writableIsExclusive,
  exclusiveIsMappedOnce,
  markedEntryIsAlone,
  slotsAreCounted,
  referencesAreCounted,
  freeIsUntouched,
];

/** What must hold, too, where the process stores to its page. */
export const swapStoreProperties = [ownStoreIsKept, ...swapProperties];

/** What must hold, too, where a direct read into the lower half meets a store to the upper one. */
export const swapReadProperties = [directReadIsSeen, mappingIsCoherent, ...swapStoreProperties];

/** Judges an execution at its end. The methods are by property; a scenario declares those that it calls. */
export class Judge extends Findings {
  readonly #context: ScenarioContext<unknown>;
  readonly #race: SwapRace;

  constructor(context: ScenarioContext<unknown>, race: SwapRace) {
    super();
    this.#context = context;
    this.#race = race;
  }

  /**
   * I-DIO and I-COH of a request of the block layer, by what the process has loaded after it.
   *
   * I-COH is judged by what comes of it: data that is not in the page that the process has was written to a
   * page that was no longer mapped, while the device held it.
   *
   * @param where the page is mapped by now
   */
  read(loaded: number, where: UserPage = this.#race): void {
    const { property } = this.#context;
    const { disk } = this.#race;
    const expected = byteAt(disk.contents(0, 'lo'), 0);
    this.demand(
      property(directReadIsSeen.id),
      loaded === expected,
      () =>
        `the load after the direct read returned ${hex(loaded)}, where the device has ${hex(expected)}`,
    );
    const { page, generation } = disk.transferred(0)[0]!;
    const mapped = where.mapped();
    this.demand(
      property(mappingIsCoherent.id),
      loaded === expected ||
        (mapped === page && page.allocation.check('judgement of') === generation),
      () =>
        `the device held and wrote ${page.name}, while ${mapped?.name ?? 'another page'} took its place`,
    );
  }

  /**
   * A page that is held still, and that a device has written to: I-DIO; and I-COH.
   *
   * @param options.half which the device has written
   * @param options.pin by FOLL_PIN
   */
  held(page: Page, { half = 'lo', pin = false }: { half?: Half; pin?: boolean } = {}): void {
    this.#written(directReadIsSeen, page, { half, pin });
    this.demand(this.#context.property(mappingIsCoherent.id), this.#race.mapped() === page, () =>
      this.#instead(page),
    );
  }

  /** I-DIO-FORK: as {@link held}, after a fork. */
  heldAcrossFork(page: Page): void {
    this.#written(readAcrossForkIsSeen, page);
  }

  /** A page that is pinned still, and that a device has written to: I-DIO and I-PIN. */
  pinned(page: Page): void {
    this.#written(directReadIsSeen, page, { pin: true });
    this.#pin(page);
  }

  /** I-PIN of a page that is pinned still. */
  pin(page: Page): void {
    this.#context.pinsAtEnd(page);
    this.#pin(page);
  }

  #pin(page: Page): void {
    const { get, property } = this.#context;
    this.demand(
      property(pinnedStaysMapped.id),
      this.#race.mapped() === page && (!get(ANON_EXCLUSIVE).isTracked || PageAnonExclusive(page)),
      () => `${page.name} is pinned, and not mapped any more, or not marked exclusive`,
    );
  }

  #written(
    { id }: PropertyDefinition,
    page: Page,
    { half = 'lo', pin = false }: { half?: Half; pin?: boolean } = {},
  ): void {
    if (pin) this.#context.pinsAtEnd(page);
    else this.#context.holdsAtEnd(page);
    this.demand(
      this.#context.property(id),
      this.#race.mapped()?.contents.readHalf(half) === page.contents.readHalf(half),
      () => `what the device wrote cannot be loaded: ${this.#instead(page)}`,
    );
  }

  #instead(page: Page): string {
    return `${this.#race.mapped()?.name ?? 'nothing'} is mapped instead of ${page.name}, which is held`;
  }

  /** I-OWN. @param expected what the process has stored last */
  store(loaded: number, expected = STORED): void {
    this.demand(
      this.#context.property(ownStoreIsKept.id),
      loaded === expected,
      () => `the process has stored ${hex(expected)}, and loads ${hex(loaded)}`,
    );
  }

  /** I-CONF. @param loaded by a process that has a page in common with another one @param expected what it has stored itself */
  confined(loaded: number, expected: number): void {
    this.demand(
      this.#context.property(storesAreConfined.id),
      loaded === expected,
      () => `a process loads ${hex(loaded)}, where it has stored ${hex(expected)}`,
    );
  }

  confinedBoth(loaded: Loaded, expected: Loaded): void {
    this.confined(loaded.lo, expected.lo);
    this.confined(loaded.hi, expected.hi);
  }

  /** What must hold of page tables, pages and swap slots at the end of every run: {@link swapProperties}. */
  state(): void {
    const { arch, get, memory, property } = this.#context;
    property(referencesAreCounted.id).applies();
    property(freeIsUntouched.id).applies();
    const ptes = [...this.#ptes()];
    const present = ptes.filter((pte) => arch.ptePresent(pte) && !arch.pteSpecial(pte));
    const mappingsOf = (page: Page): number =>
      present.filter((pte) => arch.ptePfn(pte) === page.pfn).length;
    const swapped = ptes.filter((pte) => !arch.pteNone(pte) && !arch.ptePresent(pte));
    const writable = present.find(
      (pte) => arch.pteWrite(pte) && !PageAnonExclusive(memory.pageAt(arch.ptePfn(pte))),
    );
    this.demand(
      property(writableIsExclusive.id),
      !get(ANON_EXCLUSIVE).isTracked || writable === undefined,
      () =>
        `${memory.pageAt(arch.ptePfn(writable!)).name} is mapped writable and not marked exclusive`,
    );
    const entriesOf = (one: number): number =>
      swapped.filter((pte) => arch.pteToSwpEntry(pte) === one).length;
    const shared = memory.pages.find(
      (page) =>
        page.allocation.isAllocated &&
        PageAnonExclusive(page) &&
        (mappingsOf(page) !== 1 || (PageSwapCache(page) && entriesOf(page.private.read()) > 0)),
    );
    this.demand(
      property(exclusiveIsMappedOnce.id),
      shared === undefined,
      () => `${shared!.name} is marked exclusive, and mapped ${String(mappingsOf(shared!))} times`,
    );
    const marked = swapped.find(
      (pte) => arch.pteSwpExclusive(pte) && entriesOf(arch.pteToSwpEntry(pte)) !== 1,
    );
    this.demand(
      property(markedEntryIsAlone.id),
      marked === undefined,
      () => `an entry with the exclusive marker shares its slot`,
    );
    const miscounted = this.#race.swap.swapMapError();
    this.demand(property(slotsAreCounted.id), miscounted === undefined, () => miscounted!);
  }

  /** The entries of the last level, of every process. */
  *#ptes(): Iterable<Pte> {
    const { levels, pageTables } = this.#context.memory;
    for (const table of pageTables) {
      if (table.level !== levels.at(-1) || !table.allocation.isAllocated) continue;
      for (const ptep of table.entries) yield ptep.read();
    }
  }
}

/** Judges a run in which the lower half of the page was read from the device, and the process stored to the upper one and loaded both. */
export function judgeRead(
  context: ScenarioContext<unknown>,
  race: SwapRace,
  { lo, hi }: Loaded,
  where?: UserPage,
): void {
  const judge = new Judge(context, race);
  judge.read(lo, where);
  judge.store(hi);
  judge.state();
  judge.conclude();
}

/** Judges a run in which nobody else has the page, and the process stored to the upper half. */
export function judgeStore(
  context: ScenarioContext<unknown>,
  race: SwapRace,
  { lo, hi }: Loaded,
): void {
  const judge = new Judge(context, race);
  judge.store(lo, INITIAL.lo);
  judge.store(hi);
  judge.state();
  judge.conclude();
}
