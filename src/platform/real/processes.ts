import type { Processes, ProcessRequest, ProcessResult } from "#platform/ports";

/** Programs of this machine. */
export class RealProcesses implements Processes {
  async run(request: ProcessRequest): Promise<ProcessResult> {
    if (request.hasTerminal === true) return runInTerminal(request);
    // A session of its own lets a time limit, or whoever gives up, reach the children of the child as well.
    const limited = request.timeout !== undefined || request.signal !== undefined;
    const child = Bun.spawn([...request.argv], {
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      ...(request.env === undefined ? {} : { env: { ...request.env } }),
      stdin: request.input === undefined ? "ignore" : new TextEncoder().encode(request.input),
      stdout: "pipe",
      stderr: "pipe",
      detached: limited,
    });
    let timedOut = false;
    const timer =
      request.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killAll(child.pid);
          }, request.timeout);
    const giveUp = (): void => killAll(child.pid);
    request.signal?.addEventListener("abort", giveUp);
    try {
      const [stdout, stderr, status] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { status, stdout, stderr, timedOut };
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", giveUp);
    }
  }
}

async function runInTerminal({ argv, cwd, env }: ProcessRequest): Promise<ProcessResult> {
  const child = Bun.spawn([...argv], {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    stdio: ["inherit", "inherit", "inherit"],
  });
  return { status: await child.exited, stdout: "", stderr: "", timedOut: false };
}

function killAll(pid: number): void {
  for (const target of process.platform === "win32" ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
      return;
    } catch {
      // It ended by itself in the meantime; or it leads no group, then the process alone is left to try.
    }
  }
}
