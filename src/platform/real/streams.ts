import { fstatSync, writeSync } from "node:fs";
import { runtimeModule } from "./runtime-module.ts";

const tty = runtimeModule("node:tty");

/** Streams whose reader went away. */
const closed = new Set<1 | 2>();

/**
 * Writes to a standard stream at once, so that nothing is lost when the process ends. A reader that went
 * away (`pkm pip list | head -1`) is no error: what follows is dropped.
 */
export function writeStream(stream: 1 | 2, text: string): void {
  if (closed.has(stream)) return;
  let rest: Uint8Array = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(stream, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // A pipe that is full and not blocking: wait for the reader.
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === "EPIPE") {
        closed.add(stream);
        return;
      } else throw error;
    }
  }
}

export function isTerminal(stream: 0 | 1 | 2): boolean {
  try {
    const stat = fstatSync(stream);
    // The module takes 3 ms; files, pipes and the usual devices are told apart without it.
    return stat.isCharacterDevice() && (isTerminalDevice(stat.rdev) ?? tty().isatty(stream));
  } catch {
    return false;
  }
}

/** What the number of a device tells on Linux (`Documentation/admin-guide/devices.txt`); `undefined` for all others. */
export function isTerminalDevice(device: number): boolean | undefined {
  if (process.platform !== "linux") return undefined;
  const major = Math.floor(device / 256) % 4096;
  // Pseudo-terminals, which windows and connections are; `/dev/null` and its like.
  return major >= 136 && major <= 143 ? true : major === 1 ? false : undefined;
}

/** What a stream is: the number of a device (a terminal has one of its own), or empty for files and pipes. */
export function streamDevice(stream: 1 | 2): string {
  try {
    const stat = fstatSync(stream);
    return stat.isCharacterDevice() ? String(stat.rdev) : "";
  } catch {
    return "";
  }
}

/** Columns of the terminal that shows the messages; 80 where nobody says. */
export function terminalColumns(): number {
  return process.stderr.columns || 80;
}
