/** Which test files run on the other runtimes. */

import { filesIn, ROOT } from "./bundle.ts";

/** Folders and files that say nothing of a runtime, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "tests/structure_test.ts": "reads the source",
  "tests/bench": "the benches run on Deno",
  "tests/ci": "continuous integration runs on Deno",
  "tests/cost": "measures Deno's memory",
  "tests/documents": "reads the documentation",
  "tests/ecosystem": "libraries of others are npm packages",
  "tests/otel/deno_test.ts": "is about Deno's own exporter",
  "tests/programs": "the programs run on Deno",
  "tests/runtimes": "is about this task",
  "tests/cli/dashboard/page/page_text_test.ts": "reads the source",
  "tests/screen": "runs the command line program on Deno",
  "tests/cli/dashboard/permission_test.ts": "asks for permissions",
  "tests/client/permissions_test.ts": "asks for permissions",
  "tests/security/permissions_test.ts": "asks for permissions",
  "tests/transports/deno_test.ts": "is about Deno.connect",
  "tests/compat/checklist_document_test.ts": "reads a document",
  "tests/compat/differences_test.ts": "reads a document",
  "tests/compat/coming_from_libmc_test.ts": "reads a document",
  "tests/faults/server_facts_test.ts": "reads a document",
};

/** What every run of continuous integration can wait for: conformance, faults, errors, vectors, discovery, TLS, adapters. */
const QUICK: readonly string[] = [
  "tests/adapters/http_cache/cache_test.ts",
  "tests/adapters/keyv_test.ts",
  "tests/adapters/session_test.ts",
  "tests/cli/dashboard/event_stream_test.ts",
  "tests/cli/dashboard/handler_test.ts",
  "tests/cli/items_test.ts",
  "tests/cli/run_test.ts",
  "tests/client/admin/keys_test.ts",
  "tests/client/admin/watch_test.ts",
  "tests/client/conformance_test.ts",
  "tests/client/error_details_test.ts",
  "tests/client/set_up_mistakes_test.ts",
  "tests/client/stream_faults_test.ts",
  "tests/clock_test.ts",
  "tests/codec/vectors_test.ts",
  "tests/compat/big_vectors_test.ts",
  "tests/compat/scenarios_test.ts",
  "tests/discovery/dns_servers_test.ts",
  "tests/discovery/elasticache_servers_test.ts",
  "tests/engine/platform_test.ts",
  "tests/faults/fault_matrix_test.ts",
  "tests/faults/what_happens_test.ts",
  "tests/placement/hash_test.ts",
  "tests/placement/routing_test.ts",
  "tests/security/auth_test.ts",
  "tests/security/conformance_test.ts",
  "tests/security/tls_failure_test.ts",
  "tests/security/tls_verification_test.ts",
  "tests/transports/node_socket_test.ts",
  "tests/transports/node_test.ts",
];

/** The test files, as paths from the root of the repository: all that are about the runtime, or those that are quick. */
export async function testFiles(isQuick: boolean): Promise<string[]> {
  const all = (await Array.fromAsync(filesIn(`${ROOT}tests`)))
    .map((file) => file.slice(ROOT.length))
    .filter((file) => file.endsWith("_test.ts"))
    .filter((file) => !Object.keys(LEFT_OUT).some((left) => `${file}/`.startsWith(`${left}/`)))
    .sort();
  for (const file of [...QUICK, ...Object.keys(LEFT_OUT)]) {
    if (!await isThere(`${ROOT}${file}`)) throw new Error(`Cannot find ${file}, which is listed`);
  }
  return isQuick ? all.filter((file) => QUICK.includes(file)) : all;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
