import { ModelError } from '@pagerace/explorer';
import {
  cell,
  type Cell,
  defineKernelFunction,
  formatted,
  Order,
  standInRelease,
} from '@pagerace/machine';
import type { ByteString, Half } from '@pagerace/page-model';
import type { Bio, BioVec } from './bio.js';

/** BIO_MAX_VECS: the pages that one request can have (v5.17). */
export const BIO_MAX_VECS = 256;

export interface BlockDeviceOptions {
  /** The device's contents, a byte per character; what is shorter than the device is repeated. */
  readonly bytes: ByteString;
  readonly pageSize: number;
  /** How many requests it is going to get. */
  readonly requests?: number;
  /** Less than {@link BIO_MAX_VECS} lets a few pages take several requests. */
  readonly maxVecs?: number;
}

/** A block device: carries out requests, in the order of their submission, by DMA. Made during set-up. */
export class BlockDevice {
  readonly maxVecs: number;
  readonly requests: number;
  readonly #queue: readonly Cell<Bio | null>[];
  /** How many requests were submitted. */
  readonly #tail: Cell<number>;
  /** What was written to the device, by its page. */
  readonly #written: readonly Cell<readonly ByteString[] | null>[];
  readonly #bytes: ByteString;
  readonly #halfSize: number;
  /** Halves of pages that were read already, by number: the bytes never change. */
  readonly #halves: ByteString[] = [];
  #bios = 0;
  #dios = 0;

  constructor(
    readonly name: string,
    { bytes, pageSize, requests = 1, maxVecs = BIO_MAX_VECS }: BlockDeviceOptions,
  ) {
    this.#bytes = bytes;
    this.#halfSize = pageSize / 2;
    this.requests = requests;
    this.maxVecs = maxVecs;
    this.#tail = cell(0, `${name}.tail`);
    this.#queue = Array.from({ length: requests }, (_, nth) =>
      formatted(
        cell<Bio | null>(null, `${name}.queue[${String(nth)}]`),
        (bio) => bio?.name ?? 'none',
      ),
    );
    this.#written = Array.from({ length: requests }, (_, nth) =>
      cell<readonly ByteString[] | null>(null, `${name}.written[${String(nth)}]`),
    );
  }

  /** What a half page of the device holds, before anything is written to it. */
  contents(sector: number, half: Half): ByteString {
    const nth = 2 * sector + (half === 'lo' ? 0 : 1);
    return (this.#halves[nth] ??= this.#readHalf(nth));
  }

  #readHalf(nth: number): ByteString {
    const start = (nth * this.#halfSize) % this.#bytes.length;
    const repetitions = Math.ceil((start + this.#halfSize) / this.#bytes.length);
    return shortest(this.#bytes.repeat(repetitions).slice(start, start + this.#halfSize));
  }

  /** What the nth request wrote to the device: its pages' halves, for the end of a program. */
  written(nth: number): readonly ByteString[] | null {
    return this.#written[nth]!.read();
  }

  /** The pages of the nth request, for the end of a program; none if it was not submitted. */
  transferred(nth: number): readonly BioVec[] {
    return this.#queue[nth]!.read()?.ioVec.read() ?? [];
  }

  /** submit_bio(): from now on the device may do it. */
  readonly submitBio = defineKernelFunction('block/blk-core.c', 'submit_bio', (bio: Bio): void => {
    const nth = this.#tail.fetchAdd(1);
    const slot = this.#queue[nth];
    if (slot === undefined)
      throw new ModelError(`${this.name} was to get ${String(this.requests)} requests`);
    standInRelease(slot, bio, 'doorbell', 'the driver, which tells the device of the request last');
  });

  /** The device's own doing: all the requests that it gets, one after the other. */
  serve(): void {
    for (let nth = 0; nth < this.requests; nth++) {
      const bio = this.#queue[nth]!.await((submitted) => submitted !== null, Order.acquire)!;
      if (bio.op === 'read') this.#read(bio);
      else this.#write(bio, nth);
      bio.endIo(bio);
    }
  }

  /** DMA to the pages themselves, past every page table. */
  #read(bio: Bio): void {
    bio.ioVec.read().forEach(({ page, halves, generation }, nth) => {
      for (const half of halves)
        page.contents.writeHalf(half, this.contents(bio.sector + nth, half), generation);
    });
  }

  #write(bio: Bio, nth: number): void {
    const halves = bio.ioVec
      .read()
      .flatMap(({ page, halves }) => halves.map((half) => page.contents.readHalf(half)));
    this.#written[nth]!.write(halves);
  }

  /** @internal */
  nextBioName(): string {
    return `${this.name}.bio${String(this.#bios++)}`;
  }

  /** @internal */
  nextDioName(): string {
    return `${this.name}.dio${String(this.#dios++)}`;
  }
}

/** The same bytes as a pattern of one or two that they repeat, if they do: easier on the eye. */
function shortest(bytes: ByteString): ByteString {
  for (const length of [1, 2]) {
    const pattern = bytes.slice(0, length);
    if (pattern.repeat(bytes.length / length) === bytes) return pattern;
  }
  return bytes;
}
