import { explore } from '@pagerace/explorer';
import { composeRun, Registry } from '@pagerace/kernel';
import { scenarios } from '@pagerace/scenarios';
import { memoryModels } from '@pagerace/memory-models';
const archs = await Promise.all(['arm','arm64','loongarch','mips','nios2','powerpc','riscv','s390','um','w','x86','xtensa'].map(async (a) => Object.values(await import('@pagerace/arch-' + a)).find((v) => v && v.architectures)));
const registry = new Registry([{ id: 'm', models: memoryModels }, ...archs, scenarios]);
const [, , scenario, kernels, params = '{}', archFilter, modelOverride] = process.argv;
const list = registry.architectures.filter(({ id }) => !archFilter || archFilter.split(',').includes(id));
for (const architecture of list) {
  for (const kernel of kernels.split(',')) {
    for (const parameters of [].concat(JSON.parse(params))) {
      const t = Date.now();
      let out;
      try {
        const run = composeRun({ scenario: registry.scenario(scenario), kernel: registry.kernel(kernel), architecture, model: registry.model(modelOverride ?? architecture.model), parameters });
        const r = explore(run.setup, { model: run.model, mustCover: run.mustCover });
        out = `${r.verdict} ${[...new Set(r.violations.map((v) => v.property))].join(',')} ${r.executions ?? ''} ${r.error ?? ''}`;
      } catch (e) { out = 'ERR ' + e.message; }
      console.log(architecture.id.padEnd(16), kernel.padEnd(8), JSON.stringify(parameters), out, Date.now() - t, 'ms');
    }
  }
}
