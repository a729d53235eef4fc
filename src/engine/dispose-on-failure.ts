import type { FieldEngine } from './backend.ts';

/** What `prepare` returns; if it fails, the engine is disposed of before its error goes on. */
export async function disposeOnFailure<T>(engine: FieldEngine, prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
