/** The suites of others, and what they need. The programs are texts: they are for vitest on Node. */

/** A repository whose suite is in no package. */
export interface Repository {
  readonly name: string;
  readonly url: string;
  /** What is taken from it. */
  readonly files: readonly string[];
}

/** A program of tests. */
export interface Suite {
  readonly file: string;
  /** What it tests. */
  readonly of: string;
  /** Gives the program, for a memcached at an address. */
  text(address: string): string;
}

/** What is installed. */
export const PACKAGES: Readonly<Record<string, string>> = {
  "vitest": "4.1.12",
  "deno-std": "1.4.0",
  "@opentelemetry/api": "1.9.0",
  "unstorage": "1.17.6",
  "destr": "2",
  "keyv": "6.1.0",
  "keyv5": "npm:keyv@5.6.0",
  "@keyv/test-suite": "2.1.2",
  "@faker-js/faker": "10",
  "bignumber.js": "11",
  "json-bigint": "1",
  "timekeeper": "2",
};

export const REPOSITORIES: readonly Repository[] = [
  {
    name: "unstorage",
    url: "https://github.com/unjs/unstorage",
    files: ["src", "test/drivers/utils.ts"],
  },
  { name: "keyv", url: "https://github.com/jaredwray/keyv", files: ["core/test-suite/src"] },
];

/** Gives the configuration of vitest, by which it finds this package at its source. */
export const SETTINGS = (root: string, folder: string): string => `
import { defineConfig } from "vitest/config";
const alias = [
  { find: /^@libmc\\/libmc$/, replacement: "${root}mod.ts" },
  { find: /^@libmc\\/libmc\\/(.*)$/, replacement: "${root}src/adapters/$1/mod.ts" },
  { find: /^@std\\/(crypto|encoding|streams)$/, replacement: "${root}.ci/std/$1/mod.ts" },
  { find: /^npm:deno-std@1\\.4\\.0\\/(.*)$/, replacement: "${folder}/node_modules/deno-std/$1" },
];
export default defineConfig({
  resolve: { alias },
  server: { fs: { strict: false } },
  test: { include: ["suites/*.test.ts"], testTimeout: 20000, fileParallelism: false },
});
`;

export const SUITES: readonly Suite[] = [
  {
    file: "unstorage_1.test.ts",
    of: "unstorage 1.17.6, the driver test of its repository",
    text: (address) => `
      import { vi } from "vitest";
      vi.mock("./unstorage/src/index.ts", () => import("unstorage"));
      ${driverTest(address, "one")}
    `,
  },
  {
    file: "unstorage_2.test.ts",
    of: "unstorage 2 as it is in its repository, its driver test",
    text: (address) => driverTest(address, "two"),
  },
  {
    file: "keyv_5.test.ts",
    of: "Keyv 5.6.0, @keyv/test-suite 2.1.2",
    text: (address) => `
      import * as test from "vitest";
      import { Client } from "@libmc/libmc";
      import { Keyv5Store } from "@libmc/libmc/keyv";
      import { Keyv } from "keyv5";
      import keyvTestSuite from "@keyv/test-suite";
      const client = new Client("${address}");
      keyvTestSuite(test, Keyv, () => new Keyv5Store({ client }));
    `,
  },
  {
    file: "keyv_6.test.ts",
    of: "Keyv 6.1.0, the test suite of its repository, with the tests of stores and iterators",
    text: (address) => `
      import { it } from "vitest";
      import { Client } from "@libmc/libmc";
      import { KeyvStore } from "@libmc/libmc/keyv";
      import { Keyv } from "keyv";
      import { keyvIteratorTests, keyvTestSuite, storageTestSuite } from "./keyv/core/test-suite/src/index.ts";
      const client = new Client("${address}");
      const store = () => new KeyvStore({ client });
      keyvTestSuite(it, Keyv, store);
      storageTestSuite(it, store, { ttlGranularity: "seconds" });
      keyvIteratorTests(it, Keyv, store);
    `,
  },
];

/** memcached has no list of its keys that would be complete, for which the suite has an option. */
function driverTest(address: string, name: string): string {
  return `
    import { Client } from "@libmc/libmc";
    import { memcachedDriver } from "@libmc/libmc/unstorage";
    import { testDriver } from "./unstorage/test/drivers/utils.ts";
    const client = new Client("${address}").namespace("${name}");
    testDriver({ driver: () => memcachedDriver({ client }), noKeysSupport: true });
  `;
}
