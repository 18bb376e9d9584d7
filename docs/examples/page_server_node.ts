/**
 * The page server on Node 22.18 and later: `node page_server_node.ts`. Bun runs it as it is: `bun page_server.ts`.
 */

import { createServer, type IncomingMessage } from "node:http";
import process from "node:process";
import server from "./page_server.ts";

async function answer({ url = "", method }: IncomingMessage): Promise<Response> {
  // A request may name a whole URL, with any host, in place of a path.
  if (method !== "GET" || !url.startsWith("/")) return new Response("Only GET", { status: 405 });
  return await server.fetch(new Request(`http://localhost${url}`));
}

const listening = createServer(async (incoming, outgoing) => {
  const response = await answer(incoming);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(await response.text());
});
listening.listen(Number(process.env.PORT ?? 8000), () => {
  const address = listening.address();
  console.log("Listening on port", typeof address === "object" && address?.port);
});
