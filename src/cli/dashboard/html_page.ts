/** The two pages, each whole in one file: the browser asks for nothing else, and runs nothing that is not in it. */

import { createHash } from "node:crypto";
import { CHART_LIBRARY, CHART_STYLE, LOCKED_SCRIPT, PAGE_SCRIPT, PAGE_STYLE } from "./page_text.ts";

/** A page, and the policy that allows the scripts and styles that it has, by their digests. */
export interface HtmlPage {
  readonly html: string;
  readonly policy: string;
}

function htmlPage(
  body: string,
  { scripts, styles }: { scripts: readonly string[]; styles: readonly string[] },
): HtmlPage {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>libmc dashboard</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
${styles.map((style) => `<style>${style}</style>`).join("\n")}
</head>
<body>
${body}
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src ${digests(scripts)}`,
    `style-src ${digests(styles)}`,
    "img-src data:",
    "connect-src 'self'",
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
  ].join("; ");
  return { html, policy };
}

function digests(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
    .join(" ");
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5" fill="none" stroke="#3b7dd8" stroke-width="3" stroke-dasharray="7 2"/></svg>';

/** The dashboard. Its script builds all that is seen. */
export const DASHBOARD_PAGE: HtmlPage = htmlPage(
  '<main id="page"><noscript>The dashboard needs JavaScript: it is drawn here, by what this page has in it.</noscript></main>',
  { scripts: [CHART_LIBRARY, PAGE_SCRIPT], styles: [CHART_STYLE, PAGE_STYLE] },
);

/** What somebody sees who has no token, or a wrong one. A tab that had the right one goes back with it. */
export const LOCKED_PAGE: HtmlPage = htmlPage(
  `<main class="locked">
<h1>This dashboard is locked</h1>
<p>Open it by the address that the command has printed: it ends with <code>?token=…</code>.</p>
<p>Each start makes a new token, so an address of yesterday no longer opens anything.</p>
</main>`,
  { scripts: [LOCKED_SCRIPT], styles: [PAGE_STYLE] },
);
