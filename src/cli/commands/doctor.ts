/** `spikeray doctor`: what runs on this machine, and why something does not. */
import { Command } from 'commander';
import type { AdapterFacts } from '../../backends/webgpu/adapters.ts';
import { OPTIONAL_FEATURES } from '../../backends/webgpu/device.ts';
import { describeMachine, type MachineReport } from '../../node/describe-machine.ts';
import { byteSize } from '../../base/format.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'Checks Node, cores, memory, WebAssembly features, backends, GPUs and the image library. Exits with 1 if training cannot run here.',
    )
    .action((options: OutputOptions) => doctor(options));
  return addOutputOptions(command);
}

async function doctor(options: OutputOptions): Promise<void> {
  await runAction(options, async () => {
    const machine = await describeMachine();
    return { json: machine, text: describe(machine), exitCode: machine.problems.length === 0 ? 0 : 1 };
  });
}

function describe({
  spikeray,
  node,
  platform,
  cores,
  processor,
  memory,
  wasm,
  backends,
  gpus,
  nativeTensorFlow,
  images,
  problems,
}: MachineReport): string {
  const yes = (value: boolean): string => (value ? 'yes' : 'no');
  const lines = [
    `SpikeRay ${spikeray}`,
    `Node            ${node.version}${node.supported ? '' : ` (too old: ${node.required} is needed)`}`,
    `system          ${platform}`,
    `processor       ${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    `memory          ${byteSize(memory.available)} of ${byteSize(memory.total)} available`,
    `WebAssembly     SIMD ${yes(wasm.simd)}, relaxed SIMD ${yes(wasm.relaxedSimd)}, threads ${yes(wasm.threads)}`,
    ...backends.map(({ name, description, reason }) => `backend ${name.padEnd(7)} ${reason === null ? description : `missing: ${reason}`}`),
    ...(gpus.reason === null ? gpus.adapters.map(describeGpu) : [`GPUs            none: ${gpus.reason.split('\n')[0]}`]),
    `tfjs-node-gpu   ${nativeTensorFlow === null ? 'used by the backend tfjs' : nativeTensorFlow}`,
    `images          ${images.reason === null ? `sharp ${images.sharp}, libvips ${images.libvips}` : `missing: ${images.reason}`}`,
    '',
    problems.length === 0 ? 'everything that training needs is there' : problems.map((problem) => `problem: ${problem}`).join('\n'),
  ];
  return `${lines.join('\n')}\n`;
}

function describeGpu({ index, name, driver, software, features, limits, reason }: AdapterFacts): string {
  const kind = software ? 'software adapter' : 'GPU';
  const what = reason === null ? `${kind}${software ? `, runs only with --gpu ${index}` : ''}` : `cannot be used: ${reason}`;
  const optional = OPTIONAL_FEATURES.filter((feature) => features.includes(feature));
  const facts = [
    driver,
    ...(limits.maxBufferSize === undefined
      ? []
      : [
          `buffers to ${byteSize(limits.maxBufferSize)}`,
          `bindings to ${byteSize(limits.maxStorageBufferBindingSize)}`,
          `workgroups of ${limits.maxComputeInvocationsPerWorkgroup} with ${byteSize(limits.maxComputeWorkgroupStorageSize)}`,
        ]),
    ...optional,
  ].filter((fact) => fact !== '');
  return `GPU ${String(index).padEnd(12)}${name}: ${what}\n                ${facts.join(', ')}`;
}
