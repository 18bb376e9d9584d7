/** The servers and the options of a client, from the options of the command line and from the environment. */

import { type Command, Option } from "commander";
import {
  type ClientOptions,
  type Codec,
  dalliCodec,
  jsCodec,
  jsonCodec,
  libmcCodec,
  memjsCodec,
  nodeMemcachedCodec,
  phpCodec,
  type PresetName,
  presets,
  pylibmcCodec,
  pymemcacheCodec,
  type TlsOptions,
} from "../../mod.ts";
import { addToList, integer, listOf } from "./arguments.ts";
import type { CliIo } from "./cli_io.ts";
import { checkSpaces, checkWeightForms, type ListedServer, readServer } from "./server_list.ts";
import { readTextFile } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** What a client is made with. */
export interface SetUp {
  readonly servers: readonly ListedServer[];
  readonly options: ClientOptions;
}

/** The options that all commands take, as commander gives them. */
export interface GlobalOptions {
  readonly servers?: readonly string[];
  readonly preset?: PresetName;
  readonly codec?: keyof typeof CODECS;
  readonly distribution?: ClientOptions["distribution"];
  readonly hash?: ClientOptions["hash"];
  readonly hashFn?: ClientOptions["hashFn"];
  readonly hashTag?: string;
  readonly hashPrefix?: "yes" | "no";
  readonly longKeys?: "refuse" | "hash";
  readonly prefix?: string;
  readonly timeout?: number;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

const CODECS: Readonly<Record<string, Codec>> = {
  js: jsCodec,
  libmc: libmcCodec,
  json: jsonCodec,
  pylibmc: pylibmcCodec,
  pymemcache: pymemcacheCodec,
  php: phpCodec,
  dalli: dalliCodec,
  nodeMemcached: nodeMemcachedCodec,
  memjs: memjsCodec,
};

/** Adds the options that all commands take. */
export function addGlobalOptions(program: Command): void {
  program
    .option(
      "-s, --servers <list>",
      "servers, as host:port or host:port*weight, with commas between them",
      addToList,
    )
    .addOption(
      new Option("--preset <name>", "place keys and read values as another client does")
        .choices(Object.keys(presets)),
    )
    .addOption(
      new Option("--codec <name>", "how values are read and written").choices(Object.keys(CODECS)),
    )
    .option("--distribution <name>", "how keys are spread over the servers")
    .option("--hash <name>", "the hash of keys, for distributions that leave a choice")
    .option("--hash-fn <name>", "the hash of keys for libmc's distribution")
    .option("--hash-tag <two>", 'two characters: what stands between them places a key, as "{}"')
    .addOption(
      new Option("--hash-prefix <yes|no>", "whether the prefix takes part in placing keys")
        .choices(["yes", "no"]),
    )
    .addOption(
      new Option("--long-keys <what>", "what becomes of keys of more than 250 bytes")
        .choices(["refuse", "hash"]),
    )
    .option("--prefix <text>", "what stands before every key")
    .option(
      "--timeout <ms>",
      `longest time for a dial, and for a silence (${DEFAULT_TIMEOUT})`,
      integer(1, 2 ** 31 - 1),
    )
    .option("--tls", "dial with TLS")
    .option("--ca <file>", "certificates to trust, as PEM; with TLS")
    .option("--cert <file>", "the client's certificate, as PEM; with TLS")
    .option("--key <file>", "the client's private key, as PEM; with TLS")
    .option("--server-name <host>", "the name that the certificate must have; with TLS")
    .option("--user <name>", "user; the password comes from LIBMC_PASSWORD, a file or the terminal")
    .option("--password-file <file>", "the file that holds the password, and nothing else")
    .option("--json", "write JSON, one object a line");
}

/**
 * Makes the set-up of a client.
 *
 * @throws {UsageError} If servers are missing or have weights of another form, a file cannot be read, or options do not go together.
 */
export async function setUpOf(given: GlobalOptions, io: CliIo): Promise<SetUp> {
  const listed = given.servers ?? listOf(io.env("LIBMC_SERVERS") ?? "");
  checkSpaces(listed);
  const servers = listed.map(readServer);
  if (servers.length === 0) {
    throw new UsageError(
      "no servers",
      "Give --servers host:port, or set LIBMC_SERVERS and let Deno read it (deno run -N -E=LIBMC_SERVERS,LIBMC_PASSWORD)",
    );
  }
  const { preset, codec, timeout = DEFAULT_TIMEOUT } = given;
  const tls = await tlsOf(given, io);
  const auth = await authOf(given, io);
  const options: ClientOptions = {
    ...(preset !== undefined && presets[preset]),
    ...(codec !== undefined && { codec: CODECS[codec] }),
    ...given.distribution !== undefined && { distribution: given.distribution },
    ...given.hash !== undefined && { hash: given.hash },
    ...given.hashFn !== undefined && { hashFn: given.hashFn },
    ...given.hashTag !== undefined && { hashTag: given.hashTag },
    ...given.hashPrefix !== undefined && { hashPrefix: given.hashPrefix === "yes" },
    ...given.longKeys !== undefined && { longKeys: given.longKeys },
    ...given.prefix !== undefined && { prefix: given.prefix },
    ...(tls !== undefined && { tls }),
    ...(auth !== undefined && { auth }),
    connectTimeout: timeout,
    pollTimeout: timeout,
    timeout: Math.ceil(LONGER * timeout),
    strict: true,
    warn: false,
  };
  checkWeightForms(servers, options);
  return { servers, options };
}

/** Milliseconds. People wait longer than pages, and are not always in the servers' data centre. */
const DEFAULT_TIMEOUT = 3000;

/**
 * How much longer a call may take than a silence. That a server was silent says more than that a call took too long, so it
 * is to be found first, even on a machine that is so busy that a silence takes a quarter longer.
 */
const LONGER = 1.5;

async function tlsOf(
  { tls = false, ca, cert, key, serverName }: GlobalOptions,
  io: CliIo,
): Promise<TlsOptions | undefined> {
  const isAsked = tls || ca !== undefined || cert !== undefined || serverName !== undefined;
  if (!isAsked && key === undefined) return undefined;
  return {
    ...(ca !== undefined && { caCerts: await readTextFile(io, ca) }),
    ...(cert !== undefined && { cert: await readTextFile(io, cert) }),
    ...(key !== undefined && { key: await readTextFile(io, key) }),
    ...(serverName !== undefined && { serverName }),
  };
}

/** The password is never an argument: everybody on the machine can read those. */
async function authOf(
  { user, passwordFile }: GlobalOptions,
  io: CliIo,
): Promise<ClientOptions["auth"]> {
  if (user === undefined) {
    if (passwordFile === undefined) return undefined;
    throw new UsageError("--password-file without a user", "Give --user as well");
  }
  const password = passwordFile !== undefined
    ? (await readTextFile(io, passwordFile)).replace(/\r?\n$/, "")
    : io.env("LIBMC_PASSWORD") ?? await io.in.ask(`Password of ${user}: `, true);
  if (password !== undefined) return { username: user, password };
  throw new UsageError(
    "no password",
    "Set LIBMC_PASSWORD and let Deno read it (-E=LIBMC_PASSWORD), give --password-file, or run it in a terminal, which asks",
  );
}
