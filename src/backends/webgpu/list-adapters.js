/**
 * A process of its own that writes what Dawn says of this machine's adapters to stdout, as JSON: a driver that crashes or chatters while it is
 * looked for does so here, not in the middle of a command. Plain JavaScript, so that the same file starts from the sources and from dist/.
 *
 * Dawn for Node opens the first adapter whose name has a given part; a name that no adapter has makes it list all names.
 */
import { create } from 'webgpu';

/** Dawn crashes once these are collected. @type {GPU[]} */
const kept = [];

/** @param {string} name */
function request(name) {
  const gpu = create([`adapter=${name}`]);
  kept.push(gpu);
  return gpu.requestAdapter({ powerPreference: 'high-performance' });
}

/** @returns {Promise<string[]>} in Dawn's order, the fastest kind first */
async function adapterNames() {
  try {
    await request('\u0001');
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return [...message.matchAll(/^ \* backend: '[^']*', name: '(.*)'$/gm)].map((match) => match[1]);
  }
  return [];
}

const names = await adapterNames();
const found = [];
for (const [index, name] of names.entries()) {
  const adapter = names.findIndex((other) => other.includes(name)) === index ? await request(name) : null;
  if (adapter === null) {
    found.push({ name, adapter: null });
    continue;
  }
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const limits = Object.fromEntries(Object.keys(Object.getPrototypeOf(adapter.limits)).map((limit) => [limit, adapter.limits[limit]]));
  const info = { vendor, architecture, device, description, isFallbackAdapter };
  found.push({ name, adapter: { info, features: [...adapter.features], limits } });
}
process.stdout.write(JSON.stringify(found));
