import {
  type Atomic,
  atomicAdd,
  atomicRead,
  cell,
  type Cpu,
  kernelFunction,
  type Machine,
  Order,
  PerCpu,
  thisCpu,
  updateInstruction,
  xchgRelaxed,
} from '@pagerace/machine';

/** The counters of a node: pgdat->vm_stat, and pcp->vm_node_stat_diff of each CPU (mm/vmstat.c). One node. */
export class VmStat {
  readonly #node: readonly Atomic[];
  readonly #diffs: PerCpu<readonly Atomic[]>;
  readonly #threshold: number;
  readonly #overstep: (diff: number) => boolean;

  /**
   * @param items as /proc/vmstat names them, in its order
   * @param threshold pcp->stat_threshold: a CPU's difference that is greater goes to the node at once.
   *   calculate_normal_threshold() makes it 2 to 125, by CPUs and memory; with 0 there are no differences
   */
  constructor(
    machine: Machine,
    readonly items: readonly string[],
    threshold: number,
  ) {
    this.#node = items.map((item) => cell(0, item));
    this.#diffs = new PerCpu(machine, ({ id }) =>
      threshold === 0 ? [] : items.map((item) => cell(0, `cpu${String(id)}.${item}`)),
    );
    this.#threshold = threshold;
    this.#overstep = (diff) => Math.abs(diff) > threshold;
  }

  /** mod_node_page_state(), where this_cpu_cmpxchg() is one instruction (CONFIG_HAVE_CMPXCHG_LOCAL). */
  @kernelFunction('mm/vmstat.c')
  modNodePageState(item: number, delta: number): void {
    if (this.#threshold === 0) {
      atomicAdd(this.#node[item]!, delta);
      return;
    }
    const diff = this.#diffs.here()[item]!;
    const change = (before: number): number =>
      this.#overstep(before + delta) ? 0 : before + delta;
    const after = delta + updateInstruction('this_cpu_cmpxchg', diff, change, Order.relaxed);
    if (this.#overstep(after)) atomicAdd(this.#node[item]!, after);
  }

  /** refresh_cpu_vm_stats(): adds this CPU's differences to the node. vmstat_update() calls it every second. */
  @kernelFunction('mm/vmstat.c')
  refreshCpuVmStats(cpu: Cpu = thisCpu()): void {
    const diffs = this.#diffs.on(cpu).map((diff) => xchgRelaxed(diff, 0));
    for (const [item, diff] of diffs.entries()) {
      // fold_diff().
      if (diff !== 0) atomicAdd(this.#node[item]!, diff);
    }
  }

  /** global_node_page_state(): what the node has, and not what CPUs have yet to add; never less than 0. */
  @kernelFunction('mm/vmstat.c')
  globalNodePageState(item: number): number {
    return Math.max(0, atomicRead(this.#node[item]!));
  }

  /** For the end of a program: the node and all differences. */
  total(item: number): number {
    return this.#diffs.all.reduce(
      (sum, diffs) => sum + (diffs[item]?.read() ?? 0),
      this.#node[item]!.read(),
    );
  }
}
