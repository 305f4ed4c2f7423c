import type { Clock } from "#platform/ports";

/** The clock of this machine. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  isBefore(moment: number): boolean {
    return Date.now() < moment;
  }

  elapsed(): number {
    return performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}
