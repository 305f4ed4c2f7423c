export type UnpackRequest = {
  readonly filename: string;
  readonly sha256: string;
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "path"; readonly path: string };
  /** An empty folder of one's own. */
  readonly staging: string;
};

/** What a thread is sent: memory that threads share comes once, and then only the place in it. */
export type UnpackMessage = Omit<UnpackRequest, "content"> & {
  readonly content: UnpackRequest["content"] | SharedContent;
};

type SharedContent = {
  readonly kind: "shared";
  /** Left out when it is the one that the thread was sent before. */
  readonly memory?: SharedArrayBuffer;
  readonly start: number;
  readonly length: number;
};

/** `known` is what the thread was sent before. */
export function messageFor(
  request: UnpackRequest,
  known: SharedArrayBuffer | undefined,
): { readonly message: UnpackMessage; readonly transfer: readonly ArrayBuffer[] } {
  const { content } = request;
  if (content.kind === "path") return { message: request, transfer: [] };
  const { buffer, byteOffset, length } = content.bytes;
  // Memory that nothing else lies in is handed over instead of being copied.
  if (buffer instanceof ArrayBuffer)
    return { message: request, transfer: buffer.byteLength === length ? [buffer] : [] };
  const memory = buffer === known ? {} : { memory: buffer };
  const shared: SharedContent = { kind: "shared", ...memory, start: byteOffset, length };
  return { message: { ...request, content: shared }, transfer: [] };
}

/** What a thread that was sent {@link messageFor} makes of it. */
export function requestIn(
  { content, ...rest }: UnpackMessage,
  known: SharedArrayBuffer | undefined,
): { readonly request: UnpackRequest; readonly memory: SharedArrayBuffer | undefined } {
  if (content.kind !== "shared") return { request: { ...rest, content }, memory: known };
  const memory = content.memory ?? known;
  if (memory === undefined) throw new Error("memory that was never sent");
  const bytes = new Uint8Array(memory, content.start, content.length);
  return { request: { ...rest, content: { kind: "bytes", bytes } }, memory };
}
