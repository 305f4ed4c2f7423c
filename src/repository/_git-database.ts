import { silent } from "#base/report";
import { unlessRefused } from "#store/kept-file";
import { repositoriesFolder } from "#store/stale-checkouts";
import { GitProgram } from "./_git-program.ts";
import { gitRevisionAmbiguous } from "./errors.ts";
import type { GitWorld } from "./git.ts";

/**
 * What is kept of one remote: a bare repository with everything that was fetched so far, checkouts by commit, and the
 * last answers. Blobs are fetched when a checkout needs them, where the remote can do that.
 */
export class GitDatabase {
  readonly git: GitProgram;
  readonly #world: GitWorld;
  readonly #folder: string;

  constructor(remote: string, world: GitWorld) {
    this.git = new GitProgram(remote, world);
    this.#world = world;
    const key = world.hashing.digest("sha256", this.git.remote).slice(0, 40);
    this.#folder = `${world.cache}/${repositoriesFolder}/${key}`;
  }

  /** The bare repository. */
  get bare(): string {
    return `${this.#folder}/database`;
  }

  /** Where a commit is, once it was checked out. */
  checkoutFolder(commit: string): string {
    return `${this.#folder}/checkouts/${commit}`;
  }

  /** Notes that a checkout was used, for those who clear the cache. */
  noteUse(commit: string): void {
    unlessRefused(() => this.#world.files.write(`${this.checkoutFolder(commit)}.used`, ""));
  }

  /** Does something that no other process does to this remote at the same time. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    const { files } = this.#world;
    files.makeFolders(this.#folder);
    const lock = await files.lock(`${this.#folder}/.lock`, {});
    try {
      return await act();
    } finally {
      lock?.release();
    }
  }

  /** The commit of a branch, tag or other reference as the remote has it now; `undefined` when it has none so named. */
  async askRemote(revision: string | undefined): Promise<string | undefined> {
    const names =
      revision === undefined
        ? ["HEAD"]
        : // Branches before tags, as pip does it.
          [`refs/heads/${revision}`, `refs/tags/${revision}`, revision];
    const patterns = names.flatMap((name) => [name, `${name}^{}`]);
    const said = await this.git.run(["ls-remote", "--", this.git.remote, ...patterns], {
      act: "ask",
    });
    const found = new Map<string, string>();
    for (const line of said.split("\n")) {
      const [commit = "", name = ""] = line.split("\t");
      if (isFullCommit(commit)) found.set(name, commit);
    }
    for (const name of names) {
      // An annotated tag is an object of its own, and what it points at is the commit.
      const commit = found.get(`${name}^{}`) ?? found.get(name);
      if (commit !== undefined) return commit;
    }
    return undefined;
  }

  /** A commit by a short name or an expression (`v1~2`): in what is here, then in all that the remote has. */
  async search(revision: string): Promise<string | undefined> {
    const isShort = /^[0-9a-f]{4,39}$/i.test(revision);
    return await this.alone(async () => {
      const known = isShort ? await this.find(revision) : undefined;
      if (known !== undefined) return known;
      await this.fetch([]);
      return await this.find(revision);
    });
  }

  /** A commit in what is here. */
  async find(revision: string | undefined): Promise<string | undefined> {
    if (revision === undefined || this.#world.files.tryStat(this.bare) === undefined)
      return undefined;
    const { status, stdout, stderr } = await this.inside([
      "rev-parse",
      "--verify",
      "--end-of-options",
      `${revision}^{commit}`,
    ]);
    if (/is ambiguous/i.test(stderr) && status !== 0)
      throw gitRevisionAmbiguous(this.git.remote, revision);
    const commit = stdout.trim();
    return status === 0 && isFullCommit(commit) ? commit : undefined;
  }

  /** Names of tags and branches that are here, the newest first. */
  async names(): Promise<readonly string[]> {
    const { stdout } = await this.inside([
      "for-each-ref",
      "--sort=-creatordate",
      "--format=%(refname:lstrip=2)",
      "refs/tags",
      "refs/heads",
    ]);
    return stdout.split("\n").filter((name) => name !== "");
  }

  /** Makes sure that a commit is here; `revision` may name a reference that is neither branch nor tag. */
  async need(commit: string, revision: string | undefined): Promise<boolean> {
    const special = revision?.startsWith("refs/") === true ? [`+${revision}:${revision}`] : [];
    await this.fetch(special);
    if ((await this.find(commit)) !== undefined) return true;
    // Of no branch or tag any more: many servers hand it out to those who know its name.
    const { status } = await this.inside(["fetch", "--no-tags", ...this.#filter, "origin", commit]);
    return status === 0 && (await this.find(commit)) !== undefined;
  }

  /** Fetches branches, tags and the given references. Whoever calls it is {@link alone}. */
  async fetch(references: readonly string[]): Promise<void> {
    const report = this.#world.report ?? silent;
    const url = this.git.remote;
    report({ type: "git-fetch-began", url });
    const fetch = async (): Promise<string | undefined> => {
      await this.#open();
      const { status, stderr } = await this.inside([
        "fetch",
        "--force",
        "--prune",
        "--no-tags",
        ...this.#filter,
        "origin",
        "+refs/heads/*:refs/heads/*",
        "+refs/tags/*:refs/tags/*",
        ...references,
      ]);
      return status === 0 ? undefined : stderr;
    };
    let failure = await fetch();
    if (failure !== undefined && brokenDatabase.test(failure)) {
      // A process that was killed in the middle leaves locks behind, and a full disk halves.
      this.#world.files.removeTree(this.bare);
      failure = await fetch();
    }
    if (failure !== undefined) throw this.git.failure("fetch from", failure);
    report({ type: "git-fetch-ended", url });
  }

  /**
   * Leaves files of other commits at the remote. Not where a plain web server may stand, with which git would look for
   * what it was told to leave out for ever; those that are encrypted are those of the large hosts.
   */
  get #filter(): readonly string[] {
    return this.git.remote.startsWith("http:") ? [] : ["--filter=blob:none"];
  }

  /** Runs git on the bare repository. */
  async inside(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ReturnType<GitProgram["attempt"]> {
    return await this.git.attempt([`--git-dir=${this.bare}`, ...args], { env });
  }

  lastAnswer(revision: string | undefined): string | undefined {
    return this.#answers()[revision ?? "HEAD"];
  }

  /** For those who come offline. */
  remember(revision: string | undefined, commit: string): void {
    const answers = this.#answers();
    const name = revision ?? "HEAD";
    if (answers[name] === commit) return;
    const { files, host } = this.#world;
    files.makeFolders(this.#folder);
    const fresh = `${this.#folder}/answers.${host.processId}`;
    files.write(fresh, JSON.stringify({ ...answers, [name]: commit }));
    files.rename(fresh, `${this.#folder}/answers.json`);
  }

  #answers(): Readonly<Record<string, string>> {
    const text = this.#world.files.tryReadText(`${this.#folder}/answers.json`);
    try {
      const answers: unknown = JSON.parse(text ?? "{}");
      return typeof answers === "object" && answers !== null
        ? Object.fromEntries(
            Object.entries(answers).filter(
              ([, commit]) => typeof commit === "string" && isFullCommit(commit),
            ),
          )
        : {};
    } catch {
      return {};
    }
  }

  async #open(): Promise<void> {
    const { files } = this.#world;
    if (files.tryStat(this.bare) !== undefined) return;
    files.makeFolders(this.#folder);
    const staging = files.makeTemporaryFolder(this.#folder, "new-");
    try {
      const act = "prepare a database for";
      await this.git.run(["init", "--quiet", "--bare", "--template=", staging], { act });
      const remote = ["config", "remote.origin.url", this.git.remote];
      await this.git.run([`--git-dir=${staging}`, ...remote], { act });
      files.rename(staging, this.bare);
    } catch (error) {
      files.removeTree(staging);
      throw error;
    }
  }
}

const brokenDatabase =
  /not a git repository|\.lock': File exists|object file .* is empty|corrupt|bad object refs/i;

/** SHA-1 and SHA-256 in full. */
export function isFullCommit(revision: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(revision);
}
