/** The first steps: look the name up, dial, shake hands, and hear who is there. */

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Connect, Endpoint, TlsOptions, Transport } from "../../../mod.ts";
import type { Clock } from "../../clock.ts";
import { platformOf } from "../../transports/platform.ts";
import { shownCertificate } from "./certificate.ts";
import { dialFailure } from "./dial_failure.ts";
import { failed, ok, type Said, warned } from "./finding.ts";
import { firstReply, saidFirst, speakerOf, speaksBinary } from "./first_reply.ts";

/** What these steps need. */
export interface DialSetUp {
  readonly endpoint: Endpoint;
  readonly tls: TlsOptions | undefined;
  readonly clock: Clock;
  /** In milliseconds. */
  readonly timeout: number;
}

/** Looks up the name of the host. */
export async function checkName({ endpoint }: DialSetUp): Promise<Said> {
  if ("path" in endpoint) return { state: "skip", text: "a Unix socket has none" };
  const { hostname } = endpoint;
  if (isIP(hostname) !== 0) return { state: "skip", text: `${hostname} is an address` };
  try {
    const found = await lookup(hostname, { all: true });
    return ok(`${hostname} is ${[...new Set(found.map(({ address }) => address))].join(", ")}`);
  } catch (error) {
    if ((error as Error).name === "NotCapable") return dialFailure(error, endpoint, 0);
    return failed(
      `no address is known for ${hostname}`,
      "Check its spelling, and the DNS and /etc/hosts of this machine",
    );
  }
}

/** Dials without TLS, and hangs up. */
export async function checkDial(setUp: DialSetUp): Promise<Said> {
  const { endpoint, timeout } = setUp;
  try {
    const transport = await dialled(clearConnect(), setUp);
    transport.close();
    return ok(`${"path" in endpoint ? endpoint.path : `port ${endpoint.port}`} takes connections`);
  } catch (error) {
    return dialFailure(error, endpoint, timeout);
  }
}

/** Makes a handshake as the client does. */
export async function checkTls(setUp: DialSetUp): Promise<Said> {
  const { endpoint, tls, timeout } = setUp;
  if (tls === undefined) return { state: "skip", text: "not asked for" };
  const shown = await shownCertificate(endpoint, tls.serverName, timeout);
  if (shown === undefined) return await withoutHandshake(setUp);
  try {
    const transport = await dialled(tlsConnect(tls), setUp);
    transport.close();
  } catch (error) {
    return tlsFailure(error as Error);
  }
  const days = Math.floor((shown.until.getTime() - Date.now()) / 86_400_000);
  const text = `${shown.protocol}, for ${shown.names}, until ${dayOf(shown.until)}`;
  return days >= FEW_DAYS
    ? ok(text)
    : warned(text, `Renew the certificate: it expires in ${days} days`);
}

const FEW_DAYS = 14;

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The server shakes no hands. */
async function withoutHandshake(setUp: DialSetUp): Promise<Said> {
  const { clock, timeout } = setUp;
  const reply = await firstReply(await dialled(clearConnect(), setUp), clock, timeout).catch(() =>
    ""
  );
  const speaker = speakerOf(reply);
  if (speaker === "nobody") {
    return failed(
      "there is no handshake",
      "Is this the port of a memcached that was started with -Z?",
    );
  }
  const isMemcached = speaker !== "other" && speaker !== "TLS server";
  return isMemcached
    ? failed("the server speaks without TLS", "Leave out --tls, or start memcached with -Z")
    : failed("there is no handshake", "Check the port: this is no memcached with TLS");
}

function tlsFailure({ message }: Error): Said {
  const [, wayOut] = TLS_WAYS.find(([words]) => words.test(message)) ?? [];
  return failed(message, wayOut);
}

const TLS_WAYS: readonly (readonly [RegExp, string])[] = [
  [/expired|not valid yet/, "Renew the certificate, and check the clocks of both machines"],
  [
    /not valid for name/,
    "Dial the server by a name of its certificate, or give that as --server-name",
  ],
  [/not trusted/, "Give the certificate of its issuer as --ca"],
  [/client certificate/, "Give a certificate that the server trusts as --cert, with its --key"],
];

/** Hears who is there. A server that wants TLS is asked whether it does. */
export async function checkFirstReply(
  setUp: DialSetUp,
): Promise<{ readonly said: Said; readonly isLocked: boolean }> {
  const { endpoint, tls, clock, timeout } = setUp;
  const connect = tls === undefined ? clearConnect() : tlsConnect(tls);
  const reply = await firstReply(await dialled(connect, setUp), clock, timeout);
  const speaker = speakerOf(reply);
  const isLocked = speaker === "locked memcached";
  if (tls === undefined && (speaker === "nobody" || speaker === "TLS server")) {
    const shown = await shownCertificate(endpoint, undefined, timeout);
    if (shown !== undefined) {
      const said = failed(
        `the server wants TLS, and has a certificate for ${shown.names}`,
        "Give --tls, and --ca if its issuer is one of your own",
      );
      return { said, isLocked };
    }
  }
  if (reply === undefined && await speaksBinary(await dialled(connect, setUp), clock, BRIEFLY)) {
    return { said: BINARY_ONLY, isLocked };
  }
  return { said: saidFirst(reply, timeout), isLocked };
}

const BINARY_ONLY = failed(
  "it is a memcached that speaks its binary protocol only",
  "Start it without -B binary and without -S (SASL): for a password memcached has -Y, with the text protocol",
);

/** Milliseconds: a server that is well says at once that it speaks the binary protocol. */
const BRIEFLY = 500;

/** Dials, for as long as a dial may take. */
async function dialled(
  connect: Connect,
  { endpoint, clock, timeout }: DialSetUp,
): Promise<Transport> {
  const controller = new AbortController();
  const cancel = clock.after(timeout, () => {
    controller.abort(new DOMException(`Timed out after ${timeout} ms`, "TimeoutError"));
  });
  try {
    return await connect(endpoint, controller.signal);
  } finally {
    cancel();
  }
}

function clearConnect(): Connect {
  return platform().connect;
}

function tlsConnect(tls: TlsOptions): Connect {
  return platform().connectTls(tls);
}

function platform() {
  const found = platformOf(globalThis);
  if (found === undefined) throw new TypeError("Cannot dial on this runtime");
  return found;
}
