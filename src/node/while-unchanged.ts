/** What is made of the files of some folders, kept until one of them is another. */
import { nodeFiles, stampOf } from './node-files.ts';

/** `make` runs again only where a file directly in these folders came, went, or was written. A folder may be missing. */
export function whileUnchanged<T>(folders: readonly string[], make: () => Promise<T>): () => Promise<T> {
  let last: { readonly state: string; readonly made: Promise<T> } | null = null;
  return async () => {
    // Looked at first: what is written while it is made is seen the next time.
    const state = (await Promise.all(folders.map(stateOf))).join('\n');
    if (last?.state === state) return last.made;
    const made = make();
    const mine = { state, made };
    last = mine;
    // What failed is tried again.
    made.catch(() => {
      if (last === mine) last = null;
    });
    return made;
  };
}

/** Names, dates and sizes. */
async function stateOf(folder: string): Promise<string> {
  if ((await nodeFiles.kind(folder)) !== 'folder') return '';
  const names = await nodeFiles.list(folder);
  const stamps = await Promise.all(names.map((name) => stampOf(`${folder}/${name}`)));
  return names.map((name, i) => `${folder}/${name} ${stamps[i]}`).join('\n');
}
