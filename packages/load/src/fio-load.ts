import {
  BIO_PAGE_REFERENCES,
  DIRECT_IO,
  type DirectIo,
  type Dio,
  type Transfer,
} from '@pagerace/block';
import { ModelError, Simulation, Violation } from '@pagerace/explorer';
import { FORK, type Fork } from '@pagerace/fork';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import { type ArchitectureDefinition, type Kernel, mustFit, wire } from '@pagerace/kernel';
import { type Cpu, MACHINE, Machine, MachineProperty } from '@pagerace/machine';
import {
  type Architecture,
  ARCHITECTURE,
  lruAddDrain,
  MEMORY,
  MEMORY_OPTIONS,
  type Memory,
  Mm,
  OutOfMemory,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
} from '@pagerace/page-model';
import type { DiskFile } from './disk-file.js';
import { FileDevice } from './file-device.js';
import { type FioJob, fittingJob, lostPages } from './fio-job.js';
import type { FioReport, VmstatLine } from './fio-report.js';
import { heldPages } from './held-pages.js';
import { InjectedFaults } from './injected-faults.js';

/** Where the buffers of each job begin: aligned to what an entry above the last level covers. */
const START: VirtualAddress = 0x7f0000000000;

/** After so many requests /proc/vmstat is read, and vmstat_update() has come to each CPU. */
const PERIOD = 500;

/** While a process still submits, the device begins a request after so many steps, on average. */
const DEVICE_STEPS = 256;

/** Pages that a CPU has at hand besides the buffers: a batch of the LRU keeps those that were unmapped. */
const SPARE = 32;

export interface FioLoadRequest {
  readonly job: FioJob;
  readonly kernel: Kernel;
  readonly architecture: ArchitectureDefinition;
  readonly disk: DiskFile;
  /** As `Simulation` has it: fewer operations in a slice make more of what is rare. */
  readonly slice?: number;
}

/** One of a job's processes. */
interface Process {
  readonly cpu: Cpu;
  readonly mm: Mm;
  readonly vma: Vma;
  /** Buffers that no request has. */
  readonly idle: number[];
  /** Whether io_submit(2) has not returned. */
  submitting: boolean;
  /** How many requests it has made. */
  requests: number;
}

/**
 * A job of fio on a modelled kernel: its own direct I/O and get_user_pages(), in one schedule. A process is told what
 * to do from outside, system call by system call; whatever a system call, the device and its interrupt do is the
 * kernel's code.
 */
export class FioLoad {
  readonly job: FioJob;
  readonly #request: FioLoadRequest;
  readonly #simulation: Simulation;
  readonly #machine: Machine;
  readonly #memory: Memory;
  readonly #user: UserAccess;
  readonly #directIo: DirectIo;
  readonly #fork: Fork;
  readonly #faults: InjectedFaults;
  readonly #device: FileDevice;
  readonly #processes: readonly Process[];
  readonly #pages: number;
  readonly #leaking: ReadonlySet<number>;
  readonly #pins: boolean;
  #started = 0;
  #completed = 0;
  #differing = 0;
  #stopped: string | undefined;
  #violation: FioReport['violation'];
  #reader: { times: number; least: number; most: number } | undefined;

  /** @throws {UsageError} for what does not fit together, before anything runs */
  constructor(request: FioLoadRequest) {
    this.#request = request;
    const { architecture, disk, kernel } = request;
    const arch = architectureOf(kernel, architecture);
    const pageSize = 2 ** arch.pageShift;
    mustFit(
      { cpus: request.job.numjobs, pages: 0, hugePages: Number(request.job.huge) },
      architecture,
    );
    const job = (this.job = fittingJob(request.job, {
      available: disk.size,
      pageSize,
      hugePages: arch.levels.at(-1)!.entries,
    }));
    const { huge, iodepth, numjobs } = job;
    this.#pages = job.blocksize / pageSize;
    this.#leaking = spread(job.leaks, job.requests);
    const { slice } = request;
    this.#simulation = new Simulation({
      seed: job.seed,
      ...(slice === undefined ? {} : { slice }),
    });
    const ofProcess = iodepth * this.#pages;
    const wiring = this.#simulation.atOnce(() => {
      const cpus = numjobs;
      return wire(kernel, architecture)
        .bindValue(MACHINE, new Machine({ cpus }))
        .bindValue(MEMORY_OPTIONS, {
          pages: cpus * (ofProcess + SPARE + lostPages(job, pageSize)),
          ...(huge ? { hugePages: numjobs, hpagePmdNr: ofProcess } : {}),
          refcountBits: 32,
          debugVm: false,
          statThreshold: normalThreshold(cpus),
        });
    });
    const made = this.#simulation.atOnce(() => {
      const machine = wiring.get(MACHINE);
      const faults = new InjectedFaults(wiring, machine, wiring.get(ARCHITECTURE));
      const device = new FileDevice(machine, disk, pageSize, faults);
      const memory = wiring.get(MEMORY);
      const user = wiring.get(USER_ACCESS);
      const processes = Array.from({ length: numjobs }, (_, nth): Process => {
        const cpu = machine.cpu(nth);
        const mm = new Mm(memory, `fio${String(nth)}`, [cpu]);
        const vma = mm.mmap({ start: START, pages: ofProcess, vmFlags: VM_READ | VM_WRITE });
        machine.boot(() => {
          // fio fills its buffers before it begins.
          for (let half = 0; half < 2 * ofProcess; half++)
            user.userWrite(mm, START + half * (pageSize / 2), 1 + (nth % 255));
          lruAddDrain(memory);
          if (huge) wiring.get(KHUGEPAGED).collapseHugePage(mm, START);
        }, cpu);
        const idle = Array.from({ length: iodepth }, (_one, buffer) => buffer);
        return { cpu, mm, vma, idle, submitting: false, requests: 0 };
      });
      const directIo = wiring.get(DIRECT_IO);
      const pins = wiring.get(BIO_PAGE_REFERENCES).pin;
      const fork = wiring.get(FORK);
      return { machine, faults, device, memory, user, processes, directIo, pins, fork };
    });
    this.#machine = made.machine;
    this.#faults = made.faults;
    this.#device = made.device;
    this.#memory = made.memory;
    this.#user = made.user;
    this.#processes = made.processes;
    this.#directIo = made.directIo;
    this.#fork = made.fork;
    this.#pins = made.pins;
  }

  /** Requests that have completed. */
  get completed(): number {
    return this.#completed;
  }

  /** No request is made any more; those that are under way end. */
  stop(why: string): void {
    this.#stopped ??= why;
  }

  /** Goes on for a while. @returns whether there is more to do */
  advance(steps: number): boolean {
    try {
      for (let step = 0; step < steps; step++) {
        this.#submit();
        this.#serve();
        if (this.#simulation.step()) continue;
        if (this.#simulation.threads > 0) throw new ModelError('every thread waits for another');
        return false;
      }
      return true;
    } catch (thrown) {
      if (thrown instanceof OutOfMemory) {
        const message = 'no page frame is left, as pages are lost';
        this.#violation = { property: MachineProperty.leak, message };
      } else if (thrown instanceof Violation) {
        this.#violation = { property: thrown.property, message: thrown.message };
      } else {
        throw thrown;
      }
      return false;
    }
  }

  /** What came of it, once {@link FioLoad.advance} has no more to do. */
  report(): FioReport {
    const { architecture, kernel } = this.#request;
    const { job } = this;
    return this.#simulation.atOnce(() => {
      const kind = { pin: this.#pins };
      const { held, odd } = heldPages(this.#memory, kind);
      return {
        kernel: kernel.id,
        architecture: architecture.id,
        job,
        requests: this.#completed,
        bytes: this.#completed * job.blocksize,
        differing: this.#differing,
        ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
        ...(this.#violation === undefined ? {} : { violation: this.#violation }),
        vmstat: this.#vmstat(),
        counted: this.#memory.pinCounting.isPin(kind),
        ...(this.#reader === undefined ? {} : { reader: this.#reader }),
        held,
        odd,
        leaked: [...this.#faults.leaked].sort((one, other) => one - other),
      };
    });
  }

  #vmstat(): readonly VmstatLine[] {
    const { vmstat } = this.#memory;
    return vmstat!.items.map((name, item) => {
      const value = vmstat!.globalNodePageState(item);
      return { name, value, unfolded: vmstat!.total(item) - value };
    });
  }

  /** Has each process make a request that can. */
  #submit(): void {
    if (this.#stopped !== undefined) return;
    for (const process of this.#processes) {
      if (process.submitting || process.idle.length === 0) continue;
      if (this.#started === this.job.requests) return;
      this.#start(process);
    }
  }

  /** Has the device begin a request: it is slow, so that its queue is full as a rule. */
  #serve(): void {
    const { queue } = this.#device;
    if (queue.length === 0) return;
    if (!this.#simulation.isIdle && !this.#oneIn(DEVICE_STEPS)) return;
    const [queued] = queue.splice(this.#simulation.random(queue.length), 1);
    this.#simulation.start(this.#device.name, () => this.#device.serveOne(queued!));
  }

  #start(process: Process): void {
    const { backoffs, blocksize, rw, size, slow } = this.job;
    const nth = this.#started++;
    const buffer = process.idle.pop()!;
    const block = process.requests++ % (size / blocksize);
    const { pageSize } = this.#memory;
    const address = START + buffer * this.#pages * pageSize;
    const transfer: Transfer = {
      device: this.#device,
      mm: process.mm,
      buffer: address,
      pages: this.#pages,
      sector: block * this.#pages,
    };
    const isSlow = this.#oneIn(slow);
    const changes = this.#oneIn(backoffs) ? { vma: process.vma, address } : undefined;
    const leaks = this.#leaking.has(nth) ? nth : undefined;
    process.submitting = true;
    this.#call(
      process,
      () => {
        if (isSlow) this.#dontNeed(process.mm, address);
        this.#faults.arm({ changes, leaks });
        return rw === 'read'
          ? this.#directIo.submitRead(transfer)
          : this.#directIo.submitWrite(transfer);
      },
      (dio) => {
        process.submitting = false;
        this.#call(
          process,
          () => {
            this.#directIo.awaitEnd(dio as Dio);
            return rw === 'write' || this.#isRead(transfer);
          },
          (isRight) => {
            process.idle.push(buffer);
            if (isRight !== true) this.#differing++;
            this.#hasCompleted();
          },
        );
      },
    );
  }

  /** A system call of a process. */
  #call({ cpu, mm }: Process, body: () => unknown, ended: (result: unknown) => void): void {
    this.#simulation.start(mm.name, () => this.#machine.boot(body, cpu, mm.name), ended);
  }

  /** Whether the process loads from each page what the device has. */
  #isRead({ buffer, mm, pages, sector = 0 }: Transfer): boolean {
    const { pageSize } = this.#memory;
    for (let page = 0; page < pages; page++) {
      const byte = this.#user.userRead(mm, buffer + page * pageSize);
      if (byte !== this.#request.disk.read((sector + page) * pageSize, 1).charCodeAt(0))
        return false;
    }
    return true;
  }

  /** MADV_DONTNEED of a buffer; and what is stored to it next, as a write is of it, faults it in. */
  #dontNeed(mm: Mm, address: VirtualAddress): void {
    for (let page = 0; page < this.#pages; page++)
      this.#fork.zapPage(mm, address + page * this.#memory.pageSize);
  }

  #oneIn(many: number): boolean {
    return many > 0 && this.#simulation.random(many) === 0;
  }

  #hasCompleted(): void {
    this.#completed++;
    const { items } = this.#memory.vmstat!;
    if (items.length === 0 || this.#completed % PERIOD !== 0) return;
    for (const cpu of this.#machine.allCpus) {
      this.#simulation.start('vmstat_update', () =>
        this.#machine.boot(() => this.#memory.vmstat!.refreshCpuVmStats(), cpu, 'vmstat_update'),
      );
    }
    const read = (): readonly number[] =>
      items.map((_name, item) => this.#memory.vmstat!.globalNodePageState(item));
    this.#simulation.start(
      'reader',
      () => this.#machine.boot(read, this.#machine.elsewhere, 'reader'),
      (values) => {
        const [slow, fast, , , returned] = values as readonly number[];
        const found = returned === undefined ? slow! - fast! : slow! + fast! - returned;
        const { times, least, most } = this.#reader ?? { times: 0, least: found, most: found };
        this.#reader = {
          times: times + 1,
          least: Math.min(least, found),
          most: Math.max(most, found),
        };
      },
    );
  }
}

/** @throws {UsageError} where a patch does not fit the kernel */
function architectureOf(kernel: Kernel, definition: ArchitectureDefinition): Architecture {
  const wiring = wire(kernel, definition);
  return new Simulation({ seed: 0 }).atOnce(() =>
    wiring
      .bindValue(MACHINE, new Machine({ cpus: 1 }))
      .bindValue(MEMORY_OPTIONS, { pages: 1 })
      .get(ARCHITECTURE),
  );
}

/** calculate_normal_threshold() of a zone of less than 128 MiB (mm/vmstat.c): 2 × fls(CPUs). */
function normalThreshold(cpus: number): number {
  return Math.min(125, 2 * (Math.floor(Math.log2(cpus)) + 1));
}

/** So many numbers, evenly spread below `below`. */
function spread(many: number, below: number): ReadonlySet<number> {
  return new Set(
    Array.from({ length: many }, (_, nth) => Math.floor(((nth + 0.5) * below) / many)),
  );
}
