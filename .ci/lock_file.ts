/**
 * Reads lock files of Deno: which packages there are, and which of them need which others.
 *
 * @module
 */

/** A lock file, as far as it is read here. */
export interface LockFile {
  /** What was asked for, as in `npm:hono@^4.13.19`, and the version that it is. */
  readonly specifiers?: Readonly<Record<string, string>>;
  readonly npm?: Readonly<Record<string, LockedPackage>>;
  readonly jsr?: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  /** Of npm as in `sha512-…`, in base 64; of JSR a SHA-256 in hexadecimal digits. */
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

/** A package of exactly one version. */
export interface Package {
  readonly registry: "npm" | "jsr";
  /** With its scope, as in `@std/assert`. */
  readonly name: string;
  readonly version: string;
  readonly hash: { readonly alg: string; readonly content: string };
  /** The ids of packages that it needs. */
  readonly needs: readonly string[];
}

/** Names a package of one version: `npm:hono@4.13.19`. */
export function idOf({ registry, name, version }: Omit<Package, "hash" | "needs">): string {
  return `${registry}:${name}@${version}`;
}

/**
 * Gives the packages of a lock file by their ids. One that npm has once for each set of its peers is one package.
 *
 * @throws {Error} If a package needs one that the file does not have.
 */
export function packagesOf(lock: LockFile): Map<string, Package> {
  const packages = new Map<string, Package>();
  for (const registry of ["npm", "jsr"] as const) {
    for (const [key, locked] of Object.entries(lock[registry] ?? {})) {
      const { name, version } = partsOf(key);
      const wanted = [...locked.dependencies ?? [], ...locked.optionalDependencies ?? []];
      const needs = wanted.map((text) => resolved(lock, registry, text));
      const id = idOf({ registry, name, version });
      const all = new Set([...packages.get(id)?.needs ?? [], ...needs]);
      const hash = registry === "npm"
        ? fromBase64(locked.integrity)
        : { alg: "SHA-256", content: locked.integrity };
      packages.set(id, { registry, name, version, hash, needs: [...all] });
    }
  }
  return packages;
}

/** Gives the ids of the packages that were asked for directly. */
export function askedFor({ specifiers = {} }: LockFile): string[] {
  return Object.entries(specifiers).map(([specifier, version]) => {
    const [, registry, name] = /^(npm|jsr):(@?[^@]+)/.exec(specifier) ?? [];
    if (registry !== "npm" && registry !== "jsr") throw new Error(`Cannot read ${specifier}`);
    return idOf({ registry, name, version: withoutPeers(version) });
  });
}

/** A dependency has its version only if there are several; one of JSR may have a range. */
function resolved(lock: LockFile, registry: "npm" | "jsr", text: string): string {
  const [, prefix = registry, rest] = /^(?:(npm|jsr):)?(.+)$/.exec(text.replace(/^.+@npm:/, ""))!;
  const { name, version } = partsOf(rest);
  const range = lock.specifiers?.[`${prefix}:${rest}`];
  const found = Object.keys(lock[prefix as "npm" | "jsr"] ?? {}).map(partsOf).find((other) =>
    other.name === name &&
    (version === "" || other.version === version || other.version === withoutPeers(range ?? ""))
  );
  if (found === undefined) throw new Error(`Cannot find ${text} in the lock file`);
  return idOf({ registry: prefix as "npm" | "jsr", ...found });
}

function partsOf(key: string): { name: string; version: string } {
  const [, name, version = ""] = /^(@?[^@]+)(?:@(.*))?$/.exec(key)!;
  return { name, version: withoutPeers(version) };
}

/** npm's packages carry the versions of their peers: `0.5.4_hono@4.13.19`. */
function withoutPeers(version: string): string {
  return version.split("_")[0];
}

function fromBase64(integrity: string): Package["hash"] {
  const [, bits, text] = /^sha(256|384|512)-(.+)$/.exec(integrity) ?? [];
  if (text === undefined) throw new Error(`Cannot read the integrity ${integrity}`);
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return { alg: `SHA-${bits}`, content: digits.join("") };
}
