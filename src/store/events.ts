/** What the store tells of its upkeep. */
export type StoreEvent =
  | { readonly type: "store-lock-awaited"; readonly holder: string }
  | {
      readonly type: "stored-wheel-verified";
      readonly filename: string;
      readonly problems: readonly string[];
    };
