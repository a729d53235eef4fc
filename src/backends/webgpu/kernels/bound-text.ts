import { createKernel, type Buffers, type Kernel, type KernelText, type Textures } from '../../../../renderer/wgsl/kernel.ts';

/** A kernel, and the names of its buffers that are called otherwise in the field. */
export interface BoundText {
  readonly text: KernelText;
  readonly aliases: Readonly<Record<string, string>>;
}

export function bindKernel(device: GPUDevice, { text, aliases }: BoundText, buffers: Buffers, tables: Textures): Promise<Kernel> {
  const own = Object.entries(aliases).map(([alias, name]) => [alias, buffers[name]] as const);
  return createKernel(device, text, { ...buffers, ...Object.fromEntries(own) }, tables);
}
