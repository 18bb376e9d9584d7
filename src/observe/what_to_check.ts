/** What to look at when calls to a server have failed from the start, by the error of the first one. */

import {
  ConnectionError,
  MemcachedError,
  ProtocolError,
  ReplyError,
  ServerDeadError,
  TimeoutError,
} from "../errors.ts";
import { type DialFailure, dialFailureOf } from "../transports/dial_failure.ts";
import { isA, isSound } from "../thrown.ts";

/** The advice for an error, as sentences. */
export function whatToCheck(error: MemcachedError): string {
  const cause = error instanceof ServerDeadError ? error.cause : undefined;
  const failure = isSound(cause, MemcachedError) ? cause : error;
  if (failure instanceof ProtocolError) return NO_MEMCACHED;
  if (failure instanceof ReplyError) {
    return /user and password/.test(failure.message) ? PASSWORD : REFUSES;
  }
  if (failure instanceof TimeoutError) return SILENT;
  if (!(failure instanceof ConnectionError)) return ANYTHING;
  if (failure.reason === "busy") return FULL;
  if (failure.step !== "dial") return isBug(failure) ? TRANSPORT : HANGS_UP;
  const kind = dialFailureOf(failure.cause);
  return kind === undefined ? ANYTHING : DIALS[kind];
}

/** True if the transport itself is wrong. */
function isBug({ cause }: MemcachedError): boolean {
  return isSound(cause, MemcachedError)
    ? isBug(cause)
    : isA(cause, TypeError) || isA(cause, RangeError);
}

const NO_MEMCACHED =
  'What answers there is no memcached, or speaks TLS: check the port (11211 is the usual one), and the option "tls".';
const PASSWORD = 'Give the option "auth".';
const REFUSES = "Check the server or, if it is a proxy, the servers behind it.";
const SILENT =
  "It takes connections and does not answer: check that memcached there is not stopped or overloaded, " +
  'that the port is its own, and the option "tls", which a server with TLS waits for.';
const FULL = "Raise the number of connections that memcached takes (-c).";
const HANGS_UP =
  'Something there hangs up: check that the port is memcached\'s, and the option "tls", without which a server with TLS hangs up.';
const ANYTHING =
  'Check its address and port, whether memcached runs there, and the function of the option "connect", if there is one.';
const TRANSPORT =
  'There is a mistake in the transport that the function of the option "connect" has given.';

const DIALS: Readonly<Record<DialFailure, string>> = {
  denied:
    "Let the program use the network: --allow-net on Deno, for a Unix socket --allow-read and --allow-write, too.",
  unknownName: "Check the name of the host, and the DNS and /etc/hosts of this machine.",
  refused:
    "Check address and port, and that memcached runs there and listens on this address (-l, or -s for a socket).",
  missing: "Check the path, and that memcached runs with -s and this path.",
  forbidden: "Check who may use the socket (memcached's -a), and the folders above it.",
  unreachable: "Check the address, the routes and the VPN of this machine.",
  timeout:
    'Check the address and firewalls, which drop what they do not like; if the server is only far away, raise "connectTimeout".',
  reset: "Something there hangs up: check the port, and how many connections memcached takes (-c).",
  certificate:
    'Check the certificate of the server, and the options "tls.caCerts" and "tls.serverName".',
  handshake:
    'Check that the server speaks TLS on this port (memcached -Z), or leave out the option "tls".',
};
