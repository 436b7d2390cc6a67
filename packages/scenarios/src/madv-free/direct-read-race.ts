import {
  type BioVec,
  BlockDevice,
  type BlockDeviceOptions,
  DIRECT_IO,
  type Dio,
  type DirectIo,
  type Transfer,
} from '@pagerace/block';
import type { PropertyDefinition, ScenarioContext } from '@pagerace/kernel';
import { byteAt, type LruList } from '@pagerace/page-model';
import { LAZY_FREE_LOG, type LazyFreeDecision, type LazyFreeLog } from '@pagerace/rmap';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import { Buffer, type BufferOptions } from './buffer.js';
import {
  directReadIsSeen,
  discardedIsUnused,
  dirtyBeforeRelease,
  freeIsUntouched,
  mappingIsCoherent,
  referencesAreCounted,
} from './properties.js';

/** What `yes | dd` leaves on a device. */
export const YES = 'y\n';

/** What reclaim reports to those who judge the run. */
export interface Reclaimed {
  /** How many pages it freed. */
  readonly freed: number;
  readonly decisions: readonly LazyFreeDecision[];
}

export interface RaceOptions extends BufferOptions {
  readonly device?: Partial<BlockDeviceOptions>;
  /** Which of the properties the scenario has. Default {@link directReadProperties}. */
  readonly properties?: readonly PropertyDefinition[];
}

/** What must hold where a direct read into a lazyfree buffer meets reclaim. */
export const directReadProperties = [
  directReadIsSeen,
  mappingIsCoherent,
  dirtyBeforeRelease,
  referencesAreCounted,
  freeIsUntouched,
];

/** A process that reads from a block device into its buffer, and reclaim that comes across the pages. */
export class DirectReadRace {
  readonly buffer: Buffer;
  readonly disk: BlockDevice;
  readonly transfer: Transfer;
  readonly #context: ScenarioContext<unknown>;
  readonly #properties: ReadonlySet<PropertyDefinition>;
  readonly #directIo: DirectIo;
  readonly #vmscan: Vmscan;
  readonly #log: LazyFreeLog;

  constructor(
    context: ScenarioContext<unknown>,
    { device, properties = directReadProperties, ...options }: RaceOptions = {},
  ) {
    this.#context = context;
    this.#properties = new Set(properties);
    this.buffer = new Buffer(context, options);
    const { pageSize } = context.memory;
    this.disk = new BlockDevice('disk', { bytes: YES, pageSize, ...device });
    this.transfer = {
      device: this.disk,
      mm: this.buffer.mm,
      buffer: this.buffer.address(0),
      pages: this.buffer.pages,
    };
    this.#directIo = context.get(DIRECT_IO);
    this.#vmscan = context.get(VMSCAN);
    this.#log = context.get(LAZY_FREE_LOG);
  }

  /** read(2). */
  read(): void {
    this.#directIo.read(this.transfer);
  }

  /** io_submit(2) of a read. */
  submit(): Dio {
    return this.#directIo.submitRead(this.transfer);
  }

  /** io_getevents(2): waits for the end of a read that was submitted. */
  awaitEnd(dio: Dio): void {
    this.#directIo.awaitEnd(dio);
  }

  /** read(2) on a file system that uses iomap. */
  iomapRead(): void {
    this.#directIo.iomapRead(this.transfer);
  }

  /** A user load from each page. @returns the bytes */
  load(): readonly number[] {
    return Array.from({ length: this.buffer.pages }, (_, nth) => this.buffer.load(nth));
  }

  /** Reclaim of one inactive list, once. */
  reclaim(list: LruList = 'inactive_file'): Reclaimed {
    const freed = this.#vmscan.shrinkInactiveList(list);
    return { freed, decisions: this.decisions() };
  }

  /** What reclaim has decided when the running task called it. */
  decisions(): readonly LazyFreeDecision[] {
    return this.#log.ofCurrentTask();
  }

  /**
   * Judges, at the end, a run in which the buffer was read into and then loaded from.
   *
   * @param loaded the bytes, page by page
   * @param decisions what reclaim decided, whoever did it
   */
  judge(loaded: readonly number[], decisions: readonly LazyFreeDecision[]): void {
    const findings = new Findings();
    this.judgeReferences();
    for (let nth = 0; nth < this.buffer.pages; nth++) {
      if (this.#has(directReadIsSeen)) this.#judgeData(findings, nth, loaded[nth]!);
      if (this.#has(mappingIsCoherent)) this.#judgeCoherence(findings, nth, decisions);
      if (this.#has(dirtyBeforeRelease)) this.#judgeDirt(findings, nth);
    }
    findings.conclude();
  }

  /** Judges a run in which somebody has had a reference to the first page for writing all the time. */
  judgeHeld(decisions: readonly LazyFreeDecision[]): void {
    const findings = new Findings();
    const page = this.buffer.page(0);
    for (const decision of decisions) {
      const kept = decision.page !== page || decision.fate !== 'discard';
      const what = `reclaim discarded the mapping of ${page.name} in ${decision.vma.mm.name}`;
      findings.demand(
        this.#context.property(discardedIsUnused.id),
        kept,
        () => `${what}, while it was held for a device`,
      );
      if (decision.vma !== this.buffer.vma) continue;
      findings.demand(
        this.#context.property(mappingIsCoherent.id),
        kept,
        () => `${what}, through which it is held`,
      );
    }
    findings.conclude();
  }

  /** The properties that hold of themselves, if nothing has stopped the run so far. */
  judgeReferences(): void {
    this.#context.property(referencesAreCounted.id).applies();
    this.#context.property(freeIsUntouched.id).applies();
  }

  #has(property: PropertyDefinition): boolean {
    return this.#properties.has(property);
  }

  #judgeData(findings: Findings, nth: number, loaded: number): void {
    const expected = byteAt(this.disk.contents(nth, 'lo'), 0);
    findings.demand(
      this.#context.property(directReadIsSeen.id),
      loaded === expected,
      () =>
        `the load from ${hex(this.buffer.address(nth))} after the read returned ${hex(loaded)}, ` +
        `where the device has ${hex(expected)}`,
    );
  }

  /**
   * The reference was taken through the entry that reclaim judged if the request has the page that was
   * there at the start; and was held meanwhile, as reclaim discards nothing that is dirty.
   */
  #judgeCoherence(findings: Findings, nth: number, decisions: readonly LazyFreeDecision[]): void {
    const address = this.buffer.address(nth);
    const { page, generation } = this.#vec(nth);
    if (!this.buffer.isOriginal(nth, page, generation)) return;
    const decision = decisions.find((one) => one.page === page && one.address === address);
    if (decision === undefined) return;
    findings.demand(
      this.#context.property(mappingIsCoherent.id),
      decision.fate !== 'discard',
      () =>
        `reclaim discarded the mapping of ${page.name} at ${hex(address)}, which the read was to fill`,
    );
  }

  #judgeDirt(findings: Findings, nth: number): void {
    const { page } = this.#vec(nth);
    // What nobody can reach any more is free by now, and needs no dirty bit.
    if (!page.allocation.isAllocated) return;
    findings.demand(
      this.#context.property(dirtyBeforeRelease.id),
      page.flags.bit('dirty').read() === 1,
      () => `the device has written to ${page.name}, which was never made dirty`,
    );
  }

  /** The page that the device has written the nth page of the buffer to. */
  #vec(nth: number): BioVec {
    const { maxVecs } = this.transfer.device;
    return this.disk.transferred(Math.floor(nth / maxVecs))[nth % maxVecs]!;
  }
}
