import { PkmError } from "./errors.ts";

/* For tests: what somebody is told who may not have something. Anything else that is thrown is thrown on. */

/** The error with which work ends. */
export function refusal(work: () => unknown): PkmError {
  try {
    work();
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** {@link refusal} for work that takes a while. */
export async function laterRefusal(work: Promise<unknown>): Promise<PkmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
