import type { Secrets } from "#platform/ports";

/** The keyring of this machine; one that cannot be reached (no desktop, no daemon) holds nothing. */
export class RealSecrets implements Secrets {
  async password(service: string, username: string): Promise<string | undefined> {
    try {
      return (await Bun.secrets.get({ service, name: username })) ?? undefined;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "ERR_SECRETS_PLATFORM_ERROR")
        return undefined;
      throw error;
    }
  }
}
