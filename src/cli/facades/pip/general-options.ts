import type { OptionTable } from "#cli/command";

/**
 * The options that pip takes with every command, as far as pkm's own general options are not the same. Most of them
 * bear on nothing that a command without an index does, and are taken so that scripts and configuration files fit.
 */
export const generalOptions = {
  python: { help: "The environment: its folder, or an interpreter", value: "PYTHON", short: "p" },
  isolated: { help: "Ignore pip's configuration files and variables" },
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
  "keyring-provider": {
    help: "Where passwords are looked for",
    value: "WAY",
    choices: ["auto", "disabled", "import", "subprocess"],
    hidden: true,
  },
  proxy: { help: "Proxy for all requests", value: "URL", hidden: true },
  "no-proxy-env": { help: "Do not read the proxy variables", hidden: true },
  retries: { help: "How often a failed request is tried again", value: "N", hidden: true },
  timeout: {
    help: "Seconds without progress before a request is given up",
    value: "SECONDS",
    aliases: ["default-timeout"],
    hidden: true,
  },
  "resume-retries": {
    help: "How often an incomplete download is resumed",
    value: "N",
    hidden: true,
  },
  "exists-action": {
    help: "What to do when a checkout exists (pkm makes none)",
    value: "WAY",
    many: true,
    choices: ["s", "i", "w", "b", "a"],
    hidden: true,
  },
  "trusted-host": {
    help: "Host whose certificate is not checked",
    value: "HOST",
    many: true,
    hidden: true,
  },
  cert: {
    help: "PEM file with certificates to trust beside the system's",
    value: "FILE",
    hidden: true,
  },
  "client-cert": {
    help: "PEM file with a client certificate and its key",
    value: "FILE",
    hidden: true,
  },
  "disable-pip-version-check": { help: "Do not look for a newer pip (pkm does not)", hidden: true },
  "no-python-version-warning": { help: "Say nothing of old Pythons (pkm does not)", hidden: true },
  "use-feature": {
    help: "Features of pip (pkm has its own)",
    value: "NAME",
    many: true,
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
