/** What happens on the way to an answer. Addresses come without credentials. */
export type HttpEvent =
  | {
      readonly type: "request-retried";
      readonly url: string;
      readonly reason: string;
      /** Milliseconds until the next attempt. */
      readonly wait: number;
    }
  | { readonly type: "keyring-skipped"; readonly reason: string };
