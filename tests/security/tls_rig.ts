/** memcached with TLS, the certificates around it, and the two ways in which a client dials it. */

import { Client, type ClientOptions, type TlsOptions } from "@libmc/libmc";
import { Authority, type Certificate } from "../support/certificates.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";

/** A machine that is busy with other tests must not make a call fail. */
export const PATIENT: ClientOptions = { strict: true, connectTimeout: 5000, pollTimeout: 5000 };

/** An authority, and what was started with its certificates. All of it ends together. */
export class TlsRig implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #authority: Authority;
  /** A certificate for this machine. */
  readonly certificate: Certificate;

  static async start(): Promise<TlsRig> {
    const authority = await Authority.create();
    try {
      return new TlsRig(authority, await authority.issue());
    } catch (error) {
      await authority[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(authority: Authority, certificate: Certificate) {
    this.#authority = this.#stack.use(authority);
    this.certificate = certificate;
  }

  get authority(): Authority {
    return this.#authority;
  }

  /**
   * Starts memcached with TLS.
   *
   * @param certificate What it shows.
   * @param asks It takes only clients with a certificate of the authority.
   * @param args Further arguments.
   */
  async memcached(
    certificate: Certificate = this.certificate,
    asks = false,
    args: readonly string[] = [],
  ): Promise<Memcached> {
    const options = [
      `ssl_chain_cert=${certificate.certPath}`,
      `ssl_key=${certificate.keyPath}`,
      ...(asks ? [`ssl_ca_cert=${this.authority.certificate.certPath}`, "ssl_verify_mode=2"] : []),
    ];
    return this.#stack.use(
      await startMemcached({ args: ["-Z", "-o", options.join(","), ...args] }),
    );
  }

  /** The TLS options that trust the authority: as Deno dials, and as node:tls does for a client with a certificate. */
  trusting(options: TlsOptions = {}): TlsOptions[] {
    const trust = { caCerts: this.authority.certificate.cert, ...options };
    return [trust, { ...trust, cert: this.certificate.cert, key: this.certificate.key }];
  }

  /** A patient, strict client. */
  client(server: string | string[], options: ClientOptions): Client {
    return this.#stack.use(new Client(server, { ...PATIENT, ...options }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
