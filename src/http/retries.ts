import type { Report } from "#base/report";
import { withoutCredentials } from "#base/url";
import type { Clock } from "#platform/ports";
import type { HttpEvent } from "./events.ts";
import { FailedAttempt } from "./failure.ts";
import type { HttpSettings } from "./settings.ts";

/** What is taken up where it broke off: what came in before counts. */
export type Resumable = { readonly received: number };

/**
 * Makes attempts until one works out, none is worth it any more, or too much time has gone by; throws the error of the last
 * one. Of something resumable, attempts are counted anew after every {@link resumeGain} bytes.
 */
export async function withRetries<T>(
  url: string,
  attempt: () => Promise<T>,
  resumable: Resumable | undefined,
  { settings, clock, report }: RetryWorld,
): Promise<T> {
  const { retries: usual, resumes = usual } = settings;
  const retries = resumable === undefined ? usual : resumes;
  let failures = 0;
  let timeouts = 0;
  let gained = resumable?.received ?? 0;
  let start = clock.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof FailedAttempt)) throw error;
      if (resumable !== undefined && resumable.received - gained >= resumeGain) {
        failures = timeouts = 0;
        start = clock.now();
      }
      gained = resumable?.received ?? 0;
      failures++;
      if (error.retry === "timeout") timeouts++;
      // Waiting has been paid for already: three time-outs in all, so that a hang ends within timeout × 3.
      if (error.retry === "no" || failures > retries || timeouts >= Math.max(1, retries))
        throw error.error;
      const wait = error.wait ?? (error.retry === "timeout" ? 0 : pauseAfter(failures, settings));
      const spent = clock.now() - start;
      if (wait > longestWait || spent > longestSpans * settings.timeout) throw error.error;
      const { reason } = error;
      report({ type: "request-retried", url: withoutCredentials(url), reason, wait });
      if (wait > 0) await clock.sleep(wait);
    }
  }
}

export type RetryWorld = {
  readonly settings: Pick<HttpSettings, "retries" | "resumes" | "timeout" | "random">;
  readonly clock: Clock;
  readonly report: Report<HttpEvent>;
};

/** 250, 500, 1000 … milliseconds, each between half and all of it, so that clients do not come back in step. */
function pauseAfter(failures: number, { random = Math.random }: RetryWorld["settings"]): number {
  return firstPause * 2 ** (failures - 1) * (0.5 + random() / 2);
}

const resumeGain = 1 << 20;
const firstPause = 250;
/** The longest `Retry-After` that is waited for. */
const longestWait = 30_000;
/** Time limits after which no further attempt begins: twenty redirects may each take nearly one. */
const longestSpans = 20;
