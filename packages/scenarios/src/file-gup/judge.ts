import type { Program } from '@pagerace/explorer';
import type { ScenarioContext } from '@pagerace/kernel';
import { type ByteString, type Half, type Page, PageDirty } from '@pagerace/page-model';
import { Findings } from '../findings.js';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import {
  deviceWriteIsSeen,
  dirtyHasBuffers,
  filePageIsHeld,
  mkwriteIsAsked,
  notGivenOutUnderWriteback,
  truncatedIsGone,
  writtenPersists,
} from './properties.js';
import { STORED, type WritebackRace, WRITTEN } from './writeback-race.js';

/** What must hold in every scenario of this family. */
export const fileProperties = [dirtyHasBuffers, referencesAreCounted, freeIsUntouched];

/** Judges an execution at its end. The methods are by property; a scenario declares those that it calls. */
export class FileJudge extends Findings {
  readonly #context: ScenarioContext<unknown>;
  readonly #race: WritebackRace;

  constructor(context: ScenarioContext<unknown>, race: WritebackRace) {
    super();
    this.#context = context;
    this.#race = race;
  }

  /** I-BUF, and what is always on. */
  state(): void {
    const { property } = this.#context;
    property(referencesAreCounted.id).applies();
    property(freeIsUntouched.id).applies();
    this.demand(
      property(dirtyHasBuffers.id),
      !this.#race.watch.wasWithoutBuffers,
      () => 'the page was made dirty while it had no buffers',
    );
  }

  /** I-MKW. */
  asked(): void {
    this.demand(
      this.#context.property(mkwriteIsAsked.id),
      !this.#race.watch.wasNotAsked,
      () => 'the clean page was made dirty, and page_mkwrite() was not asked',
    );
  }

  /** I-PERSIST of one half. @param expected what was written to it last */
  persists(half: Half, expected: ByteString): void {
    const { disk, file } = this.#race;
    const page = file.pageAt(0);
    const isDirty = page !== null && PageDirty(page);
    const is = isDirty ? page.contents.readHalf(half) : disk.contents(0, half);
    this.demand(
      this.#context.property(writtenPersists.id),
      is === expected,
      () =>
        `${expected} was written to the ${half} half, and the ${isDirty ? 'page' : 'disk'} has ${is}`,
    );
  }

  /** I-COH-F of a page that is held still. @param pin by FOLL_PIN */
  held(page: Page, pin = false): void {
    if (pin) this.#context.pinsAtEnd(page);
    else this.#context.holdsAtEnd(page);
    this.wasHeld(page, this.#race.file.pageAt(0));
  }

  /** I-COH-F of a page that was held. @param now what the file had while it was */
  wasHeld(page: Page, now: Page | null): void {
    this.demand(
      this.#context.property(filePageIsHeld.id),
      now === page,
      () => `${page.name} is held, and the file has ${now?.name ?? 'nothing'} instead`,
    );
  }

  /** I-TRUNC. @param seen what the file had since it was truncated. @param expected what it may have */
  gone(seen: readonly ByteString[], expected: ByteString): void {
    this.demand(
      this.#context.property(truncatedIsGone.id),
      seen.every((bytes) => bytes === expected),
      () => `the file, which was truncated, has ${seen.find((bytes) => bytes !== expected)!}`,
    );
  }

  /** I-COH-F of a device without a reference. @param page what it has mapped */
  mirrored(page: Page | undefined): void {
    const now = this.#race.file.pageAt(0);
    this.demand(
      this.#context.property(filePageIsHeld.id),
      page === undefined || page === now,
      () =>
        `the device has ${String(page?.name)} mapped, and the file has ${now?.name ?? 'nothing'}`,
    );
  }

  /** I-NOWB. @param during whether the page was under writeback when it was given out */
  notUnderWriteback(during: boolean): void {
    this.demand(
      this.#context.property(notGivenOutUnderWriteback.id),
      !during,
      () => 'the page was under writeback when it was given out',
    );
  }

  /** I-SEEN. @param expected what the device has written */
  loaded(is: ByteString, expected: ByteString): void {
    this.demand(
      this.#context.property(deviceWriteIsSeen.id),
      is === expected,
      () => `the device wrote ${expected}, and a load returned ${is}`,
    );
  }
}

/** Judges, at the end, that each half of the page is what was last written to it. @param lo what the lower half has */
export function judgePersistence(
  context: ScenarioContext<unknown>,
  race: WritebackRace,
  lo = WRITTEN,
): Program {
  return context.machine.program(() => {
    const judge = new FileJudge(context, race);
    judge.asked();
    judge.persists('lo', lo);
    judge.persists('hi', STORED);
    judge.state();
    judge.conclude();
  });
}
