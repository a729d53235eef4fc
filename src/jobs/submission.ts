/** `submission.json` of a sweep: which launcher has it, and what that one keeps to itself. */
import { z } from 'zod';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';

const queuedSchema = z.strictObject({
  /** The scheduler's name for it. */
  id: z.string(),
  /** What is to be added to its own numbers to get those of the sweep; null: it is the job that collects. */
  offset: z.number().int().nonnegative().nullable(),
});

const submissionSchema = z.strictObject({ schema: z.literal(1), launcher: z.string(), queued: z.array(queuedSchema) });

/** A job of a scheduler. */
export type Queued = z.infer<typeof queuedSchema>;

export type Submission = z.infer<typeof submissionSchema>;

const fileOf = (folder: string): string => `${folder}/submission.json`;

export async function writeSubmission(files: Files, folder: string, launcher: string, queued: readonly Queued[] = []): Promise<void> {
  const submission: Submission = { schema: 1, launcher, queued: [...queued] };
  await files.writeAtomic(fileOf(folder), [new TextEncoder().encode(`${JSON.stringify(submission)}\n`)]);
}

/** null: the sweep was never submitted. Throws InputError if the file is damaged. */
export async function readSubmission(files: Files, folder: string): Promise<Submission | null> {
  const file = fileOf(folder);
  if ((await files.kind(file)) !== 'file') return null;
  const fix = 'Remove the file; then submit the sweep again.';
  return checkJson(submissionSchema, parseJson(await files.read(file), file, fix), file, fix);
}
