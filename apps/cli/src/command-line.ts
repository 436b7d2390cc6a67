import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BarriersOptions } from './commands/barriers.js';
import type { BisectOptions } from './commands/bisect.js';
import type { CompareOptions } from './commands/compare.js';
import type { ConformanceOptions } from './commands/conformance.js';
import type { EstimateOptions } from './commands/estimate.js';
import type { ExportOptions } from './commands/export.js';
import type { Listed } from './commands/list.js';
import type { LitmusOptions } from './commands/litmus.js';
import type { LoadOptions } from './commands/load.js';
import type { ReplayOptions } from './commands/replay.js';
import type { ReproduceOptions } from './commands/reproduce.js';
import type { RunOptions } from './commands/run.js';
import { ExitCode, exitCodeHelp } from './exit-code.js';
import { failureOf, messageLines, UsageError } from './failure.js';
import type { GlobalOptions } from './global-options.js';
import type { BareSession, Session } from './session.js';

/**
 * Runs one command line.
 *
 * @param args what follows the program's name
 * @returns what the process is to end with
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const program = pagerace();
  let exitCode: ExitCode = ExitCode.success;
  // A command is loaded when it is called: `--help` waits for no kernel.
  const command = async (
    body: (session: Session) => Promise<ExitCode> | ExitCode,
  ): Promise<void> => {
    const { openSession } = await import('./session.js');
    exitCode = await body(await openSession(program.opts<GlobalOptions>()));
  };
  const bareCommand: BareRunner = async (body) => {
    const options = program.opts<GlobalOptions>();
    // Of a wrong plug-in this thread tells most, and must, though the command needs nothing of it.
    if (options.plugin !== undefined) return command(body);
    const { processTerminal } = await import('./terminal.js');
    exitCode = await body({ terminal: processTerminal(options.color), options });
  };
  addCommands(program, command, bareCommand);
  for (const { options } of [program, ...program.commands]) options.forEach(once);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return ExitCode.success;
      // Called without a command it has printed its help, and that says it all.
      if (thrown.code === 'commander.help') return ExitCode.usage;
      const message = thrown.message.replace(/^error: (command-argument )?|\.$/g, '');
      const called = program.commands.find((one) => args.includes(one.name()));
      return report(
        new UsageError(message + hint(thrown.code, called?.name())),
        program.opts<GlobalOptions>(),
      );
    }
    return report(thrown, program.opts<GlobalOptions>());
  }
}

/** Where a user finds what would be right, if the message does not say it. */
function hint(code: string, command: string | undefined): string {
  if (code === 'commander.unknownCommand')
    return command === undefined ? '; `pagerace --help` lists the commands' : '';
  const unclear = ['missingArgument', 'excessArguments', 'unknownOption'];
  if (!unclear.some((one) => code === `commander.${one}`)) return '';
  return `; \`pagerace ${command === undefined ? '' : `${command} `}--help\` shows what there is`;
}

function report(thrown: unknown, { debug, json }: GlobalOptions): ExitCode {
  const { message, exitCode } = failureOf(thrown);
  if (json === true)
    process.stderr.write(`${JSON.stringify({ event: 'error', message, exitCode })}\n`);
  else {
    const width = Math.min(process.stderr.isTTY ? process.stderr.columns : 100, 100);
    process.stderr.write(`${messageLines(`pagerace: ${message}`, width - 2)}\n`);
  }
  if (debug === true && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ''}\n`);
  return exitCode;
}

function pagerace(): Command {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as {
    version: string;
  };
  return new Command('pagerace')
    .description(
      'Explores every interleaving and every memory reordering of a small scenario on a model of Linux ' +
        'memory management, and shows the simplest run that goes wrong.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .option('--json', 'print one JSON document; progress is NDJSON on stderr')
    .option('-q, --quiet', 'print no progress')
    .option('--no-color', 'do not colour; NO_COLOR and FORCE_COLOR are heeded, too')
    .option('--plugin <module>', 'add a plug-in: a file or a package; can be repeated', gather)
    .option('--debug', 'print the stack trace of an error')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  pagerace list                                what there is to choose from
  pagerace compare madv-free-dio               the race, before and after its fix
  pagerace run madv-free-dio --kernel v5.17-rc2 --strategy first
  pagerace replay madv-free-dio 0a1b2c --kernel v5.17-rc2
${exitCodeHelp}`,
    )
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
}

/** What the most pleasant verdict does not say. */
const coverHelp = `Verified is every execution of this scenario on this kernel under this memory model, but for load
buffering: a store comes after the loads before it in its thread.`;

type Runner = (body: (session: Session) => Promise<ExitCode> | ExitCode) => Promise<void>;

/** Runs a command that loads no kernel and no architecture into this thread. */
type BareRunner = (body: (session: BareSession) => Promise<ExitCode> | ExitCode) => Promise<void>;

function addCommands(program: Command, command: Runner, bareCommand: BareRunner): void {
  subcommand(program, 'list', 'list what can be chosen')
    .addArgument(
      new Argument('[kind]', 'only one kind').choices([
        'scenarios',
        'properties',
        'kernels',
        'patches',
        'functions',
        'architectures',
        'models',
      ]),
    )
    .action((kind: Listed | undefined) =>
      command(async (session) => (await import('./commands/list.js')).list(kind, session)),
    );

  subcommand(program, 'show', 'say what a scenario does, and what is expected of which commit')
    .argument('<scenario>', 'an id from `pagerace list scenarios`')
    .addHelpText(
      'after',
      `
Example:
  pagerace show gup-fast-collapse
${exitCodeHelp}`,
    )
    .action((scenario: string) =>
      command(async (session) => (await import('./commands/show.js')).show(scenario, session)),
    );

  exploring(place(subcommand(program, 'run', 'explore a scenario on one kernel')))
    .option('--all-violations', 'show the timeline of every violation, not only of the simplest')
    .addHelpText(
      'after',
      `
Examples:
  pagerace run madv-free-dio                             everything, on the scenario's first kernel
  pagerace run madv-free-dio --kernel v5.17-rc2+madv-free-refcount-check
  pagerace run madv-free-dio --model sc                  is weak memory needed at all?
  pagerace run madv-free-dio --strategy first            stop at the first violation
  pagerace run madv-free-dio --strategy bounded --bound 2
  pagerace run madv-free-dio --strategy random --seed 7 --samples 100000 --depth 3

A kernel is a release, or an id from \`pagerace list kernels\`. Patches are added to it with +, and commits taken
out of it with ^, by id or by hash: v5.15+6c8e2a256915, v6.15^swapbacked-iff-dirty.
${coverHelp}
${exitCodeHelp}`,
    )
    .action((scenario: string, options: RunOptions) =>
      bareCommand(async (session) =>
        (await import('./commands/run.js')).run(scenario, options, session),
      ),
    );

  const compare = subcommand(
    program,
    'compare',
    'explore a scenario on several kernels and architectures',
  )
    .argument('<scenario>', 'an id from `pagerace list scenarios`')
    .option(
      '-a, --a <kernel>',
      "the first kernel; by default one before the scenario's fix, and the same with it",
    )
    .option('-b, --b <kernel>', 'another kernel; can be repeated', gather)
    .option(
      '--kernels <kernels>',
      'all of them, with commas between; `all` takes every one that the scenario names',
      separated,
    )
    .option(
      '--arch <architectures>',
      'architectures, with commas between, and lkmm for any; `all` takes every one; default ' +
        "the scenario's, or x86",
      separated,
    )
    .option('--model <model>', "a memory model; by default each architecture's own")
    .option('--jobs <n>', 'explore so many at the same time; default a core each', wholeNumber(1));
  exploring(settings(compare))
    .addHelpText(
      'after',
      `
Ends with 0 if every kernel behaves as the scenario expects: the bug is there before, and not after.
${coverHelp}

Examples:
  pagerace compare madv-free-dio
  pagerace compare madv-free-dio --a v5.17-rc2 --b v5.17-rc2+madv-free-refcount-check
  pagerace compare madv-free-dio --kernels all --arch x86,arm64
  pagerace compare madv-free-dio --arch all
${exitCodeHelp}`,
    )
    .action((scenario: string, options: CompareOptions) =>
      bareCommand(async (session) =>
        (await import('./commands/compare.js')).compare(scenario, options, session),
      ),
    );

  settings(
    subcommand(program, 'bisect', 'find the commits that make the difference between two kernels'),
  )
    .argument('<scenario>', 'an id from `pagerace list scenarios`')
    .requiredOption('--good <kernel>', 'a kernel on which nothing goes wrong')
    .requiredOption('--bad <kernel>', 'a kernel on which something does')
    .option('--arch <architecture>', "default the scenario's, or x86; lkmm is any")
    .option('--model <model>', "a memory model; default the architecture's own")
    .option('--timeout <seconds>', 'give up an exploration after so long', seconds)
    .addHelpText(
      'after',
      `
Explores kernels between the two: to the older one it adds what the other has, oldest first. If no commit alone
makes the difference, it names a set that does, and of which none can be left out.

Examples:
  pagerace bisect madv-free-dio --good v6.15 --bad v5.17-rc2
  pagerace bisect gup-fast-collapse --good v6.1 --bad v5.19 --arch arm64
${exitCodeHelp}`,
    )
    .action((scenario: string, options: BisectOptions) =>
      command(async (session) =>
        (await import('./commands/bisect.js')).bisect(scenario, options, session),
      ),
    );

  settings(
    subcommand(program, 'barriers', 'find out which barriers are needed on which architecture'),
  )
    .argument('<scenario>', 'an id from `pagerace list scenarios`')
    .option(
      '--kernel <kernel>',
      "a kernel, or a kernel+patch; default the scenario's first that is sound",
    )
    .option(
      '--arch <architectures>',
      'architectures, with commas between, and lkmm for any; default `all` of them',
      separated,
    )
    .option('--model <model>', "a memory model; by default each architecture's own")
    .option('--site <site>', 'only this barrier; can be repeated', gather)
    .option('--show', 'show the timeline of what goes wrong without each barrier that is needed')
    .option('--timeout <seconds>', 'give up an exploration after so long', seconds)
    .addHelpText(
      'after',
      `
Drops and weakens every fence and every ordered access that the scenario runs, each alone, and finds a weakest
assignment of orderings that is safe. Ends with 1 if the kernel goes wrong as it is.

Examples:
  pagerace barriers madv-free-dio
  pagerace barriers madv-free-dio --kernel v5.18 --arch x86,lkmm --show
  pagerace barriers madv-free-dio --site mm/rmap.c:try_to_unmap_one:smp_mb
${exitCodeHelp}`,
    )
    .action((scenario: string, options: BarriersOptions) =>
      command(async (session) =>
        (await import('./commands/barriers.js')).barriers(scenario, options, session),
      ),
    );

  place(subcommand(program, 'replay', 'show one execution again'))
    .argument('<id>', 'the id that a timeline ends with')
    .option('--every-step', 'show every step, also those that change nothing')
    .addHelpText(
      'after',
      `
The id is one of this scenario, kernel, architecture, memory model and parameters alone.
Ends with 1 if the execution violates a property.

Example:
  pagerace replay madv-free-dio 0a1b2c --kernel v5.17-rc2 --every-step
${exitCodeHelp}`,
    )
    .action((scenario: string, id: string, options: ReplayOptions) =>
      bareCommand(async (session) =>
        (await import('./commands/replay.js')).replay(scenario, id, options, session),
      ),
    );

  place(subcommand(program, 'export', 'write the litmus test behind a race'))
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(['litmus'])
        .default('litmus')
        .makeOptionMandatory(),
    )
    .option(
      '--id <id>',
      'the execution, as a timeline ends with it; default the first that is found',
    )
    .option(
      '--fix <kernel>',
      "the kernel with the fix, of a race before it; default the scenario's",
    )
    .option('--fixed', 'the same with the barriers in place: what the kernel memory model forbids')
    .option('--timeout <seconds>', 'stop looking for an execution after so long', seconds)
    .addHelpText(
      'after',
      `
The test is the smallest cycle of the execution that the kernel memory model allows, and forbids with the barriers back
in place that were weakened; of a kernel before its fix, with those that the fix adds.

Examples:
  pagerace export madv-free-dio --kernel v5.17-rc2 > race.litmus
  pagerace export madv-free-dio --kernel v5.17-rc2 --fixed > fixed.litmus
  pagerace litmus race.litmus fixed.litmus
  pagerace export madv-free-dio --kernel v5.18 --arch powerpc-hash --weaken mm/rmap.c:try_to_unmap_one:smp_mb
${exitCodeHelp}`,
    )
    .action((scenario: string, options: ExportOptions) =>
      command(async (session) =>
        (await import('./commands/export.js')).exportRace(scenario, options, session),
      ),
    );

  place(subcommand(program, 'estimate', 'say how much there is to explore, and how long it takes'))
    .option('--samples <n>', 'random descents at most; default 10000', wholeNumber(1))
    .option('--seed <n>', 'the same seed, the same estimate; default 1', wholeNumber(0))
    .option('--timeout <seconds>', 'stop after so long; default 5', seconds)
    .addHelpText(
      'after',
      `
Example:
  pagerace estimate madv-free-dio --kernel v5.17-rc2
${exitCodeHelp}`,
    )
    .action((scenario: string, options: EstimateOptions) =>
      bareCommand(async (session) =>
        (await import('./commands/estimate.js')).estimate(scenario, options, session),
      ),
    );

  subcommand(program, 'reproduce', 'run the program that a race was reported with, on a real file')
    .argument('<scenario>', 'madv-free-dio, or by its own name madv-free-reproducer')
    .requiredOption(
      '--device <file>',
      'the block device: a file of at least four pages of 4096 bytes',
    )
    .addOption(
      new Option(
        '--at <point>',
        'where all memory is reclaimed: before (good) or after (bad) the pages were got',
      )
        .choices(['good', 'bad'])
        .makeOptionMandatory(),
    )
    .option('--kernel <kernel>', "a kernel, or a kernel+patch; default the scenario's first")
    .option('--arch <architecture>', 'default x86')
    .option('--model <model>', "a memory model; default the architecture's own")
    .addHelpText(
      'after',
      `
Prints the address of each page and the first byte that the program finds there.

Examples:
  yes | dd of=test.img bs=4096 count=4 iflag=fullblock
  pagerace reproduce madv-free-dio --device test.img --at good
  pagerace reproduce madv-free-dio --device test.img --at bad --kernel v5.17-rc2
  pagerace reproduce madv-free-dio --device test.img --at bad --kernel v5.18
${exitCodeHelp}`,
    )
    .action((scenario: string, options: ReproduceOptions) =>
      command(async (session) =>
        (await import('./commands/reproduce.js')).reproduce(scenario, options, session),
      ),
    );

  subcommand(
    program,
    'load',
    'run a long job on a modelled kernel, and check its counters of pages',
  )
    .addArgument(new Argument('<job>', 'the program').choices(['fio']))
    .requiredOption('--device <file>', 'the block device: a file, whose bytes the job transfers')
    .option(
      '--kernel <kernel>',
      'a kernel, or a kernel+patch; it says which counters there are',
      'v5.0+gup-track-pinned+gup-vmstat',
    )
    .option('--arch <architecture>', 'default x86')
    .addOption(
      new Option(
        '--rw <direction>',
        'what the job does; write changes the file; default read',
      ).choices(['read', 'write']),
    )
    .option('--requests <n>', 'how many requests in all; default 100000', wholeNumber(1))
    .option(
      '--iodepth <n>',
      'requests under way at a time, for each job; default 64',
      wholeNumber(1),
    )
    .option('--numjobs <n>', 'processes, each on a CPU of its own; default 1', wholeNumber(1))
    .option('--blocksize <bytes>', 'of a request, such as 8k; default 4096', bytesOf)
    .option('--size <bytes>', 'how much of the device is used, such as 1g; default all', bytesOf)
    .option(
      '--slow <n>',
      'unmap the buffer before one request in n, so that GUP is slow',
      wholeNumber(1),
    )
    .option(
      '--backoffs <n>',
      'change the entry in one request in n, after GUP-fast has its reference',
      wholeNumber(1),
    )
    .option(
      '--leaks <n>',
      'requests whose pages are never put: a bug of the call site',
      wholeNumber(1),
    )
    .option('--huge', 'map the buffers of a job by the entry of a huge page')
    .option('--seed <n>', 'the same seed, the same schedule; default 1', wholeNumber(0))
    .addHelpText(
      'after',
      `
fio is its job with direct=1 and ioengine=libaio, as the document that came with the five counters of February 2019
had it: each process keeps as many requests under way as the depth says. The kernel's own code runs: io_submit(), get_user_pages_fast(),
bio_release_pages() in the interrupt. It is one schedule, which the seed decides, and no verdict on others.

Prints what /proc/vmstat has, and takes the difference of what is requested and returned apart:
  the race of reading        what CPUs have counted and not added to the node yet
  references held still      as the counts of the pages say, whoever holds them
  the rest                   is counted in different ways, and explained by no reference: the identity is broken
Ends with 1 if the identity is broken, or a page's count cannot be; with 4 if it was interrupted.

Kernels:
  v5.0+gup-track-pinned+gup-vmstat   the five counters as they were posted (the default)
  v6.5                               nr_foll_pin_acquired and nr_foll_pin_released, and direct I/O that pins
  v5.8                               the two, and direct I/O that they leave out
  v5.0                               none

Examples:
  dd if=/dev/urandom of=disk.img bs=1M count=16
  pagerace load fio --device disk.img --iodepth 64
  pagerace load fio --device disk.img --slow 500 --backoffs 1000 --leaks 7
  pagerace load fio --device disk.img --huge --blocksize 8k --iodepth 4     what the five make of a huge entry
  pagerace load fio --device disk.img --kernel v6.5 --numjobs 4
${exitCodeHelp}`,
    )
    .action((_job: string, options: LoadOptions) =>
      command(async (session) => (await import('./commands/load.js')).load(options, session)),
    );

  subcommand(program, 'conformance', "run a selftest of the kernel's own on modelled kernels")
    .addArgument(new Argument('<suite>', 'the selftest').choices(['cow']))
    .option(
      '--kernels <kernels>',
      'with commas between; `all` is every release in which modelled code changed; default those of `pagerace list kernels`',
      separated,
    )
    .option('--arch <architecture>', 'default x86')
    .option('--rows <numbers>', 'only these tests, with commas between', separated)
    .option('--layouts <ids>', 'only these layouts, with commas between', separated)
    .option('--jobs <n>', 'run so many at the same time; default a core each', wholeNumber(1))
    .addHelpText(
      'after',
      `
cow is tools/testing/selftests/mm/cow.c: what fork(), vmsplice(), io_uring and longterm pins must not see, or must, of
what a process stores, with memory of each layout. A test is one process and its child in turns, and is explored as any
scenario is: test 3 is the scenario cow-3, and a layout its parameter, so run, bisect and replay take it.
A cell that the model cannot run is skipped, and says why; one whose test a real kernel of that release could not run
either has an asterisk, and shows what would be. Nothing is expected of a cell: what is printed is what the model says.

Ends with 1 if a cell fails, with an asterisk or without; with 4 if it was interrupted, or nothing but skipped.

Examples:
  pagerace conformance cow
  pagerace conformance cow --kernels v5.7,v5.8,v5.9,v5.18,v5.19
  pagerace conformance cow --kernels v5.18,v5.18+anon-exclusive --arch arm64 --layouts base,thp
  pagerace run cow-3 --kernel v5.7 --set layout=base               why a cell fails
  pagerace bisect cow-3 --good v5.9 --bad v5.7 --set layout=base   which commit mended it
${exitCodeHelp}`,
    )
    .action((suite: string, options: ConformanceOptions) =>
      command(async (session) =>
        (await import('./commands/conformance.js')).conformance(suite, options, session),
      ),
    );

  subcommand(program, 'litmus', 'judge litmus tests as herd7 does')
    .argument('<paths...>', 'files, and directories of files *.litmus')
    .option('--model <model>', "lkmm, sc or tso for C, the architecture's own or sc for assembly")
    .option('--verdict-only', 'only tell Never, Sometimes or Always: stops at the first witness')
    .option('--timeout <seconds>', 'give up a test after so long', seconds)
    .option(
      '--show',
      'explain each verdict: an execution that does it, or the cycle that forbids it',
    )
    .option('--dot <folder>', 'write what explains each verdict as a graph, TEST.dot')
    .addHelpText(
      'after',
      `
Reads the Linux kernel's C litmus tests and assembly tests of x86-64, AArch64, POWER and RISC-V, and
prints what herd7 prints. Ends with 1 if a verdict is not the one in the test's comment Result:, with 2 if a
file is malformed, and with 4 if a test was not supported or timed out.

Examples:
  pagerace litmus docs/litmus/SB+mbs.litmus
  pagerace litmus --show --model tso docs/litmus/SB+mb+once.litmus
  pagerace litmus --verdict-only --timeout 10 docs/litmus
${exitCodeHelp}`,
    )
    .action((paths: readonly string[], options: LitmusOptions) =>
      bareCommand(async (session) =>
        (await import('./commands/litmus.js')).litmus(paths, options, session),
      ),
    );

  program
    .command('help')
    .argument('[command]')
    .description('print the help of a command')
    .helpOption(false)
    .action(async (name: string | undefined) => {
      if (name === undefined) program.help();
      program.commands.find((one) => one.name() === name)?.help();
      // Of an unknown one the error is the same as where it is called.
      await program.parseAsync([name], { from: 'user' });
    });
}

function subcommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).helpOption('-h, --help', 'print this help');
}

/** What names one run. */
function place(command: Command): Command {
  command
    .argument('<scenario>', 'an id from `pagerace list scenarios`')
    .option('--kernel <kernel>', "a kernel, or a kernel+patch; default the scenario's first")
    .option('--arch <architecture>', "default the scenario's, or x86; lkmm is any")
    .option('--model <model>', "a memory model; default the architecture's own")
    .option(
      '--weaken <site=what>',
      'a barrier to be dropped, or smp_rmb, smp_wmb, acquire or release in its place; can be repeated',
      gather,
    );
  return settings(command);
}

function settings(command: Command): Command {
  return command.option(
    '--set <name=value>',
    "a parameter of the scenario; @file gives it a file's bytes; can be repeated",
    gather,
  );
}

/** How much to explore. */
function exploring(command: Command): Command {
  return command
    .addOption(
      new Option('--strategy <strategy>', 'what to explore; default exhaustive').choices([
        'exhaustive',
        'first',
        'bounded',
        'random',
      ]),
    )
    .option('--bound <n>', 'bounded: at most so many preemptions; default 2', wholeNumber(0))
    .option('--seed <n>', 'random: the same seed, the same runs; default 1', wholeNumber(0))
    .option('--samples <n>', 'random: so many runs; default 10000', wholeNumber(1))
    .option(
      '--depth <n>',
      'random: ordering constraints of the bug to be found; default 3',
      wholeNumber(1),
    )
    .option('--max-executions <n>', 'stop after so many executions', wholeNumber(1))
    .option('--timeout <seconds>', 'stop after so long', seconds);
}

/** Lets an option that takes one value be given once: of two, one would be forgotten without a word. */
function once(option: Option): void {
  const { parseArg } = option;
  if (!option.required || parseArg === gather || parseArg === separated) return;
  let isGiven = false;
  option.argParser<unknown>((value, previous) => {
    if (isGiven) throw new InvalidArgumentError('It is given twice, and takes one value.');
    isGiven = true;
    return parseArg === undefined ? value : parseArg(value, previous);
  });
}

function gather(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function separated(value: string, previous: readonly string[] = []): readonly string[] {
  const ids = value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (ids.length === 0) throw new InvalidArgumentError('It must name at least one.');
  return [...previous, ...ids];
}

function wholeNumber(minimum: number) {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= minimum) return number;
    const range = number > Number.MAX_SAFE_INTEGER ? `to ${String(Number.MAX_SAFE_INTEGER)}` : 'up';
    throw new InvalidArgumentError(`It must be a whole number from ${String(minimum)} ${range}.`);
  };
}

/** Bytes as fio(1) takes them: 4096, 4k, 1m, 1g. */
function bytesOf(value: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(value) ?? [];
  const number = Number(digits) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number of bytes above 0, such as 4096, 4k or 1g.');
}

function seconds(value: string): number {
  const number = Number(value);
  if (/^\d+(\.\d+)?(e\d+)?$/i.test(value) && number > 0 && number < Infinity) return number;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}
