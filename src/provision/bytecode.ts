import type { BytecodeSource } from "#installer/bytecode";
import type { ProvisionWorld } from "./world.ts";

/** Modules compiled once per interpreter and kept in the store. */
export function bytecodeFor({ store }: ProvisionWorld): BytecodeSource {
  return store.bytecode;
}
