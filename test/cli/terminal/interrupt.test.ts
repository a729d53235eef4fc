import { afterEach, describe, expect, it, vi } from 'vitest';
import { listenForInterrupt, type Interrupt } from '../../../src/cli/terminal/interrupt.ts';

describe('Ctrl-C', () => {
  let interrupt: Interrupt | undefined;
  afterEach(() => {
    interrupt?.release();
    vi.restoreAllMocks();
  });

  it('asks for an orderly end first, and ends at once the second time', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const listeners = process.listenerCount('SIGINT');
    interrupt = listenForInterrupt();
    const press = (): void => {
      (process.listeners('SIGINT').at(-1) as () => void)();
    };
    expect(interrupt.signal.aborted).toBe(false);
    press();
    expect(interrupt.signal.aborted).toBe(true);
    expect(exit).not.toHaveBeenCalled();
    expect(String(stderr.mock.calls[0][0])).toContain('press Ctrl-C again');
    expect(press).toThrow('exit 130');
    interrupt.release();
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });
});
