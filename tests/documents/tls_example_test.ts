import { assertEquals } from "@std/assert";
import { Authority } from "../support/certificates.ts";
import { startMemcached } from "../support/memcached.ts";
import { firstBlock } from "./code_blocks.ts";
import { Project } from "./project.ts";

Deno.test("docs/tls.md: the example speaks TLS and says its password, with the permissions that the page names", async () => {
  await using authority = await Authority.create();
  const { certPath, keyPath } = await authority.issue();
  const example = await firstBlock(new URL("../../docs/tls.md", import.meta.url), "ts");
  await using project = await Project.create({
    "ca.pem": authority.certificate.cert,
    "users": "app:secret\n",
  });
  const files = `ssl_chain_cert=${certPath},ssl_key=${keyPath}`;
  await using memcached = await startMemcached({
    args: ["-Z", "-o", files, "-Y", `${project.folder}/users`],
  });
  const server = `localhost:${memcached.port}`;
  const program = example.replace(/\["cache1:11211".*?\]/, JSON.stringify([server]));
  await Deno.writeTextFile(`${project.folder}/tls.ts`, program);

  const permissions = [
    `--allow-net=${server}`,
    "--allow-read=ca.pem",
    "--allow-env=CACHE_PASSWORD",
  ];
  const { stdout, stderr } = await project
    .deno(["run", ...permissions, "tls.ts"], { CACHE_PASSWORD: "secret" }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stdout), "hello\n", decoder.decode(stderr));
});
