import { inject, injectable } from '@pagerace/di';
import { choose, explore, type Result } from '@pagerace/explorer';
import { atomicSet, bootable, type Machine, type Results } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  pteAlloc,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  type Vma,
  withPteLocked,
} from '../src/index.js';
import { type ToyOptions, toySystem } from '../src/testing/index.js';

/** Fills with zeros what is written to, and maps the zero page where it is only read. */
@injectable()
class ZeroFill implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  handleMmFault({ mm, vmPageProt }: Vma, address: VirtualAddress, flags: number): undefined {
    pteAlloc(mm, address);
    const { arch, memory } = this;
    if ((flags & FAULT_FLAG_WRITE) === 0) {
      withPteLocked(mm, address, (ptep) => {
        arch.setPteAt(mm, address, ptep, arch.mkPte(memory.zeroPage, vmPageProt));
      });
      return;
    }
    const page = memory.allocator.allocZeroedPage();
    atomicSet(page._mapcount, 0);
    withPteLocked(mm, address, (ptep) => {
      arch.setPteAt(mm, address, ptep, arch.pteMkwrite(arch.mkPte(page, vmPageProt)));
    });
  }
}

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** An address space without mappings. */
  readonly mm: Mm;
  /** Frame 1, with one reference. */
  readonly page: Page;
}

type AtEnd = (results: Results) => unknown;

/** Explores a program over a toy machine with four page frames and two CPUs. */
export function explored(
  threads: (system: System) => AtEnd | object | undefined,
  options: ToyOptions = {},
): Result {
  const setup = bootable(() => {
    const { machine, wiring } = toySystem({ pages: 4, pageTableLevels: 3, ...options });
    wiring.bind(FAULT_HANDLER, ZeroFill);
    const memory = wiring.get(MEMORY);
    const atEnd = threads({
      machine,
      memory,
      arch: wiring.get(ARCHITECTURE),
      user: wiring.get(USER_ACCESS),
      mm: new Mm(memory, 'mm', machine.cpus),
      page: machine.boot(() => memory.allocator.allocZeroedPage()),
    });
    return machine.program(
      typeof atEnd === 'function' ? (results) => void (atEnd as AtEnd)(results) : undefined,
    );
  });
  return explore(setup, { model: sc });
}

/** Runs something as set-up, where there is one execution, and gives back what it returns. */
export function once<T>(body: (system: System) => T, options: ToyOptions = {}): T {
  let result: T | undefined;
  const { verdict, error } = explored((system) => {
    result = system.machine.boot(() => body(system));
    // A program without an operation of a thread would be vacuous.
    system.machine.agent('nobody').run(() => choose(1));
    return undefined;
  }, options);
  if (verdict !== 'verified') throw new Error(error);
  return result as T;
}

/** The ids of the properties that some execution violates, each once, sorted. */
export function violated(threads: Parameters<typeof explored>[0]): readonly string[] {
  return [...new Set(explored(threads).violations.map(({ property }) => property))].sort();
}
