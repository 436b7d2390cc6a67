import { FORK, type Fork, prepareChild } from '@pagerace/fork';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import type { ScenarioContext } from '@pagerace/kernel';
import { type Half, mappedPage, type Mm, type Page, PageAnonExclusive } from '@pagerace/page-model';
import { ANON_EXCLUSIVE } from '@pagerace/rmap';
import type { Findings } from '../findings.js';
import { directReadIsSeen, mappingIsCoherent } from '../madv-free/properties.js';
import { pinnedStaysMapped, readAcrossForkIsSeen } from './properties.js';
import { ADDRESS, SwapRace, type SwapRaceOptions } from './swap-race.js';

/** What a device writes. */
const WRITTEN = 'y';

/** {@link SwapRace}, with references that somebody holds till the end, as of direct I/O that is under way. */
export class HeldRace extends SwapRace {
  readonly child: Mm;
  readonly #context: ScenarioContext<unknown>;
  readonly #gup: GetUserPages;
  readonly #fork: Fork;

  constructor(context: ScenarioContext<unknown>, options?: SwapRaceOptions) {
    super(context, options);
    this.#context = context;
    this.#gup = context.get(GET_USER_PAGES);
    this.#fork = context.get(FORK);
    this.child = context.process('child');
  }

  /** A reference to the page that is mapped. */
  hold(flags: GupFlags): Page | undefined {
    return this.#gup.getUserPagesFast(this.mm, ADDRESS, 1, flags)[0];
  }

  release(page: Page, flags: GupFlags): void {
    this.#gup.release(page, flags);
  }

  /** Makes the child's mappings. During set-up. */
  prepareFork(): void {
    prepareChild(this.mm, this.child);
  }

  fork(): void {
    this.#fork.dupMmap(this.mm, this.child);
  }

  exitChild(): void {
    this.#fork.exitMmap(this.child);
  }

  /**
   * During set-up: reclaim has unmapped the page, and kept it in the swap cache, as somebody had a reference,
   * which is gone.
   */
  unmapIntoCache(): void {
    const flags = { write: true };
    const page = this.hold(flags)!;
    this.reclaim();
    this.release(page, flags);
  }

  /** DMA to half of a page that is held. */
  deviceWrites(page: Page, half: Half = 'lo'): void {
    page.contents.writeHalf(half, WRITTEN);
  }

  /** Judges, at the end, what the device wrote to a page that is still held, by what the process has mapped. */
  judgeHeld(
    findings: Findings,
    page: Page,
    { pin = false, forked = false, half = 'lo' }: { pin?: boolean; forked?: boolean; half?: Half },
  ): void {
    const { property } = this.#context;
    if (pin) this.#context.pinsAtEnd(page);
    else this.#context.holdsAtEnd(page);
    const mapped = mappedPage(this.mm, ADDRESS);
    const instead = `${mapped?.name ?? 'nothing'} is mapped instead of ${page.name}, which is held`;
    findings.demand(
      property((forked && !pin ? readAcrossForkIsSeen : directReadIsSeen).id),
      mapped?.contents.readHalf(half) === WRITTEN,
      () => `what the device wrote cannot be loaded: ${instead}`,
    );
    if (pin) this.judgePin(findings, page);
    else if (!forked)
      findings.demand(property(mappingIsCoherent.id), mapped === page, () => instead);
  }

  judgePin(findings: Findings, page: Page): void {
    const { get, property } = this.#context;
    findings.demand(
      property(pinnedStaysMapped.id),
      mappedPage(this.mm, ADDRESS) === page &&
        (!get(ANON_EXCLUSIVE).isTracked || PageAnonExclusive(page)),
      () => `${page.name} is pinned, and not mapped any more, or not marked exclusive`,
    );
  }
}
