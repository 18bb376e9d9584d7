/**
 * Writes the bill of materials, in CycloneDX 1.6: every package of the lock files, its checksum, what needs what, and
 * which of them users get (`required`) and which only tests, benches and tools use (`excluded`).
 *
 * @module
 */

import { askedFor, idOf, type LockFile, type Package, packagesOf } from "./lock_file.ts";

const ROOT = `${import.meta.dirname}/..`;

/** The lock files: of the package and its tests, of the benches, and of the dashboard's page, which is bundled. */
const PAGE = "src/cli/dashboard/page/deno.lock";
const LOCK_FILES: readonly string[] = ["deno.lock", "bench/deno.lock", PAGE];

/** A program that imports every entry point. */
const EVERY_ENTRY_POINT = ".ci/jsr_check/use.ts";

/** A bill, as far as others look at it. */
export interface Bill {
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly name: string;
    readonly version: string;
    readonly scope: "required" | "excluded";
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * Makes a bill.
 *
 * @param own The package that it is for.
 * @param locks What the lock files say.
 * @param imported The ids of packages that published code imports, or has in it. What these need is required as well.
 */
export function billOf(
  own: { readonly name: string; readonly version: string; readonly license: string },
  locks: readonly LockFile[],
  imported: Iterable<string>,
): Bill {
  const packages = new Map(locks.flatMap((lock) => [...packagesOf(lock)]));
  const required = new Set(imported);
  for (const id of required) {
    const found = packages.get(id);
    if (found === undefined) throw new Error(`Cannot find ${id} in a lock file`);
    found.needs.forEach((needed) => required.add(needed));
  }
  const self = purlOf({ registry: "jsr", ...own });
  const refOf = (id: string) => purlOf(packages.get(id) as Package);
  const components = Array.from(packages).sort(([a], [b]) => a < b ? -1 : 1).map(([id, found]) => ({
    type: "library",
    "bom-ref": refOf(id),
    ...nameOf(found.name),
    version: found.version,
    scope: required.has(id) ? "required" as const : "excluded" as const,
    hashes: [found.hash],
    purl: refOf(id),
  }));
  const direct = new Set(locks.flatMap(askedFor));
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: new Date().toISOString(),
      lifecycles: [{ phase: "build" }],
      component: {
        type: "library",
        "bom-ref": self,
        ...nameOf(own.name),
        version: own.version,
        licenses: [{ license: { id: own.license } }],
        purl: self,
      },
    },
    components,
    dependencies: [
      { ref: self, dependsOn: Array.from(direct, refOf).sort() },
      ...Array.from(packages, ([id, { needs }]) => ({
        ref: refOf(id),
        dependsOn: needs.map(refOf).sort(),
      })),
    ],
  };
  return bill;
}

/** A package URL. */
function purlOf({ registry, name, version }: Omit<Package, "hash" | "needs">): string {
  return `pkg:${registry}/${name.replace("@", "%40")}@${version}`;
}

function nameOf(name: string): { group?: string; name: string } {
  const [group, own] = name.split("/");
  return own === undefined ? { name } : { group, name: own };
}

/** The bill of this checkout. */
export async function ownBill(): Promise<Bill> {
  const own = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const locks = await Promise.all(LOCK_FILES.map(async (path): Promise<LockFile> => {
    return JSON.parse(await Deno.readTextFile(`${ROOT}/${path}`));
  }));
  const bundled = askedFor(locks[LOCK_FILES.indexOf(PAGE)]);
  return billOf(own, locks, [...await importedPackages(), ...bundled]);
}

/** The packages of others that an import of every entry point loads. */
async function importedPackages(): Promise<Set<string>> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["info", "--json", EVERY_ENTRY_POINT],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot list the imports: ${decoder.decode(stderr)}`);
  const { modules } = JSON.parse(decoder.decode(stdout)) as { modules: { specifier: string }[] };
  const imported = modules.map(({ specifier }) => packageOf(specifier));
  return new Set(imported.filter((id) => id !== undefined));
}

/** Gives the id of the package that a module is from, as `deno info` names the module; `undefined` for one of this package. */
export function packageOf(specifier: string): string | undefined {
  const registry = specifier.startsWith("npm:") ? "npm" : "jsr";
  const [, name, version] = (registry === "npm" ? NPM : JSR).exec(specifier) ?? [];
  return name === undefined ? undefined : idOf({ registry, name, version });
}

const NPM = /^npm:\/((?:@[^/]+\/)?[^@/]+)@([^/_]+)/;
const JSR = /^https:\/\/[^/]+\/(@[^/]+\/[^/]+)\/(\d[^/]*)\//;

if (import.meta.main) console.log(JSON.stringify(await ownBill(), null, 2));
