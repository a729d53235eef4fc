/** Packages that only some backends need, in the versions that are tested; an install without them is less than half the size. */
export const OPTIONAL_PACKAGES = {
  webgpu: '0.6.2',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-node-gpu': '4.22.0',
} as const;

export type OptionalPackage = keyof typeof OPTIONAL_PACKAGES;

/** The command that installs them beside SpikeRay. */
export function installCommand(...names: readonly OptionalPackage[]): string {
  return `npm install ${names.map((name) => `${name}@${OPTIONAL_PACKAGES[name]}`).join(' ')}`;
}

/** Whether an import failed for want of this package, not of one that it needs itself. */
export function isMissing(name: OptionalPackage, error: { readonly code?: string; readonly message?: string }): boolean {
  return error.code === 'ERR_MODULE_NOT_FOUND' && (error.message ?? '').includes(`'${name}'`);
}
