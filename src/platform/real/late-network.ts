import type { Network, NetworkRequest, NetworkResponse } from "#platform/ports";

/** The network, loaded with its decoders at the first request: most commands make none. */
export class LateNetwork implements Network {
  #loaded: Promise<Network> | undefined;

  async send(request: NetworkRequest): Promise<NetworkResponse> {
    this.#loaded ??= import("./network.ts").then(({ RealNetwork }) => new RealNetwork());
    return (await this.#loaded).send(request);
  }
}
