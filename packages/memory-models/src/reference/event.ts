/** The thread of the writes that put the initial values there. */
export const initialThread = -1;

/**
 * What an event does to memory. `lock read` … `read unlocked` are the events of a spinlock as the kernel's
 * lock.cat (tools/memory-model) has them:
 *
 * - `LKR`, `LKW`: the read and the write of a spin_lock() or a successful spin_trylock();
 * - `UL`: a spin_unlock(), which writes;
 * - `LF`: a failed spin_trylock(), or a spin_is_locked() that returns true; it reads;
 * - `RU`: a spin_is_locked() that returns false; it reads.
 */
export type EventKind = 'read' | 'write' | 'fence' | 'LKR' | 'LKW' | 'UL' | 'LF' | 'RU';

/** How the Linux kernel's accesses are annotated (linux-kernel.bell); one without any is plain. */
export type KernelAccessTag =
  'Once' | 'Acquire' | 'Release' | 'Noreturn' | 'Mb' | 'RMW' | 'Srcu-lock' | 'Srcu-unlock';

/** The Linux kernel's fences (linux-kernel.bell). */
export type KernelFenceTag =
  | 'Mb'
  | 'Rmb'
  | 'Wmb'
  | 'Barrier'
  | 'Rcu-lock'
  | 'Rcu-unlock'
  | 'Sync-rcu'
  | 'Sync-srcu'
  | 'Before-atomic'
  | 'After-atomic'
  | 'After-spinlock'
  | 'After-unlock-lock'
  | 'After-srcu-read-unlock';

/**
 * How an instruction accesses memory: `X` by an atomic read-modify-write of one instruction (SWP, CAS,
 * LDADD, a locked x86 instruction, amoswap), `EX` by one of a pair (LDXR/STXR, lwarx/stwcx., lr/sc);
 * AArch64's acquire (`A`), acquirePC (`Q`), release (`L`) and `NoRet` (the read of an STADD, or of a SWP
 * into the zero register); RISC-V's `Acq`, `Rel` and `AcqRel` (.aq, .rl, .aqrl).
 */
export type InstructionAccessTag =
  'X' | 'EX' | 'A' | 'Q' | 'L' | 'NoRet' | 'Acq' | 'Rel' | 'AcqRel';

type Shareability = 'SY' | 'ISH' | 'OSH' | 'NSH';
type RiscvAccesses = 'r' | 'w' | 'rw';

/** The fences of instruction sets. `DMB.SY` orders as `DMB.ISH` does here, and so on. */
export type InstructionFenceTag =
  | `${'DMB' | 'DSB'}.${Shareability}`
  | `${'DMB' | 'DSB'}.${'LD' | 'ST'}`
  | `${'DMB' | 'DSB'}.${Exclude<Shareability, 'SY'>}${'LD' | 'ST'}`
  | 'ISB'
  | 'SYNC'
  | 'LWSYNC'
  | 'EIEIO'
  | 'ISYNC'
  | 'MFENCE'
  | 'LFENCE'
  | 'SFENCE'
  | `Fence.${RiscvAccesses}.${RiscvAccesses}`
  | 'Fence.tso'
  | 'Fence.i';

/** The memory orders of C11, on accesses and fences; `NA` is a non-atomic access. */
export type C11Tag = 'NA' | 'RLX' | 'ACQ' | 'REL' | 'ACQ_REL' | 'SC';

export type Tag =
  KernelAccessTag | KernelFenceTag | InstructionAccessTag | InstructionFenceTag | C11Tag;

/** One event of a litmus test. */
export interface Event {
  /** The number of its thread, from 0; {@link initialThread} for an initial write. */
  readonly thread: number;
  readonly kind: EventKind;
  /** The number of the location that it accesses, from 0; a fence has none, but for `Sync-srcu`. */
  readonly location?: number;
  readonly tags: readonly Tag[];
  /** How to name it to a reader: `R[once] x = 1`, say. */
  readonly label?: string;
}
