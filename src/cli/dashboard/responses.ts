/** Answers of the dashboard. Each forbids the browser all that the page does not need. */

/** Headers of every answer. */
const ALWAYS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Answers with a page, which may do what `policy` says. */
export function page(status: number, html: string, policy: string): Response {
  return answer(status, html, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
  });
}

/** Answers with JSON. */
export function json(status: number, value: unknown): Response {
  return answer(status, JSON.stringify(value), { "content-type": "application/json" });
}

/** Answers with what went wrong: `{ "error": message }`. */
export function refusal(status: number, message: string): Response {
  return json(status, { error: message });
}

/** Answers with events that go on. */
export function events(body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  return answer(200, body, { "content-type": "text/event-stream" });
}

function answer(status: number, body: BodyInit, headers: Record<string, string>): Response {
  return new Response(body, { status, headers: { ...ALWAYS, ...headers } });
}
