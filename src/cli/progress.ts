import type { HttpEvent } from "#http/events";
import type { InstallerEvent } from "#installer/events";
import type { Clock } from "#platform/ports";
import { terminalColumns, writeStream } from "#platform/real/streams";
import type { ProvisionEvent } from "#provision/world";
import type { RepositoryEvent } from "#repository/events";
import { plural } from "#base/text";
import { Struggle } from "#resolver/struggle";
import { size, time } from "./amounts.ts";
import type { Output } from "./output.ts";

export type PkmEvent = HttpEvent | RepositoryEvent | ProvisionEvent | InstallerEvent;

/**
 * How often the line is drawn, in milliseconds; more would only cost time. What is over by then has none: drawing it the
 * first time takes the runtime longer than many a command.
 */
const pace = 80;

/**
 * Shows how a command comes along: one line that is drawn over on a terminal, nothing but warnings and results
 * elsewhere. Listens to the events of every room.
 */
export class Progress {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #write: (text: string) => void;
  readonly #talk: Pick<Output, "say" | "warn" | "detail">;
  #began: number | undefined;
  #stage = "";
  /** What the resolution has been through. */
  readonly struggle = new Struggle();
  #wheels = { wanted: 0, ready: 0 };
  #bytes = new Map<string, number>();
  #pages = 0;
  #drawnAt = 0;
  #isDrawn = false;
  #isAwaited = false;

  constructor(
    output: Output,
    clock: Clock,
    write: (text: string) => void = (text) => writeStream(2, text),
  ) {
    this.#write = write;
    this.#output = output;
    const { say, warn, detail } = output;
    this.#talk = { say: this.#above(say), warn: this.#above(warn), detail: this.#above(detail) };
    this.#clock = clock;
  }

  readonly report = (event: PkmEvent): void => {
    this.#began ??= this.#drawnAt = this.#clock.elapsed();
    const { say, warn, detail } = this.#talk;
    switch (event.type) {
      case "resolution-began":
        this.#stage = "Resolving";
        break;
      case "version-considered":
      case "conflicted":
      case "resolution-restarted":
        this.struggle.note(event);
        break;
      case "page-read":
        this.#pages += 1;
        detail(`read ${event.name} from ${event.repository}`);
        break;
      case "resolution-ended":
        this.#stage = "";
        say(
          event.remembered
            ? `Resolved ${plural(event.packages, "package")} as before`
            : `Resolved ${plural(event.packages, "package")} in ${time(this.#clock.elapsed() - this.#began)}`,
        );
        break;
      case "preparation-began":
        this.#stage = "Fetching";
        this.#wheels = { wanted: event.wheels, ready: 0 };
        break;
      case "download-advanced":
        this.#bytes.set(event.filename, event.received);
        break;
      case "download-finished":
        this.#bytes.set(event.filename, event.size);
        detail(`downloaded ${event.filename}`);
        break;
      case "wheel-ready":
        this.#wheels.ready += 1;
        break;
      case "wheel-staged":
        this.#stage = this.#wheels.ready < this.#wheels.wanted ? "Fetching" : "Installing";
        break;
      case "folders-not-shared":
        warn(`folders are not shared with the store, files are linked one by one: ${event.reason}`);
        break;
      case "files-collided":
        warn(event.warning);
        break;
      case "warning":
        warn(event.text);
        break;
      case "environment-awaited":
        say(`Waiting for ${event.holder}, which is changing ${event.root}`);
        break;
      case "transaction-recovered":
        warn(
          `an interrupted command had left ${event.root} unfinished; its change was ${event.outcome === "undone" ? "undone" : "completed"}`,
        );
        break;
      case "request-retried":
        say(
          `Asking ${event.url} again${event.wait > 0 ? ` in ${time(event.wait)}` : ""}: ${event.reason}`,
        );
        break;
      case "keyring-skipped":
        detail(`no passwords from the keyring: ${event.reason}`);
        break;
      case "insecure-repository-ignored":
        warn(
          `${event.url} is ignored: it is not encrypted and not trusted; use --trusted-host ${event.host}`,
        );
        break;
      case "find-links-missing":
        warn(`--find-links ${event.location} is ignored: ${event.reason}`);
        break;
      case "newer-page-met":
        warn(
          `${event.repository} speaks version ${event.version} of the simple API, which is newer than this pkm`,
        );
        break;
      case "git-fetch-began":
        this.#stage = `Cloning ${event.url}`;
        break;
      case "git-fetch-ended":
        this.#stage = "";
        detail(`fetched ${event.url}`);
        break;
      case "git-lfs-missing":
        warn(`${event.url} keeps large files by git-lfs, which is not installed; they are missing`);
        break;
      case "build-began":
        this.#stage = `Building ${event.source}`;
        break;
      case "build-logged":
        detail(`the log of ${event.source} is ${event.log}`);
        break;
      case "build-folder-kept":
        say(`The folder in which ${event.source} is built stays: ${event.folder}`);
        break;
      case "build-ended":
        this.#stage = "";
        break;
      case "download-started":
      case "change-began":
      case "change-prepared":
      case "environment-switched":
        break;
      default:
        event satisfies never;
    }
    this.#draw();
  };

  /** Takes the line away. */
  end(): void {
    if (this.#isDrawn) this.#write("\r\u001B[K");
    this.#isDrawn = false;
    this.#stage = "";
  }

  /** Talk in between: the line makes room and comes back with the next event. */
  #above(tell: (text: string) => void): (text: string) => void {
    return (text) => {
      const stage = this.#stage;
      this.end();
      this.#stage = stage;
      tell(text);
    };
  }

  /** True while versions are looked for. */
  get isResolving(): boolean {
    return this.#stage === "Resolving";
  }

  #resolvingText(): string {
    const pages =
      this.#pages === 0 ? "Resolving" : `Resolving, ${plural(this.#pages, "project")} read`;
    // A resolution that is done at once needs no words.
    return this.struggle.attempts < 50 ? pages : `${pages}: ${this.struggle.line}`;
  }

  /** Nobody may have anything to tell for a long time. */
  #drawLater(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    void this.#clock.sleep(pace).then(() => {
      this.#isAwaited = false;
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#output.interactive || this.#stage === "") return;
    const now = this.#clock.elapsed();
    if (now - this.#drawnAt < pace) return this.#drawLater();
    this.#drawnAt = now;
    this.#isDrawn = true;
    let received = 0;
    for (const bytes of this.#bytes.values()) received += bytes;
    const text = this.isResolving
      ? this.#resolvingText()
      : stageText(this.#stage, this.#wheels, received);
    this.#write(`\r\u001B[K${text.slice(0, terminalColumns() - 1)}`);
  }
}

/** What is being done, and how much of it is there, where something is awaited at all. */
export function stageText(
  stage: string,
  { wanted, ready }: { readonly wanted: number; readonly ready: number },
  received: number,
): string {
  const counted = stage === "Fetching" || stage === "Installing";
  const wheels = counted && wanted > 0 ? ` ${ready}/${wanted}` : "";
  return `${stage}${wheels}${received > 0 ? `, ${size(received)}` : ""}`;
}
