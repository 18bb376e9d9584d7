/**
 * Certificates for tests, made by the program openssl in a folder of their own: an authority, and what it issues.
 */

/** A certificate and its private key, as PEM texts and as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** For which hosts: `localhost`, `127.0.0.1` and `::1` unless given. */
  hosts?: readonly string[];
  /** When it expires: in a day unless given. */
  until?: Date;
}

/** Who issues certificates, and forgets all of them at the end. */
export class Authority implements AsyncDisposable {
  readonly #folder: string;
  #certificate: Certificate | undefined;
  #issued = 0;

  /**
   * Makes an authority.
   *
   * @throws {Error} If openssl is missing; the message is one line and says how to install it.
   */
  static async create(): Promise<Authority> {
    const authority = new Authority(await Deno.makeTempDir({ prefix: "libmc-authority-" }));
    try {
      await authority.#begin();
      return authority;
    } catch (error) {
      await authority[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Its own certificate, which it has signed itself: what a client or a server is to trust. */
  get certificate(): Certificate {
    if (this.#certificate === undefined) throw new Error("Cannot use an authority not yet made");
    return this.#certificate;
  }

  /** Issues a certificate, for a server as well as for a client. */
  async issue(options: CertificateOptions = {}): Promise<Certificate> {
    const { hosts = LOCAL_HOSTS, until = new Date(Date.now() + DAY) } = options;
    const name = `issued${++this.#issued}`;
    const path = (ending: string) => `${this.#folder}/${name}.${ending}`;
    await this.#newKey(path("key"));
    await this.#openssl("req", "-new", "-subj", `/CN=${name}`, "-key", path("key"), [
      "-out",
      path("request"),
    ]);
    await Deno.writeTextFile(path("extensions"), extensionsFor(hosts));
    const from = new Date(Math.min(Date.now(), until.getTime()) - DAY);
    await this.#openssl("ca", "-batch", "-notext", "-in", path("request"), "-out", path("pem"), [
      ...["-cert", this.certificate.certPath, "-keyfile", this.certificate.keyPath],
      ...["-startdate", dateOf(from), "-enddate", dateOf(until), "-extfile", path("extensions")],
    ]);
    return await this.#read(name);
  }

  /** Deletes all keys and certificates. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #begin(): Promise<void> {
    await Deno.writeTextFile(this.#config, configFor(this.#folder));
    await Deno.writeTextFile(`${this.#folder}/index.txt`, "");
    await Deno.writeTextFile(`${this.#folder}/serial`, "01\n");
    const path = (ending: string) => `${this.#folder}/authority.${ending}`;
    await this.#newKey(path("key"));
    // Two authorities of one name would be taken for each other.
    const subject = `/CN=libmc test authority ${crypto.randomUUID()}`;
    await this.#openssl("req", "-x509", "-new", "-subj", subject, "-days", "2", [
      ...["-extensions", "authority", "-key", path("key"), "-out", path("pem")],
    ]);
    this.#certificate = await this.#read("authority");
  }

  get #config(): string {
    return `${this.#folder}/openssl.cnf`;
  }

  async #read(name: string): Promise<Certificate> {
    const certPath = `${this.#folder}/${name}.pem`;
    const keyPath = `${this.#folder}/${name}.key`;
    const [cert, key] = await Promise.all(
      [certPath, keyPath].map((path) => Deno.readTextFile(path)),
    );
    return { cert, key, certPath, keyPath };
  }

  async #newKey(path: string): Promise<void> {
    await run(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path]);
  }

  async #openssl(...parts: (string | readonly string[])[]): Promise<void> {
    const [command, ...rest] = parts.flat();
    await run([command, "-config", this.#config, ...rest]);
  }
}

async function run(args: readonly string[]): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return;
    throw new Error(`Cannot run openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      "Cannot find openssl: install it by `sudo apt-get install openssl` (Debian, Ubuntu) or `brew install openssl`",
    );
  }
}

function configFor(folder: string): string {
  return `
[ca]
default_ca = authority_files
[authority_files]
database = ${folder}/index.txt
new_certs_dir = ${folder}
serial = ${folder}/serial
default_md = sha256
policy = any_name
unique_subject = no
[any_name]
commonName = supplied
[req]
distinguished_name = given
[given]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
`;
}

function extensionsFor(hosts: readonly string[]): string {
  const names = hosts.map((host) => /^[\d.]+$|:/.test(host) ? `IP:${host}` : `DNS:${host}`);
  return `
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = ${names.join(", ")}
`;
}

/** As openssl takes a date: 20260131235959Z. */
function dateOf(date: Date): string {
  return date.toISOString().replace(/\..*/, "Z").replaceAll(/[-:T]/g, "");
}

const LOCAL_HOSTS = ["localhost", "127.0.0.1", "::1"];
const DAY = 24 * 60 * 60 * 1000;
