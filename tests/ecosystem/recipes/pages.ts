import { Client } from "@libmc/libmc";
import { httpCache } from "@libmc/libmc/http-cache";

const client = new Client("localhost:11211");

function page(request: Request): Response {
  const { pathname } = new URL(request.url);
  const html = `<h1>${pathname}</h1><p>made at ${new Date().toISOString()}</p>`;
  const headers = {
    "content-type": "text/html",
    "cache-control": "max-age=60",
  };
  return new Response(html, { headers });
}

// Fresh for a minute; for a minute more a stale page is given at once while it is renewed; and for an hour if that fails.
const fetch = httpCache({
  client,
  staleWhileRevalidate: 60,
  staleIfError: 3600,
}, page);

export default { fetch };
