import type { OptionTable } from "#cli/command";
import { pipFeatures } from "#standards/pip-features";

/** How servers are reached. */
export const networkOptions = {
  "keyring-provider": {
    help: "Where passwords are looked for",
    value: "WAY",
    choices: ["auto", "disabled", "import", "subprocess"],
  },
  "trusted-host": {
    help: "Host whose certificate is not checked",
    value: "HOST",
    many: true,
    aliases: ["allow-insecure-host"],
  },
  cert: { help: "PEM file with certificates to trust beside the system's", value: "FILE" },
  "client-cert": { help: "PEM file with a client certificate and its key", value: "FILE" },
  proxy: { help: "Proxy for all requests", value: "URL" },
  "no-proxy-env": { help: "Do not read the proxy variables" },
  timeout: {
    help: "Seconds without progress before a request is given up",
    value: "SECONDS",
    aliases: ["default-timeout"],
    number: true,
  },
  retries: { help: "How often a failed request is tried again", value: "N", number: true },
  "resume-retries": {
    help: "How often an incomplete download is resumed",
    value: "N",
    number: true,
  },
} as const satisfies OptionTable;

/** Whose word counts. */
export const isolatedOption = {
  isolated: { help: "Ignore pip's configuration files and variables" },
} as const satisfies OptionTable;

/** What pip takes with every command and bears on how it talks, or on nothing that pkm does. */
export const commonOptions = {
  "require-virtualenv": {
    help: "Refuse anything but a virtual environment",
    hidden: true,
    aliases: ["require-venv"],
  },
  log: {
    help: "Append everything that is said to a file",
    value: "FILE",
    hidden: true,
    aliases: ["log-file", "local-log"],
  },
  debug: { help: "Let errors of pip through (pkm shows its own as they are)", hidden: true },
  "no-input": { help: "Never ask (pkm never does)", hidden: true },
  "exists-action": {
    help: "What to do when a checkout exists (pkm makes none)",
    value: "WAY",
    many: true,
    choices: ["s", "i", "w", "b", "a"],
    hidden: true,
  },
  "disable-pip-version-check": { help: "Do not look for a newer pip (pkm does not)", hidden: true },
  "no-python-version-warning": { help: "Say nothing of old Pythons (pkm does not)", hidden: true },
  "use-feature": {
    help: "Features of pip (pkm has its own)",
    value: "NAME",
    many: true,
    choices: pipFeatures,
    hidden: true,
  },
  "use-deprecated": {
    help: "Deprecated features of pip",
    value: "NAME",
    many: true,
    hidden: true,
    refused: "pkm has none of them",
  },
} as const satisfies OptionTable;

/**
 * The options that pip takes with every command, as far as pkm's own general options are not the same. Those of the
 * network bear on nothing that a command without an index does, and are taken so that scripts and configuration files
 * fit; a command that asks an index shows them.
 */
export const generalOptions = {
  python: { help: "The environment: its folder, or an interpreter", value: "PYTHON", short: "p" },
  ...isolatedOption,
  ...commonOptions,
  ...hidden(networkOptions),
} as const satisfies OptionTable;

type Hidden<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] & { readonly hidden: true };
};

function hidden<T extends OptionTable>(table: T): Hidden<T> {
  const rows = Object.entries(table).map(([key, option]) => [key, { ...option, hidden: true }]);
  return Object.fromEntries(rows) as Hidden<T>;
}
