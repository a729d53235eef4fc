/** `spikeray config`: every setting with its value, range and meaning. */
import { Command } from 'commander';
import { presets } from '../../config/presets.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import { settings, valueAt } from '../../config/settings.ts';
import type { Config } from '../../config/schema.ts';
import { addOutputOptions, collect, requestsOf, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';

export function configCommand(): Command {
  const command = new Command('config')
    .description('Lists every setting that --set can change, with its value in a preset, its range and its meaning.')
    .optionsGroup('Settings:')
    .option('--preset <name>', `settings to start from: ${Object.keys(presets).join(', ')}`, DEFAULT_PRESET)
    .option('--set <key=value>', 'change a setting, may be repeated', collect)
    .action((options: OutputOptions & { preset: string }) => showConfig(options));
  return addOutputOptions(command);
}

async function showConfig(options: OutputOptions & { readonly preset: string }): Promise<void> {
  await runAction(options, () => {
    const config = resolveConfig(options.preset, requestsOf({ ...options }));
    const list = settings.map(({ key, description, range }) => ({ key, value: valueAt(config, key), range, description }));
    return Promise.resolve({ json: { config, settings: list }, text: describe(config) });
  });
}

function describe(config: Config): string {
  const lines: string[] = [];
  let group = '';
  for (const { key, description, range } of settings) {
    const top = key.includes('.') ? key.slice(0, key.indexOf('.')) : '';
    if (top !== group) lines.push('', `${top}:`);
    group = top;
    lines.push(`  ${key}=${JSON.stringify(valueAt(config, key))}`, `      ${description}; ${range}`);
  }
  return `preset ${config.preset}; change a setting with --set key=value\n\n${lines.join('\n').trimStart()}\n`;
}
