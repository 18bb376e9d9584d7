/**
 * Packs what git tracks as an npm tarball, installs that into an empty project of Node and into one of Bun, and uses it
 * there from TypeScript, against a real memcached.
 *
 * @module
 */

import { Authority } from "../tests/support/certificates.ts";
import { startMemcached } from "../tests/support/memcached.ts";
import { Programs, run } from "../tests/runtimes/runtimes.ts";
import { checkServedPages } from "./pack_check/served_pages.ts";
import { checkDocumentedPage, type DocumentedPage } from "./pack_check/documented_page.ts";
import { copyTracked } from "./publish_check.ts";

const ROOT = `${import.meta.dirname}/..`;

/** What a project of Node or Bun installs beside the package. */
const TOOLS = {
  npm: "npm@11.19.1",
  typescript: "typescript@5.9.3",
  "@types/node": "@types/node@22.20.5",
  // The package depends on it.
  "@opentelemetry/api": "@opentelemetry/api@1.10.0",
};

/** The packages of `@std` that published code imports. */
const STD = ["crypto", "encoding", "streams"];

/** The page servers of the documentation. */
const ON_NODE: DocumentedPage = {
  document: new URL("../docs/runtimes.md", import.meta.url),
  language: "js",
  file: "page.mjs",
};
const ON_BUN: DocumentedPage = {
  document: new URL("../README.md", import.meta.url),
  language: "ts",
  file: "page.ts",
};

/** Packs, installs and uses the package. Throws where one of that fails. */
async function packCheck(folder: string): Promise<void> {
  await copyTracked(ROOT, folder);
  const tarball = `${folder}/libmc.tgz`;
  await run("deno", ["pack", "--allow-dirty", "--output", tarball], `${folder}/package`);
  // On npm the standard library is JSR's, which build machines do not reach: these stand for it.
  for (const name of STD) await packStandIn(folder, name);

  await using programs = await Programs.fetch(TOOLS);
  const api = programs.folderOf("@opentelemetry/api");
  const packages = [...STD.map((name) => `${folder}/@std/${name}`), api, tarball];
  await using server = await startMemcached();
  await using authority = await Authority.create();
  const { certPath, keyPath } = await authority.issue();
  await using secure = await startMemcached({
    args: ["-Z", "-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`],
  });
  const { cert, certPath: authorityPath } = authority.certificate;
  const args = [server.address, secure.address, cert];
  const env = { NODE_EXTRA_CA_CERTS: authorityPath };
  const [node22, node24, bun] = await Promise.all(
    (["node22", "node24", "bun"] as const).map((name) => programs.runtime(name)),
  );
  const typescript = `${programs.folderOf("typescript")}/bin/tsc`;

  const typeRoots = [programs.folderOf("@types")];
  const nodeProject = await project(folder, "node_project", { ...NODE_SETTINGS, typeRoots }, [
    "use.ts",
    "use_adapters.ts",
    "page_server_node.ts",
  ]);
  const npm = `${programs.folderOf("npm")}/bin/npm-cli.js`;
  await run(node24.program, [npm, "install", "--no-audit", "--no-fund", ...packages], nodeProject);
  await run(node24.program, [typescript], nodeProject);
  for (const node of [node22, node24]) {
    const { name, program, version } = node;
    const { stdout } = await run(program, ["dist/use.js", ...args], nodeProject, env);
    console.log(`${name} (${version}): ${stdout.trim()}`);
    const adapters = await run(program, ["dist/use_adapters.js"], nodeProject);
    console.log(`${name} (${version}): ${adapters.stdout.trim()}`);
    await runCli(program, server.address, nodeProject);
    await checkServedPages(node, "page_server_node.ts", nodeProject, server.address);
    await checkDocumentedPage(node, ON_NODE, nodeProject, server.address);
  }
  await checkBundle(programs.esbuild, nodeProject);

  // The store of Keyv has the types of node:events, which are those of Bun's own package.
  const bunProject = await project(folder, "bun_project", BUN_SETTINGS, ["use.ts"]);
  await run(bun.program, ["add", ...packages], bunProject);
  await run(node24.program, [typescript], bunProject);
  const { stdout } = await run(bun.program, ["use.ts", ...args], bunProject, env);
  console.log(`bun (${bun.version}): ${stdout.trim()}`);
  const adapters = await run(bun.program, ["use_adapters.ts"], bunProject);
  console.log(`bun (${bun.version}): ${adapters.stdout.trim()}`);
  await runCli(bun.program, server.address, bunProject);
  await checkServedPages(bun, "page_server.ts", bunProject, server.address);
  await checkDocumentedPage(bun, ON_BUN, bunProject, server.address);
}

/** Runs the command line program of the installed package, by the command that the documentation has. */
async function runCli(program: string, server: string, cwd: string): Promise<void> {
  const cli = "node_modules/@libmc/libmc/src/cli/mod.js";
  await run(program, [cli, "--servers", server, "set", "from-cli", "hello"], cwd);
  const { stdout } = await run(program, [cli, "get", "from-cli"], cwd, { LIBMC_SERVERS: server });
  if (stdout !== "hello\n") throw new Error(`The command line program gave ${stdout}`);
}

/** A bundle of a program has only those codecs and sources of servers that it imports. */
async function checkBundle(esbuild: string, folder: string): Promise<void> {
  const bundleOf = async (name: string) => {
    const program = `${folder}/bundle_${name}.js`;
    await Deno.writeTextFile(program, `import { ${name} } from "@libmc/libmc";\nuse(${name});\n`);
    const options = ["--bundle", "--minify", "--format=esm", "--platform=node"];
    return (await run(esbuild, [program, ...options, "--log-level=error"], folder)).stdout;
  };
  const [client, presets] = await Promise.all([bundleOf("Client"), bundleOf("presets")]);
  for (const text of PARTS_APART) {
    if (client.includes(text)) throw new Error(`A bundle of Client has ${JSON.stringify(text)}`);
  }
  if (!presets.includes(PARTS_APART[0])) throw new Error("A bundle of presets lacks phpCodec");
  console.log(`bundle of Client: ${client.length.toLocaleString("en")} bytes`);
}

/** Makes a project that has nothing but its settings, programs, and the page servers, of which some are compiled. */
async function project(
  folder: string,
  name: string,
  compilerOptions: object,
  files: readonly string[],
): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.mkdir(path);
  const manifest = { name: name.replace("_", "-"), private: true, type: "module" };
  await Deno.writeTextFile(`${path}/package.json`, JSON.stringify(manifest));
  const settings = { compilerOptions: { ...STRICT, ...compilerOptions }, files };
  await Deno.writeTextFile(`${path}/tsconfig.json`, JSON.stringify(settings));
  for (const program of ["use.ts", "use_adapters.ts"]) {
    await Deno.copyFile(`${import.meta.dirname}/pack_check/${program}`, `${path}/${program}`);
  }
  for (const server of ["page_server.ts", "page_server_node.ts"]) {
    await Deno.copyFile(`${ROOT}/docs/examples/${server}`, `${path}/${server}`);
  }
  return path;
}

/** Makes a package of the stand-in for one of `@std`. */
async function packStandIn(folder: string, name: string): Promise<void> {
  const path = `${folder}/@std/${name}`;
  await Deno.mkdir(path, { recursive: true });
  const manifest = { name: `@std/${name}`, version: "1.0.99", type: "module", exports: "./mod.js" };
  await Deno.writeTextFile(`${path}/package.json`, JSON.stringify(manifest));
  await run(
    "deno",
    ["bundle", "--quiet", "--output", `${path}/mod.js`, `.ci/std/${name}/mod.ts`],
    ROOT,
  );
}

/** Texts of what nobody needs who imports `Client` alone: the codecs of other clients and the sources of servers. */
const PARTS_APART = [
  "php-memcached",
  "npm's memcached",
  "memjs",
  "dalli does",
  "config get cluster",
];

const STRICT = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };

/** As a project of Node has it: the types of Node, and none of a browser. `using` is turned into what Node 22 knows. */
const NODE_SETTINGS = {
  target: "ES2022",
  module: "NodeNext",
  lib: ["ES2023", "ESNext.Disposable"],
  types: ["node"],
  // The files of the examples name each other as Node runs them.
  rewriteRelativeImportExtensions: true,
  outDir: "dist",
};

/** As one of Bun has it, which runs TypeScript itself: here with the types of a browser. */
const BUN_SETTINGS = {
  target: "ESNext",
  module: "Preserve",
  moduleResolution: "Bundler",
  lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
  types: [],
  noEmit: true,
};

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "pack_check_" });
  try {
    await packCheck(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
