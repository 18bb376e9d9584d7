import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ajv } from "npm:ajv@^8.20.0";
import formats from "npm:ajv-formats@^3.0.1";
import cyclonedx from "npm:@cyclonedx/cyclonedx-library@10.3.0/package.json" with { type: "json" };
import { askedFor, type LockFile, packagesOf } from "../../.ci/lock_file.ts";
import { type Bill, billOf, ownBill, packageOf } from "../../.ci/sbom.ts";

const OWN = { name: "@libmc/libmc", version: "0.1.0", license: "BSD-3-Clause" };

const LOCK: LockFile = {
  specifiers: {
    "jsr:@std/assert@1": "1.0.14",
    "jsr:@std/internal@^1.0.12": "1.0.12",
    "npm:limiter@0.5": "0.5.4_web@4.1.0",
    "npm:web@^4.1.0": "4.1.0",
  },
  jsr: {
    "@std/assert@1.0.14": {
      integrity: "ab".repeat(32),
      dependencies: ["jsr:@std/internal@^1.0.12"],
    },
    "@std/internal@1.0.12": { integrity: "cd".repeat(32) },
    "@std/streams@1.0.13": { integrity: "ef".repeat(32), dependencies: ["jsr:@std/internal"] },
  },
  npm: {
    "limiter@0.5.4_web@4.1.0": { integrity: zeros(), dependencies: ["web", "@deep/part@2.0.0"] },
    "web@4.1.0": { integrity: zeros() },
    "@deep/part@1.0.0": { integrity: zeros() },
    "@deep/part@2.0.0_web@4.1.0": {
      integrity: zeros(),
      optionalDependencies: ["@deep/part@1.0.0"],
    },
  },
};

Deno.test("packagesOf() reads packages of npm and JSR, peers and ranges", () => {
  const packages = packagesOf(LOCK);
  assertEquals(Array.from(packages, ([id, { needs }]) => [id, ...needs]), [
    ["npm:limiter@0.5.4", "npm:web@4.1.0", "npm:@deep/part@2.0.0"],
    ["npm:web@4.1.0"],
    ["npm:@deep/part@1.0.0"],
    ["npm:@deep/part@2.0.0", "npm:@deep/part@1.0.0"],
    ["jsr:@std/assert@1.0.14", "jsr:@std/internal@1.0.12"],
    ["jsr:@std/internal@1.0.12"],
    ["jsr:@std/streams@1.0.13", "jsr:@std/internal@1.0.12"],
  ]);
  assertEquals(packages.get("npm:web@4.1.0")?.hash, { alg: "SHA-512", content: "00".repeat(64) });
  assertEquals(packages.get("jsr:@std/assert@1.0.14")?.hash, {
    alg: "SHA-256",
    content: "ab".repeat(32),
  });
  assertEquals(askedFor(LOCK).at(2), "npm:limiter@0.5.4");
  const broken = { npm: { "a@1.0.0": { integrity: zeros(), dependencies: ["b"] } } };
  assertThrows(() => packagesOf(broken), Error, "Cannot find b in the lock file");
});

Deno.test("packageOf() reads the modules of npm and JSR", () => {
  assertEquals(packageOf("npm:/@a/b@1.2.0_c@1.0.0/mod.js"), "npm:@a/b@1.2.0");
  assertEquals(packageOf("npm:/commander@15.1.0"), "npm:commander@15.1.0");
  assertEquals(packageOf("https://a.example/@std/crypto/1.0.5/mod.ts"), "jsr:@std/crypto@1.0.5");
  assertEquals(packageOf("file:///src/mod.ts"), undefined);
  assertEquals(packageOf("node:net"), undefined);
});

Deno.test("billOf() requires what is imported and all that it needs, and nothing else", () => {
  const { components } = billOf(OWN, [LOCK], ["npm:limiter@0.5.4"]);
  const required = components.filter(({ scope }) => scope === "required");
  assertEquals(required.map((component) => component["bom-ref"]), [
    "pkg:npm/%40deep/part@1.0.0",
    "pkg:npm/%40deep/part@2.0.0",
    "pkg:npm/limiter@0.5.4",
    "pkg:npm/web@4.1.0",
  ]);
  assertThrows(() => billOf(OWN, [LOCK], ["npm:gone@1.0.0"]), Error, "Cannot find npm:gone@1.0.0");
});

Deno.test("sbom: the bill is valid CycloneDX 1.6", async () => {
  const validate = await validator();
  for (const bill of [await ownBill(), billOf(OWN, [LOCK], ["jsr:@std/assert@1.0.14"])]) {
    assert(validate(bill), JSON.stringify(validate.errors));
  }
  assertEquals(validate({ ...await ownBill(), components: [{ name: "no type" }] }), false);
});

Deno.test("sbom: the bill has every package of every lock file, and the way to each", async () => {
  const bill = await ownBill();
  const refs = new Set(bill.components.map((component) => component["bom-ref"]));
  assertEquals(refs.size, bill.components.length);
  for (const path of ["deno.lock", "bench/deno.lock", "src/cli/dashboard/page/deno.lock"]) {
    const lock: LockFile = JSON.parse(await Deno.readTextFile(path));
    for (const key of Object.keys({ ...lock.npm, ...lock.jsr })) {
      const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) as RegExpExecArray;
      assert(bill.components.some((component) => isOf(component, name, version)), key);
    }
  }
  const reached = new Set([bill.dependencies[0].ref]);
  const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  for (const ref of reached) needs.get(ref)?.forEach((needed) => reached.add(needed));
  assertEquals([...refs].filter((ref) => !reached.has(ref)), []);
});

Deno.test("sbom: what users get is required, and what only tests use is not", async () => {
  const { components } = await ownBill();
  const scopes = new Map(components.map(({ name, scope }) => [name, scope]));
  for (const name of ["api", "commander", "console-table-printer", "uplot"]) {
    assertEquals(scopes.get(name), "required", name);
  }
  for (const name of ["hono", "express", "keyv", "unstorage", "playwright-core"]) {
    assertEquals(scopes.get(name), "excluded", name);
  }
});

function isOf(component: Bill["components"][number], name: string, version: string): boolean {
  return component["bom-ref"].endsWith(`/${name.replace("@", "%40")}@${version}`);
}

/** Checks by the schema that the makers of CycloneDX publish. */
async function validator() {
  const folder = await folderOf(`${cyclonedx.name}@${cyclonedx.version}`);
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(`${folder}/res/schema/${name}.SNAPSHOT.schema.json`));
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  ajv.addFormat("idn-email", true).addFormat("iri-reference", true);
  for (const name of ["spdx", "jsf-0.82"]) {
    ajv.addSchema(await read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(await read("bom-1.6"));
}

/** The folder in which Deno keeps a package of npm: nothing else tells where those of its files are that it does not export. */
async function folderOf(id: string): Promise<string> {
  const args = ["info", "--json", `npm:${id}/package.json`];
  const { stdout } = await new Deno.Command("deno", { args }).output();
  const { npmPackages } = JSON.parse(new TextDecoder().decode(stdout));
  // Its key may go on with the versions of its peers.
  const key = Object.keys(npmPackages).find((key) => key === id || key.startsWith(`${id}_`)) ?? id;
  return npmPackages[key].localPath;
}

function zeros(): string {
  return `sha512-${btoa("\0".repeat(64))}`;
}
