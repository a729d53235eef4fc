import { expect, test } from 'vitest';
import { Slots } from '../../web-viewer/slots.ts';

test('so many at a time, the others in their order, also after a failure', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const hold = (name: string, fails = false): Promise<void> =>
    slots.hold(async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (fails) throw new Error(name);
    });
  const all = [hold('a', true), hold('b'), hold('c'), hold('d')];
  await Promise.resolve();
  expect(log).toEqual(['a', 'b']);
  ends[0]();
  await expect(all[0]).rejects.toThrow('a');
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(log).toEqual(['a', 'b', 'c']);
  ends[1]();
  await all[1];
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(log).toEqual(['a', 'b', 'c', 'd']);
  for (const end of ends) end();
  await Promise.all(all.slice(1));
});
