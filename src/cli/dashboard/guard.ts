/** Who may ask the dashboard: somebody who knows the token, by the name of this machine, and from no other page. */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Makes a token that nobody can guess. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

/** Checks requests. */
export class Guard {
  readonly #token: Uint8Array;
  readonly #hosts: ReadonlySet<string>;

  /**
   * @param token What a request must show.
   * @param hostname The address that the server listens on.
   */
  constructor(token: string, hostname: string, port: number) {
    this.#token = digestOf(token);
    const names = [hostname, "127.0.0.1", "localhost", "[::1]"];
    this.#hosts = new Set(names.map((name) => `${bracketed(name)}:${port}`));
  }

  /** True if the request was sent to a name of this machine, and not to one that somebody else has led here. */
  isMeant({ url }: Request): boolean {
    const { host, hostname } = new URL(url);
    // A URL leaves port 80 out.
    return this.#hosts.has(host) || this.#hosts.has(`${hostname}:80`);
  }

  /** True if the request shows the token. It takes as long whichever part of it is wrong. */
  isKnown(request: Request): boolean {
    const header = request.headers.get("authorization") ?? "";
    const given = header.startsWith(BEARER)
      ? header.slice(BEARER.length)
      : new URL(request.url).searchParams.get("token") ?? "";
    return timingSafeEqual(digestOf(given), this.#token);
  }

  /** True if no page but ours can have sent it: the token is in a header, and the browser names no other page. */
  isOurs(request: Request): boolean {
    const { headers, url } = request;
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    return (headers.get("authorization") ?? "").startsWith(BEARER) &&
      (origin === null || origin === new URL(url).origin) &&
      (site === null || site === "same-origin");
  }
}

/** Tokens of all lengths have digests of one. */
function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

function bracketed(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

const BEARER = "Bearer ";
