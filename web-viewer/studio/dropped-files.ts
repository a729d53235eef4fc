/** The files of what is dropped on the page, folders included. */

export interface Dropped {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly file: File }[];
}

/** To be called while the event is handled: what was dropped is gone afterwards. */
export async function droppedFiles({ items }: DataTransfer): Promise<Dropped> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: { path: string; file: File }[] = [];
  for (const entry of entries) await collect(entry, files);
  return { name: entries.length === 1 ? entries[0].name : 'scene', files };
}

/** The files of an input that takes folders. */
export function chosenFiles(list: FileList): Dropped {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return { name: files[0]?.path.split('/')[0] ?? 'scene', files };
}

async function collect(entry: FileSystemEntry, files: { path: string; file: File }[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    files.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const inner of some) await collect(inner, files);
  }
}
