import type { Processes, ProcessRequest, ProcessResult } from "#platform/ports";
import { failure } from "./files.ts";

/** Answers of an imagined program; what is left out is empty, and the status 0. */
export type ProcessAnswer = Partial<ProcessResult>;

/** Programs by name or path, each a function; every call is kept in `calls`. An unknown program is `ENOENT`. */
export class MemoryProcesses implements Processes {
  readonly calls: ProcessRequest[] = [];
  readonly #programs: Readonly<
    Record<string, (request: ProcessRequest) => ProcessAnswer | Promise<ProcessAnswer>>
  >;

  constructor(
    programs: Readonly<
      Record<string, (request: ProcessRequest) => ProcessAnswer | Promise<ProcessAnswer>>
    > = {},
  ) {
    this.#programs = programs;
  }

  async run(request: ProcessRequest): Promise<ProcessResult> {
    this.calls.push(request);
    const program = this.#programs[request.argv[0]];
    if (program === undefined) throw failure("ENOENT", "spawn", request.argv[0]);
    return { status: 0, stdout: "", stderr: "", timedOut: false, ...(await program(request)) };
  }
}
