import type { Report } from "#base/report";
import type { Files, Host, Processes } from "#platform/ports";
import type { Credentials } from "./credentials.ts";
import type { HttpEvent } from "./events.ts";
import type { HttpSettings } from "./settings.ts";

type KeyringWorld = { readonly files: Files; readonly host: Host; readonly processes: Processes };

/**
 * Asks the keyrings that the settings allow, services in order: the `keyring` program as pip does
 * (`--mode=creds`, version 25.2.1 or newer), then the system's own keyring, which needs a user name.
 *
 * pip's provider `import` loads the Python library into pip; pkm has no Python inside and asks the system's
 * keyring directly. A keyring that fails is reported once and not asked again.
 */
export class Keyring {
  readonly #settings: HttpSettings;
  readonly #world: KeyringWorld;
  readonly #report: Report<HttpEvent>;
  readonly #answers = new Map<string, Promise<Credentials | undefined>>();
  #isBroken = false;

  constructor(settings: HttpSettings, world: KeyringWorld, report: Report<HttpEvent>) {
    this.#settings = settings;
    this.#world = world;
    this.#report = report;
  }

  /** The same question is asked once, however many requests were refused at the same time. */
  ask(services: readonly string[], username: string | undefined): Promise<Credentials | undefined> {
    const key = `${username ?? ""}\n${services.join("\n")}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#ask(services, username);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  async #ask(
    services: readonly string[],
    username: string | undefined,
  ): Promise<Credentials | undefined> {
    const provider = this.#settings.keyring;
    if (provider === "disabled") return undefined;
    for (const service of services) {
      if (provider !== "import") {
        const found = await this.#askProgram(service, username);
        if (found !== undefined) return found;
      }
      if (provider !== "subprocess" && username !== undefined) {
        const password = await this.#askSystem(service, username);
        if (password !== undefined) return { username, password };
      }
    }
    return undefined;
  }

  async #askProgram(
    service: string,
    username: string | undefined,
  ): Promise<Credentials | undefined> {
    if (this.#isBroken) return undefined;
    const program = findProgram("keyring", this.#world);
    if (program === undefined) return undefined;
    const argv: [string, ...string[]] = [program, "--mode=creds", "--output=json", "get", service];
    if (username !== undefined) argv.push(username);
    const env: Record<string, string> = { PYTHONIOENCODING: "utf-8" };
    for (const [name, value] of Object.entries(this.#world.host.env))
      if (value !== undefined && name !== "PYTHONIOENCODING") env[name] = value;
    try {
      const result = await this.#world.processes.run({ argv, env, timeout: 60_000 });
      if (result.status === 2 && result.stderr.includes("unrecognized arguments"))
        return this.#skip("the `keyring` program is older than 25.2.1");
      if (result.timedOut)
        return this.#skip("the `keyring` program did not answer within 60 seconds");
      if (result.status !== 0) return undefined;
      const answer: unknown = JSON.parse(result.stdout);
      if (typeof answer !== "object" || answer === null) return undefined;
      const { username: user, password } = answer as Readonly<Record<string, unknown>>;
      if (typeof user !== "string" || typeof password !== "string") return undefined;
      return { username: user, password };
    } catch (error) {
      return this.#skip(`the \`keyring\` program failed: ${String((error as Error).message)}`);
    }
  }

  async #askSystem(service: string, username: string): Promise<string | undefined> {
    try {
      return await this.#settings.secrets?.password(service, username);
    } catch (error) {
      this.#report({
        type: "keyring-skipped",
        reason: `the system's keyring failed: ${String((error as Error).message)}`,
      });
      return undefined;
    }
  }

  #skip(reason: string): undefined {
    this.#isBroken = true;
    this.#report({ type: "keyring-skipped", reason });
    return undefined;
  }
}

function findProgram(name: string, world: KeyringWorld): string | undefined {
  const isWindows = world.host.os === "windows";
  for (const folder of (world.host.env.PATH ?? "").split(isWindows ? ";" : ":")) {
    if (folder === "") continue;
    const path = isWindows ? `${folder}\\${name}.exe` : `${folder}/${name}`;
    const stat = world.files.tryStat(path);
    if (stat?.kind === "file" && (isWindows || (stat.mode & 0o111) !== 0)) return path;
  }
  return undefined;
}
