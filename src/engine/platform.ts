/** The platform with which clients dial. The engine knows none by itself: `mod.ts` hands it in. */

import type { TlsOptions } from "../checks/tls.ts";
import type { Connect, Platform, Resolve } from "../transports/transport.ts";

let platform: Platform | undefined;

/** Sets how clients made from now on dial; `undefined` for a runtime that cannot. */
export function usePlatform(given: Platform | undefined): void {
  platform = given;
}

/** How names are looked up, if there is a platform. */
export function resolver(): Resolve | undefined {
  return platform?.resolve;
}

/**
 * Gives the function with which a client with these options dials.
 *
 * @throws {TypeError} If the options have none and there is no platform.
 */
export function dialler(
  { connect, tls = false }: {
    readonly connect?: Connect | undefined;
    readonly tls?: boolean | TlsOptions | undefined;
  },
): Connect {
  if (connect !== undefined) return connect;
  if (platform === undefined) {
    throw new TypeError(
      'Cannot make a client without option "connect" as this runtime has neither Deno.connect nor node:net: ' +
        "use Deno, Node or Bun, or give a function that dials",
    );
  }
  if (tls === false) return platform.connect;
  return platform.connectTls(tls === true ? {} : tls);
}
